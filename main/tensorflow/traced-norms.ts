import { tf } from './tf.ts'
import { sumToLast } from './bias-add.ts'
import { withGradient } from './with-gradient.ts'

export interface NormInputs {
  readonly x: tf.Tensor
  /** float32 `[channels]`, the length of x's last dimension. */
  readonly scale: tf.Tensor
  readonly offset: tf.Tensor
  readonly epsilon: number
}

/**
 * Layer norm in a trace, with a gradient of a third of the passes over memory that automatic differentiation takes.
 *
 *     x̂ = (x − mean)/σ,  y = s·x̂ + o        dx = (s·dy − mean(s·dy) − x̂·mean(s·dy·x̂))/σ
 *
 * Means over the last dimension are products with a vector, which TensorFlow does four times faster than its `Mean`.
 */
export function layerNormInTrace({ x, scale, offset, epsilon }: NormInputs): tf.Tensor {
  const width = x.shape.at(-1) ?? 1
  const rows = tf.reshape(x, [-1, width])
  const y = withGradient([rows, scale, offset], () => {
    const average = tf.fill([width, 1], 1 / width)
    const centred = tf.sub(rows, tf.matMul(rows, average))
    const inverse = tf.rsqrt(tf.add(tf.matMul(tf.square(centred), average), epsilon))
    const standard = tf.mul(centred, inverse)
    return {
      value: tf.add(tf.mul(standard, scale), offset),
      saved: [standard, inverse, scale],
      gradients: (dy, saved) => layerNormGradients(dy, saved),
    }
  })
  return tf.reshape(y, x.shape)
}

function layerNormGradients(dy: tf.Tensor, saved: readonly tf.Tensor[]): tf.Tensor[] {
  const [standard, inverse, scale] = saved as [tf.Tensor, tf.Tensor, tf.Tensor] // as saved by the forward pass
  const width = scale.size
  const weighted = tf.mul(dy, standard)
  const column = tf.reshape(tf.mul(scale, 1 / width), [width, 1])
  const along = tf.mul(standard, tf.matMul(weighted, column))
  const dx = tf.mul(tf.sub(tf.sub(tf.mul(dy, scale), tf.matMul(dy, column)), along), inverse)
  return [dx, sumToLast(weighted), sumToLast(dy)]
}

/**
 * Group norm of images in a trace, without ever cutting the channels into groups: TensorFlow's reductions and broadcasts over
 * a shape such as `[batch, pixels, groups, channels/groups]` are 10 to 20 times slower than over rows of channels.
 *
 * Means over pixels come first, one for each example and channel. A small matrix then averages them within groups, and y = a·x + b
 * with a and b for each example and channel. The variance is mean(x²) − mean(x)², as in flax, not below 0.
 */
export function groupNormInTrace({ x, scale, offset, epsilon, groups }: NormInputs & { readonly groups: number }): tf.Tensor {
  const [batch = 1, height = 1, width = 1, channels = 1] = x.shape
  const together = pixelsInRow(height * width, channels)
  // No length is left to TensorFlow: an export leaves it the batch.
  const rows = tf.reshape(x, [batch, (height * width) / together, channels * together])
  const within = groupAverages(channels, groups)
  const y = withGradient([rows, scale, offset], () => {
    const mean = tf.matMul(meanOverRows(rows, channels), within)
    const variance = tf.relu(tf.sub(tf.matMul(meanOverRows(tf.square(rows), channels), within), tf.square(mean)))
    const inverse = tf.rsqrt(tf.add(variance, epsilon))
    const slope = tf.mul(inverse, scale)
    const shift = tf.sub(offset, tf.mul(mean, slope))
    return {
      value: tf.add(tf.mul(rows, alongRow(slope, rows)), alongRow(shift, rows)),
      saved: [rows, mean, inverse, scale, within],
      gradients: (dy, saved) => groupNormGradients(dy, saved, height * width),
    }
  })
  return tf.reshape(y, x.shape)
}

/**
 * With d and e the means over pixels of dy and dy·x̂, and ⟨·⟩ the average within a group:
 *
 *     dx = (s·dy − ⟨s·d⟩ − x̂·⟨s·e⟩)/σ
 */
function groupNormGradients(dy: tf.Tensor, saved: readonly tf.Tensor[], pixels: number): tf.Tensor[] {
  const [x, mean, inverse, scale, within] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor] // as saved by the forward pass
  const d = meanOverRows(dy, scale.size)
  const e = tf.mul(tf.sub(meanOverRows(tf.mul(dy, x), scale.size), tf.mul(mean, d)), inverse)
  const onX = tf.neg(tf.mul(tf.square(inverse), tf.matMul(tf.mul(e, scale), within)))
  const constant = tf.neg(tf.add(tf.mul(inverse, tf.matMul(tf.mul(d, scale), within)), tf.mul(mean, onX)))
  const onDy = tf.mul(inverse, scale)
  const dx = tf.add(tf.add(tf.mul(dy, alongRow(onDy, x)), tf.mul(x, alongRow(onX, x))), alongRow(constant, x))
  return [dx, tf.mul(tf.sum(e, 0), pixels), tf.mul(tf.sum(d, 0), pixels)]
}

/** Below this many numbers a row, broadcasting along it takes twice as long or more. */
const FAST_ROW = 128

/** Pixels that share a row: the fewest that make it long enough, as far as they divide all pixels. */
function pixelsInRow(pixels: number, channels: number): number {
  let together = 1
  while (together * channels < FAST_ROW && pixels % (2 * together) === 0) together *= 2
  return together
}

/** `[batch, rows, together·channels]` to the means over all pixels, `[batch, channels]`. */
function meanOverRows(x: tf.Tensor, channels: number): tf.Tensor {
  const means = tf.mean(x, 1)
  return means.shape[1] === channels ? means : tf.mean(tf.reshape(means, [x.shape[0] ?? 1, (means.shape[1] ?? 1) / channels, channels]), 1)
}

/** `[batch, channels]` to `[batch, 1, together·channels]`, repeated for each pixel of a row of x. */
function alongRow(perExample: tf.Tensor, x: tf.Tensor): tf.Tensor {
  const together = (x.shape[2] ?? 1) / (perExample.shape[1] ?? 1)
  const repeated = together === 1 ? perExample : tf.tile(perExample, [1, together])
  return tf.expandDims(repeated, 1)
}

/** `[channels, channels]`: from a channel to the average of its group. */
function groupAverages(channels: number, groups: number): tf.Tensor {
  const size = channels / groups
  const share = (row: number, column: number) => (Math.floor(row / size) === Math.floor(column / size) ? 1 / size : 0)
  return tf.tensor2d(Float32Array.from({ length: channels * channels }, (_, i) => share(Math.floor(i / channels), i % channels)), [channels, channels])
}
