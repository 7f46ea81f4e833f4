import { tf } from '../../tensorflow/tf.ts'

/**
 * As how many of equal size values count: e to the entropy of their shares of the sum.
 *
 *     exp(−Σ pᵢ ln pᵢ),  pᵢ = valueᵢ/Σ value
 *
 * From 1, one holds all, to their number, all are equal. Of singular values or eigenvalues this is an effective rank.
 *
 * @param values  float32, each from 0 on.
 * @returns A scalar; 0 where all values are 0, NaN where one is. A gradient would go through, but none is needed.
 *
 * @example 1, 1, 1: 3. 2 and 1: 1.889882. 3 and 1: 1.7548.
 * @see Roy and Vetterli 2007, "The effective rank: a measure of effective dimensionality", EUSIPCO.
 */
export function effectiveCount(values: tf.Tensor): tf.Scalar {
  return tf.tidy(() => {
    const sum = tf.sum(values)
    const shares = tf.div(values, tf.maximum(sum, 1e-30))
    const entropy = tf.neg(tf.sum(tf.mul(shares, tf.log(tf.maximum(shares, 1e-30)))))
    return tf.mul<tf.Scalar>(tf.exp(entropy), tf.cast(tf.greater(sum, 0), 'float32'))
  })
}
