import { batchNorm as normalizeBatch, groupNorm as normalizeGroups, layerNorm as normalizeLast } from '../../../tensorflow/ops.ts'
import { tf } from '../../../tensorflow/tf.ts'
import { ones, sizeOf, zeros } from '../initializers.ts'
import type { ForwardPass, LayerBuilder, ParameterSpec, Shape } from './layer.ts'
import { chain } from './layer.ts'

export type Normalization = 'none' | 'batch' | 'group'

/** Added to variances, so that a constant channel does not divide by zero. */
export const EPSILON = 1e-5
/** Share of the running statistics kept at each step. PyTorch's `momentum=0.1` is 1 minus this. */
export const RUNNING_MOMENTUM = 0.9
const MOST_GROUPS = 8

/** The norm of a kind after a convolution; nothing for `none`. */
export function normalization(name: string, kind: Normalization): LayerBuilder {
  switch (kind) {
    case 'none':
      return chain()
    case 'batch':
      return batchNorm(name)
    case 'group':
      return groupNorm(name)
  }
}

/**
 * Batch norm: each channel to mean 0 and variance 1 over the batch and its pixels, then scale and offset.
 *
 * While training the batch's own statistics are used, which makes one example's output depend on the others; the running
 * ones, `running ← 0.9·running + 0.1·batch`, are used otherwise. As in PyTorch and TensorFlow the running variance takes the
 * batch's unbiased one, n/(n − 1) times the one that divides, over n = batch·pixels numbers a channel.
 *
 * @see Ioffe and Szegedy 2015, "Batch normalization", arXiv:1502.03167.
 */
export function batchNorm(name: string): LayerBuilder {
  return (shape) => {
    const channels = shape.at(-1) ?? 1
    return {
      outputShape: shape,
      parameters: scaleAndOffset(name, channels),
      statistics: [
        { name: `${name}/mean`, shape: [channels], initializer: zeros },
        { name: `${name}/variance`, shape: [channels], initializer: ones },
      ],
      macs: 0,
      kept: sizeOf(shape),
      draws: 0,
      apply: (x, pass) => (pass.training ? withBatchStatistics(name, x, pass) : withRunningStatistics(name, x, pass)),
    }
  }
}

function withBatchStatistics(name: string, x: tf.Tensor, pass: ForwardPass): tf.Tensor {
  const { y, mean, variance } = normalizeBatch(x, vector(pass, `${name}/scale`), vector(pass, `${name}/offset`), EPSILON)
  const count = x.size / (x.shape.at(-1) ?? 1)
  const unbiased = count > 1 ? tf.mul(variance, count / (count - 1)) : variance
  for (const [key, batch] of [['mean', mean], ['variance', unbiased]] as const) {
    const running = pass.statistic(`${name}/${key}`)
    pass.updateStatistic(`${name}/${key}`, tf.add(tf.mul(running, RUNNING_MOMENTUM), tf.mul(batch, 1 - RUNNING_MOMENTUM)))
  }
  return y
}

function withRunningStatistics(name: string, x: tf.Tensor, pass: ForwardPass): tf.Tensor {
  const factor = tf.mul(pass.parameter(`${name}/scale`), tf.rsqrt(tf.add(pass.statistic(`${name}/variance`), EPSILON)))
  const shift = tf.sub(pass.parameter(`${name}/offset`), tf.mul(pass.statistic(`${name}/mean`), factor))
  return tf.add(tf.mul(x, factor), shift)
}

/**
 * Group norm: each example's channels, in groups, to mean 0 and variance 1 over the group and its pixels.
 *
 * Independent of the rest of the batch, so that gradients of single examples exist.
 *
 * @see Wu and He 2018, "Group normalization", arXiv:1803.08494. Differs from it: up to {@link groupsFor 8} groups, not 32,
 *   because CIFAR ResNets are narrow.
 */
export function groupNorm(name: string): LayerBuilder {
  return (shape) => {
    const channels = shape.at(-1) ?? 1
    const groups = groupsFor(channels)
    return {
      outputShape: shape,
      parameters: scaleAndOffset(name, channels),
      statistics: [],
      macs: 0,
      kept: sizeOf(shape),
      draws: 0,
      apply: (x, pass) =>
        normalizeGroups({ x, scale: pass.parameter(`${name}/scale`), offset: pass.parameter(`${name}/offset`), epsilon: EPSILON, groups }),
    }
  }
}

/**
 * The number of groups for so many channels: the largest divisor not above 8.
 *
 * @example groupsFor(16) is 8, groupsFor(12) is 6, groupsFor(13) is 1.
 */
export function groupsFor(channels: number): number {
  for (let groups = Math.min(MOST_GROUPS, channels); groups > 1; groups--) {
    if (channels % groups === 0) return groups
  }
  return 1
}

/**
 * Layer norm: each row of the last dimension to mean 0 and variance 1, then scale and offset.
 *
 * @see Ba et al. 2016, "Layer normalization", arXiv:1607.06450.
 */
export function layerNorm(name: string): LayerBuilder {
  return (shape: Shape) => ({
    outputShape: shape,
    parameters: scaleAndOffset(name, shape.at(-1) ?? 1),
    statistics: [],
    macs: 0,
    kept: sizeOf(shape),
    draws: 0,
    apply: (x, pass) => normalizeLast(x, vector(pass, `${name}/scale`), vector(pass, `${name}/offset`), EPSILON),
  })
}

function scaleAndOffset(name: string, channels: number): readonly ParameterSpec[] {
  return [
    { name: `${name}/scale`, shape: [channels], initializer: ones },
    { name: `${name}/offset`, shape: [channels], initializer: zeros },
  ]
}

/** A parameter that is a vector by its specification; the table of parameters does not know ranks. */
function vector(pass: ForwardPass, name: string): tf.Tensor1D {
  return pass.parameter(name) as tf.Tensor1D
}
