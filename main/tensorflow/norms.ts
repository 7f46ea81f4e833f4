import type * as TensorFlow from '@tensorflow/tfjs'
import { LoupeError } from '../contract/errors.ts'
import { fusedBatchNorm } from './fused-kernels.ts'
import { tf } from './tf.ts'
import { isTracing } from './trace.ts'
import { groupNormInTrace, layerNormInTrace, type NormInputs } from './traced-norms.ts'

/** Batch-normalised activations, and the statistics of the batch. */
export interface BatchNorm {
  readonly y: TensorFlow.Tensor
  /** float32 `[channels]`; carries no gradient. */
  readonly mean: TensorFlow.Tensor1D
  /** float32 `[channels]`, mean squared deviation (divided by n, not n − 1); carries no gradient. */
  readonly variance: TensorFlow.Tensor1D
}

/**
 * Normalises each channel over the batch and all positions, as while training.
 *
 *     y = scale · (x − mean) / √(variance + epsilon) + offset
 *
 * @param x  float32 `[..., channels]`. Differentiable, as are `scale` and `offset`, float32 `[channels]`.
 * @see Ioffe and Szegedy 2015, "Batch normalization", arXiv:1502.03167.
 */
export function batchNorm(x: TensorFlow.Tensor, scale: TensorFlow.Tensor1D, offset: TensorFlow.Tensor1D, epsilon: number): BatchNorm {
  const channels = x.shape.at(-1)
  for (const [name, tensor] of Object.entries({ scale, offset })) {
    if (x.rank >= 2 && tensor.rank === 1 && tensor.shape[0] === channels) continue
    throw new LoupeError('shape-mismatch', `batchNorm needs ${name} [${channels}] for x [${x.shape}], got [${tensor.shape}].`, { x: x.shape, [name]: tensor.shape })
  }
  if (isTracing()) return fusedBatchNorm({ x, scale, offset, epsilon })
  const { mean, variance } = tf.moments(x, x.shape.map((_, axis) => axis).slice(0, -1))
  const y = tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon))), scale), offset)
  return { y, mean: mean as TensorFlow.Tensor1D, variance: variance as TensorFlow.Tensor1D } // one axis is left
}

/**
 * Normalises each example over its last axis.
 *
 *     y = scale · (x − mean) / √(variance + epsilon) + offset
 *
 * @param x  float32 `[..., features]`. Differentiable, as are `scale` and `offset`, float32 `[features]`.
 * @see Ba et al. 2016, "Layer normalization", arXiv:1607.06450.
 */
export function layerNorm<T extends TensorFlow.Tensor>(x: T, scale: TensorFlow.Tensor1D, offset: TensorFlow.Tensor1D, epsilon: number): T {
  const features = x.shape.at(-1)
  for (const [name, tensor] of Object.entries({ scale, offset })) {
    if (tensor.rank === 1 && tensor.shape[0] === features) continue
    throw new LoupeError('shape-mismatch', `layerNorm needs ${name} [${features}] for x [${x.shape}], got [${tensor.shape}].`, { x: x.shape, [name]: tensor.shape })
  }
  if (isTracing()) return layerNormInTrace({ x, scale, offset, epsilon }) as T // of the shape of x
  return tf.tidy(() => {
    const centred = tf.sub(x, tf.mean(x, -1, true))
    const variance = tf.mean(tf.square(centred), -1, true)
    return tf.add<T>(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon))), scale), offset)
  })
}

/**
 * Normalises each example's channels over its pixels, in groups of channels.
 *
 *     y = scale · (x − mean) / √(variance + epsilon) + offset,  mean and variance over a group and all pixels
 *
 * @param x  float32 `[batch, height, width, channels]`. Differentiable, as are `scale` and `offset`, float32 `[channels]`.
 * @param groups  Divides the channels.
 * @see Wu and He 2018, "Group normalization", arXiv:1803.08494.
 */
export function groupNorm(inputs: NormInputs & { readonly groups: number }): TensorFlow.Tensor {
  if (isTracing()) return groupNormInTrace(inputs)
  const { x, scale, offset, epsilon, groups } = inputs
  const [batch = -1, height = 1, width = 1, channels = 1] = x.shape
  return tf.tidy(() => {
    const grouped = tf.reshape(x, [batch, height * width, groups, channels / groups])
    const centred = tf.sub(grouped, tf.mean(grouped, [1, 3], true))
    const variance = tf.mean(tf.square(centred), [1, 3], true)
    const standard = tf.reshape(tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon))), x.shape)
    return tf.add(tf.mul(standard, scale), offset)
  })
}
