import { tf } from '../../tensorflow/tf.ts'
import type { ChannelMoments, ChannelProducts } from './channel-moments.ts'
import type { ChannelSamples } from './channel-samples.ts'
import { decorrelationLoss } from './decorrelation-loss.ts'
import type { DecorrelationLoss } from './decorrelation-loss.ts'

/** The loss of a whole batch, and its gradient with respect to {@link ChannelProducts.products}. */
export interface PooledLoss {
  readonly loss: tf.Scalar
  /** float32 `[channels, channels]`. */
  readonly gradient: tf.Tensor2D
}

/**
 * What each part of a batch needs to know of the others for its own gradient.
 *
 * With micro-batches or replicas no part holds the whole batch. So there are two passes: first the moments of each part, pooled; then this,
 * and of each part {@link lossShare} with its samples made again. Between them, only moments travel.
 *
 * @param products  Constants, as pooled.
 */
export function pooledLoss(products: ChannelProducts, loss: DecorrelationLoss): PooledLoss {
  return tf.tidy(() => {
    const { value, grad } = tf.valueAndGrad((given: tf.Tensor) => decorrelationLoss({ ...products, products: given as tf.Tensor2D }, loss))(products.products) // of the same shape
    return { loss: value as tf.Scalar, gradient: grad as tf.Tensor2D } // of the shapes of the loss and of the products
  })
}

export interface LossShareOptions {
  /** The part's own; `rows` is differentiable. */
  readonly samples: ChannelSamples
  /** Of the whole batch, of this stream. A constant. */
  readonly mean: ChannelMoments['mean']
  /** As {@link pooledLoss} gives it. A constant. */
  readonly gradient: PooledLoss['gradient']
}

/**
 * A scalar whose gradient with respect to a part's samples is that of the whole batch's loss: gradients of all parts add up to it.
 *
 *     Σ (z − mean)ᵀ G (z − mean)        G: the gradient with respect to the products
 *
 * Its value says nothing: of a correlation, all shares add up to 0. The mean may stay as it is, for deviations from it add up to 0.
 */
export function lossShare({ samples, mean, gradient }: LossShareOptions): tf.Scalar {
  return tf.tidy(() => {
    const centred = tf.sub<tf.Tensor2D>(samples.rows, mean)
    return tf.sum<tf.Scalar>(tf.mul(tf.matMul(centred, gradient), centred))
  })
}
