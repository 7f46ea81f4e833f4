import { tf } from '../../../tensorflow/tf.ts'

/**
 * How many elements of each unit are to be sent: ratio · elements, rounded, at least one.
 *
 * @param elements  float32 `[units]`.
 * @returns float32 `[units]`, whole numbers.
 * @example A ratio of 0.01 of 269,467 elements asks for 2,695.
 */
export function askedCount(elements: tf.Tensor1D, ratio: tf.Scalar): tf.Tensor1D {
  return tf.minimum(elements, tf.maximum(1, tf.round(tf.mul(elements, ratio))))
}
