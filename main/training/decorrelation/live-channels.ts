import { tf } from '../../tensorflow/tf.ts'
import { detach } from '../features/stop-gradient.ts'
import type { ChannelProducts } from './channel-moments.ts'

/** A deviation below this share of a channel's size is float32's rounding, not variation. */
const ROUNDING = 1e-6

/**
 * Which channels vary: float32 `[channels]`, 1 or 0.
 *
 * A channel is dead where its standard deviation is not above `deadLimit` times the mean of all channels' deviations, or no more than
 * rounding beside its values. Such a channel has no correlation: 0/0. Counted as 0, it would make a loss fall as channels die.
 *
 * No gradient goes through. Where any value is not finite, all channels count as live, so that the loss is not finite either and the run
 * stops, instead of passing over the channel.
 *
 * @param deadLimit  From 0; a share.
 */
export function liveChannels({ products, squares, freedom }: ChannelProducts, deadLimit: number): tf.Tensor1D {
  return tf.tidy(() => {
    const sums = diagonal(detach(products))
    const deviations = tf.sqrt(tf.div(sums, freedom))
    const isLow = tf.lessEqual(deviations, tf.mul(tf.mean(deviations), deadLimit))
    const isRounding = tf.lessEqual(sums, tf.mul(detach(squares), ROUNDING ** 2))
    return tf.sub<tf.Tensor1D>(1, tf.cast(tf.logicalOr(isLow, isRounding), 'float32'))
  })
}

/** How many channels {@link liveChannels} leaves out: a scalar. */
export function deadChannels(products: ChannelProducts, deadLimit: number): tf.Scalar {
  return tf.tidy(() => tf.sum<tf.Scalar>(tf.sub(1, liveChannels(products, deadLimit))))
}

/** The diagonal of a square matrix. Differentiable. */
export function diagonal(matrix: tf.Tensor2D): tf.Tensor1D {
  return tf.tidy(() => tf.sum<tf.Tensor1D>(tf.mul(matrix, tf.eye(matrix.shape[0])), 1))
}
