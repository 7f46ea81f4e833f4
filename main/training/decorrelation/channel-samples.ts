import { LoupeError } from '../../contract/errors.ts'
import { tf } from '../../tensorflow/tf.ts'
import { withGradient } from '../../tensorflow/with-gradient.ts'
import { asRows } from '../features/feature-shape.ts'

/** What one sample of a channel is: its mean or its largest value over an example's positions, or its value at each of them. */
export type ChannelPooling = 'average' | 'maximum' | 'positions'

/** What each channel is, sample by sample. */
export interface ChannelSamples {
  /** float32 `[samples, channels]`. */
  readonly rows: tf.Tensor2D
  /** The examples of which the samples are; as many, but for the pooling `positions`. */
  readonly examples: number
}

/**
 * Takes the samples of which channels are correlated from a feature.
 *
 *     average     global average pooling: an example is one sample, each channel's mean over its positions
 *     maximum     global max pooling: as well, the largest value
 *     positions   each position of each example is a sample
 *
 * The three give other losses: pooled, channels are told apart by what images hold, by positions by where in them. Neighbouring positions
 * are alike, so samples by position are worth fewer independent ones than they are. Of a feature without positions all three are the same.
 *
 * @param feature  float32 `[batch, positions..., channels]`. Differentiable; where a maximum is at several positions, they share its gradient
 *   evenly, as in PyTorch's `amax`.
 * @throws LoupeError `shape-mismatch` as {@link requireChannels}.
 */
export function channelSamples(feature: tf.Tensor, pooling: ChannelPooling): ChannelSamples {
  requireChannels(feature.shape)
  const examples = feature.shape[0] ?? 0
  const positions = [...feature.shape.keys()].slice(1, -1)
  if (pooling === 'positions' || positions.length === 0) return { rows: asRows(feature), examples }
  const pooled = pooling === 'average' ? tf.mean(feature, positions) : largest(feature, positions)
  return { rows: pooled as tf.Tensor2D, examples } // batch and channels are left
}

/**
 * Refuses a feature between whose channels there is nothing to correlate.
 *
 * @param shape  `[batch, positions..., channels]`.
 * @throws LoupeError `shape-mismatch` where there is no axis of channels, or fewer than two of them.
 */
export function requireChannels(shape: readonly number[]): void {
  const channels = shape.length < 2 ? 0 : shape.at(-1)!
  if (channels >= 2) return
  throw new LoupeError(
    'shape-mismatch',
    `Decorrelation compares the channels of a feature, [batch, ..., channels], and [${shape.join(', ')}] has ${channels === 0 ? 'none' : 'only one'}. Choose a layer with 2 channels or more.`,
    { shape, channels },
  )
}

/** tfjs' own gives each position of a maximum the whole gradient: on a plain background, where hundreds are equal, hundreds of times too much. */
function largest(x: tf.Tensor, axes: readonly number[]): tf.Tensor {
  return withGradient([x], () => {
    const value = tf.max(x, [...axes], true)
    const isLargest = tf.cast(tf.equal(x, value), 'float32')
    const share = tf.div(isLargest, tf.sum(isLargest, [...axes], true))
    return {
      value: tf.squeeze(value, [...axes]),
      saved: [share],
      gradients: (dy, [kept]) => [tf.mul(kept!, tf.reshape(dy, value.shape))], // one was saved
    }
  })
}
