import type * as TensorFlow from '@tensorflow/tfjs'
import { randomNormal, randomUniform } from '../../tensorflow/ops.ts'
import { tf } from '../../tensorflow/tf.ts'

export interface Disturbance {
  /** Standard deviations of the noise, in units of the normalised inputs. */
  readonly noise: number
  /** Pixels by which an image is shifted at most, along each axis. */
  readonly shift: number
}

/**
 * A disturbed copy of examples: images shifted by whole pixels, all of a batch by the same, their edges repeated; then normal noise.
 *
 * @param x  float32 `[batch, ...]`; `[batch, height, width, channels]` is an image.
 * @param seed  int32 `[2]`: the same seed gives the same copy.
 */
export function disturbed(x: TensorFlow.Tensor, { noise, shift }: Disturbance, seed: TensorFlow.Tensor1D): TensorFlow.Tensor {
  const moved = x.rank === 4 && shift > 0 ? shifted(x, shift, movedSeed(seed, 1)) : x
  return noise > 0 ? tf.add(moved, tf.mul(randomNormal(x.shape, movedSeed(seed, 2)), noise)) : moved
}

/** Another seed for another purpose. @param purpose  A small whole number; 0 gives the seed itself. */
export function movedSeed(seed: TensorFlow.Tensor1D, purpose: number): TensorFlow.Tensor1D {
  return purpose === 0 ? seed : tf.add<TensorFlow.Tensor1D>(seed, tf.tensor1d([0, Math.imul(purpose, 0x85ebca6b)], 'int32'))
}

function shifted(x: TensorFlow.Tensor, most: number, seed: TensorFlow.Tensor1D): TensorFlow.Tensor {
  const drawn = tf.sub(tf.floor(tf.mul(randomUniform([2], seed), 2 * most + 1)), most)
  return [1, 2].reduce((image, axis) => alongAxis(image, axis, tf.slice(drawn as TensorFlow.Tensor1D, [axis - 1], [1])), x) // one row for each axis
}

/** Place i takes what place i + by has, the nearest where there is none. */
function alongAxis(x: TensorFlow.Tensor, axis: number, by: TensorFlow.Tensor): TensorFlow.Tensor {
  const length = x.shape[axis] ?? 1
  const from = tf.clipByValue(tf.add(tf.range(0, length, 1, 'float32'), by), 0, length - 1)
  const taken = tf.cast(tf.oneHot(tf.cast(from, 'int32') as TensorFlow.Tensor1D, length), 'float32') // `[to, from]`
  const last = [...x.shape.keys()].filter((other) => other !== axis)
  const rows = tf.reshape(tf.transpose(x, [...last, axis]), [-1, length])
  const moved = tf.reshape(tf.matMul(rows, taken, false, true), [...last.map((other) => x.shape[other] ?? 1), length])
  return tf.transpose(moved, [...x.shape.keys()].map((to) => (to === axis ? x.rank - 1 : last.indexOf(to))))
}
