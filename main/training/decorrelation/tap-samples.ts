import type * as TensorFlow from '@tensorflow/tfjs'
import type { DecorrelationConfig } from '../../contract/decorrelation-config.ts'
import { randomUniform } from '../../tensorflow/ops.ts'
import { tf } from '../../tensorflow/tf.ts'
import { asExamples } from '../features/feature-shape.ts'
import { channelSamples, requireChannels } from './channel-samples.ts'
import type { ChannelSamples } from './channel-samples.ts'
import { channelMoments, joinStreams, poolMoments } from './channel-moments.ts'
import type { ChannelProducts } from './channel-moments.ts'

/**
 * The samples of a feature's channels, as the config says: {@link channelSamples}, and
 *
 *     subset     `positions` places, drawn at every step for the whole batch, with repeats: of many places a cheaper estimate
 *     flatten    each place of each channel is a channel of its own
 *
 * @param feature  float32 `[batch, positions..., channels]`.
 * @param seed  int32 `[2]`, of the places that are drawn.
 */
export function tapSamples(feature: TensorFlow.Tensor, { pooling, positions }: Pick<DecorrelationConfig, 'pooling' | 'positions'>, seed: TensorFlow.Tensor1D): ChannelSamples {
  if (pooling === 'flatten') {
    const rows = asExamples(feature)
    requireChannels(rows.shape)
    return { rows, examples: feature.shape[0] ?? 0 }
  }
  if (pooling !== 'subset') return channelSamples(feature, pooling)
  return channelSamples(drawnPositions(feature, positions, seed), 'positions')
}

/** How the channels of one feature vary together, over the batches of all streams. */
export function tapProducts(features: readonly TensorFlow.Tensor[], config: Pick<DecorrelationConfig, 'pooling' | 'positions' | 'centring'>, seed: TensorFlow.Tensor1D): ChannelProducts {
  const moments = features.map((feature) => channelMoments(tapSamples(feature, config, seed)))
  const [first, ...others] = moments
  if (first !== undefined && others.length === 0) return first
  return config.centring === 'pooled' ? poolMoments(moments) : joinStreams(moments)
}

/** Channels that a feature has under a pooling. @param shape  Of one example. */
export function channelsUnder({ pooling }: Pick<DecorrelationConfig, 'pooling'>, shape: readonly number[]): number {
  return pooling === 'flatten' ? shape.reduce((product, side) => product * side, 1) : (shape.at(-1) ?? 0)
}

/** Samples that a batch gives of each channel. @param shape  Of one example. */
export function samplesUnder({ pooling, positions }: Pick<DecorrelationConfig, 'pooling' | 'positions'>, shape: readonly number[], batchSize: number): number {
  const places = shape.slice(0, -1).reduce((product, side) => product * side, 1)
  if (pooling === 'positions') return batchSize * places
  return pooling === 'subset' && places > 1 ? batchSize * positions : batchSize
}

function drawnPositions(feature: TensorFlow.Tensor, count: number, seed: TensorFlow.Tensor1D): TensorFlow.Tensor {
  const [batch, channels] = [feature.shape[0] ?? 0, feature.shape.at(-1) ?? 0]
  const places = feature.shape.slice(1, -1).reduce((product, side) => product * side, 1)
  if (places === 1) return feature
  const drawn = tf.cast(tf.floor(tf.mul(randomUniform([count], seed), places)), 'int32') as TensorFlow.Tensor1D // one axis
  const taken = tf.cast(tf.oneHot(drawn, places), 'float32')
  const byPlace = tf.reshape(tf.transpose(tf.reshape(feature, [batch, places, channels]), [1, 0, 2]), [places, batch * channels])
  return tf.transpose(tf.reshape(tf.matMul(taken, byPlace), [count, batch, channels]), [1, 0, 2])
}
