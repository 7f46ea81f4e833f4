import { tf } from '../../../tensorflow/tf.ts'

/** How fast the tail of a Laplace falls with the logarithm of its threshold, ln 1/ratio; half of the way is gone at a time. */
const DAMPING = 0.5
/** Farthest that the factor may go from 1, either way. */
const FARTHEST = 16

export interface FeedbackInput {
  /** float32 `[units]`, all that follow too. */
  readonly factor: tf.Tensor1D
  readonly kept: tf.Tensor1D
  readonly asked: tf.Tensor1D
  /** int32: 0 where a threshold was used. */
  readonly status: tf.Tensor1D
  readonly ratio: tf.Scalar
  /** Achieved over asked within which nothing is corrected. */
  readonly band: readonly [low: number, high: number]
}

/**
 * What thresholds are multiplied by in the next step, from what they let through in this one.
 *
 *     factor ← factor · (kept / asked)^(½ / ln(1/ratio))    outside of the band
 *
 * For a tail that falls as Laplace's this goes half of the way. A tail as heavy as Cauchy's takes more steps, and one that falls up to four
 * times as fast swings in.
 */
export function correctedFactor({ factor, kept, asked, status, ratio, band }: FeedbackInput): tf.Tensor1D {
  const achieved = tf.div(kept, asked)
  const isOutside = tf.logicalOr(tf.less(achieved, band[0]), tf.greater(achieved, band[1]))
  const exponent = tf.div(DAMPING, tf.maximum(1, tf.neg(tf.log(ratio))))
  const corrected = tf.mul(factor, tf.pow(tf.clipByValue(achieved, 0.01, 100), exponent))
  return tf.where(tf.logicalAnd(isOutside, tf.equal(status, 0)), tf.clipByValue(corrected, 1 / FARTHEST, FARTHEST), factor) as tf.Tensor1D // of one shape
}
