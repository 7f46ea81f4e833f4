import { tf } from '../../tensorflow/tf.ts'

/**
 * Brings one axis of a tensor to fewer places: by means of as many neighbours where they divide, else by linear interpolation.
 *
 * Interpolating along two axes one after the other is bilinear. Place o of n takes its value at (o + ½)·N/n − ½, between the two places
 * around, as PyTorch's `interpolate` does with `align_corners=False`, and without smoothing first.
 *
 * @param x  float32, any shape. Differentiable.
 * @param places  n, at most the axis' length N. The axis' own length gives x.
 */
export function resample(x: tf.Tensor, axis: number, places: number): tf.Tensor {
  const length = x.shape[axis] ?? 1
  if (length === places) return x
  const last = [...x.shape.keys()].filter((other) => other !== axis)
  const moved = tf.transpose(x, [...last, axis])
  const weights = tf.tensor2d(resamplingWeights(length, places), [length, places])
  const resampled = tf.reshape(tf.matMul(tf.reshape(moved, [-1, length]), weights), [...moved.shape.slice(0, -1), places])
  const back = [...x.shape.keys()].map((to) => (to === axis ? x.rank - 1 : last.indexOf(to)))
  return tf.transpose(resampled, back)
}

/** What each of `length` places gives to each of `places`: `[length, places]`, row-major, with columns that add up to 1. */
export function resamplingWeights(length: number, places: number): Float32Array {
  const weights = new Float32Array(length * places)
  const add = (from: number, to: number, weight: number) => (weights[from * places + to] = (weights[from * places + to] ?? 0) + weight)
  for (let to = 0; to < places; to++) {
    const share = length / places
    if (Number.isInteger(share)) {
      for (let from = to * share; from < (to + 1) * share; from++) add(from, to, 1 / share)
      continue
    }
    const at = (to + 0.5) * share - 0.5 // within the places: share > 1
    const before = Math.floor(at)
    add(before, to, 1 - (at - before))
    add(Math.min(before + 1, length - 1), to, at - before)
  }
  return weights
}
