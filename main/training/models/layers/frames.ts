import { LoupeError } from '../../../contract/errors.ts'
import { tf } from '../../../tensorflow/tf.ts'
import { lecunNormal } from '../initializers.ts'
import { dense } from './dense.ts'
import { chain, plainLayer, type LayerBuilder } from './layer.ts'
import { divisors } from './patches.ts'

/**
 * Cuts a series into frames of samples, one token each: `[length, channels]` to `[length / samples, samples·channels]`, in order.
 *
 * @throws LoupeError `shape-mismatch` where the frame does not divide the length.
 */
export function frames(samples: number): LayerBuilder {
  return ([length = 1, channels = 1]) => {
    requireDivision(samples, length)
    const outputShape = [length / samples, samples * channels]
    return plainLayer({ outputShape, kept: 0, apply: (x) => tf.reshape(x, [x.shape[0] ?? -1, ...outputShape]) })
  }
}

/** Frames, each mapped linearly to a token of some width: parameters `embedding/kernel`, `embedding/bias`. */
export function frameEmbedding(samples: number, width: number): LayerBuilder {
  return chain(frames(samples), dense({ name: 'embedding', units: width, initializer: lecunNormal }))
}

function requireDivision(samples: number, length: number): void {
  if (length % samples === 0) return
  const fitting = divisors(length)
  throw new LoupeError(
    'shape-mismatch',
    `Frames of ${samples} samples do not divide a series of ${length}. Set frameSize to a divisor of the length: ${fitting.join(', ')}.`,
    { frameSize: samples, length, fitting },
  )
}
