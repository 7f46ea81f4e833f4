import { LoupeError } from '../../../contract/errors.ts'
import { tf } from '../../../tensorflow/tf.ts'
import { lecunNormal, normal, sizeOf, zeros } from '../initializers.ts'
import { dense } from './dense.ts'
import { chain, plainLayer, type LayerBuilder, type Shape } from './layer.ts'

/**
 * Cuts images into square patches, one token each: `[height, width, channels]` to `[tokens, side²·channels]`, row by row.
 *
 * @throws LoupeError `shape-mismatch` where the side does not divide the image.
 */
export function patches(side: number): LayerBuilder {
  return (shape) => {
    const [height = 1, width = 1, channels = 1] = shape
    requireDivision(side, shape)
    const rows = height / side
    const columns = width / side
    const outputShape = [rows * columns, side * side * channels]
    return plainLayer({
      outputShape,
      kept: sizeOf(outputShape),
      apply: (x) => {
        const batch = x.shape[0] ?? -1
        const cut = tf.reshape(x, [batch, rows, side, columns, side * channels])
        return tf.reshape(tf.transpose(cut, [0, 1, 3, 2, 4]), [batch, ...outputShape])
      },
    })
  }
}

/** Patches, each mapped linearly to a token of some width: parameters `embedding/kernel`, `embedding/bias`. */
export function patchEmbedding(side: number, width: number): LayerBuilder {
  return chain(patches(side), dense({ name: 'embedding', units: width, initializer: lecunNormal }))
}

/**
 * Puts a learned token before the others, the same for every example: parameter `class` `[width]`, which starts at 0.
 *
 * @see Dosovitskiy et al. 2021, arXiv:2010.11929, equation 1, and their code for the zeros.
 */
export const classToken: LayerBuilder = ([tokens = 0, width = 1]) => ({
  outputShape: [tokens + 1, width],
  parameters: [{ name: 'class', shape: [width], initializer: zeros }],
  statistics: [],
  macs: 0,
  kept: 0,
  draws: 0,
  apply: (x, pass) => tf.concat([tf.tile(tf.reshape(pass.parameter('class'), [1, 1, width]), [x.shape[0] ?? 1, 1, 1]), x], 1),
})

/**
 * Adds a learned vector to each token, so that tokens know where they are: parameter `positions` `[tokens, width]`, N(0, 0.02²).
 *
 * @see Dosovitskiy et al. 2021, arXiv:2010.11929, equation 1.
 */
export const positions: LayerBuilder = (shape) => ({
  outputShape: shape,
  parameters: [{ name: 'positions', shape, initializer: normal(0.02) }],
  statistics: [],
  macs: 0,
  kept: sizeOf(shape),
  draws: 0,
  apply: (x, pass) => tf.add(x, pass.parameter('positions')),
})

function requireDivision(side: number, [height = 1, width = 1]: Shape): void {
  if (height % side === 0 && width % side === 0) return
  const common = divisors(height).filter((divisor) => width % divisor === 0)
  throw new LoupeError(
    'shape-mismatch',
    `Patches of ${side}×${side} pixels do not tile an image of ${height}×${width}. Set patchSize to a divisor of both: ${common.join(', ')}.`,
    { patchSize: side, height, width, fitting: common },
  )
}

/** In rising order. */
export function divisors(whole: number): number[] {
  return Array.from({ length: whole }, (_, index) => index + 1).filter((candidate) => whole % candidate === 0)
}
