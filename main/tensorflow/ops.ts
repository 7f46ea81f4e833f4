import type * as TensorFlow from '@tensorflow/tfjs'
import { LoupeError } from '../contract/errors.ts'
import { fusedBatchNorm, fusedLayerNorm, fusedSparseSoftmaxCrossEntropy, fusedSquaredNorm } from './fused-kernels.ts'
import { sizeOf } from './element-types.ts'
import { philoxNormal, philoxUniform } from './philox.ts'
import { rawOp } from './raw-op.ts'
import { tf } from './tf.ts'
import { isTracing } from './trace.ts'

export { whileLoop } from './while-loop.ts'

/** Batch-normalised activations, and the statistics of the batch. */
export interface BatchNorm {
  readonly y: TensorFlow.Tensor
  /** float32 `[channels]`; carries no gradient. */
  readonly mean: TensorFlow.Tensor1D
  /** float32 `[channels]`, mean squared deviation (divided by n, not n − 1); carries no gradient. */
  readonly variance: TensorFlow.Tensor1D
}

/**
 * Cross-entropy between softmax(logits) and the true classes, one value an example, in nats.
 *
 *     loss = log Σ exp(logits) − logits[label]
 *
 * @param logits  float32 `[n, classes]`. Differentiable.
 * @param labels  int32 `[n]`, each within the classes.
 * @returns float32 `[n]`.
 */
export function sparseSoftmaxCrossEntropy(logits: TensorFlow.Tensor2D, labels: TensorFlow.Tensor1D): TensorFlow.Tensor1D {
  const [examples, classes] = logits.shape
  if (labels.rank !== 1 || labels.shape[0] !== examples || labels.dtype !== 'int32') {
    throw new LoupeError('shape-mismatch', `sparseSoftmaxCrossEntropy needs int32 labels [${examples}] for logits [${logits.shape}], got ${labels.dtype} [${labels.shape}].`, {
      logits: logits.shape,
      labels: labels.shape,
    })
  }
  if (isTracing()) return fusedSparseSoftmaxCrossEntropy(logits, labels)
  return tf.tidy(() => {
    const chosen = tf.sum(tf.mul(logits, tf.cast(tf.oneHot(labels, classes), 'float32')), 1)
    return tf.sub<TensorFlow.Tensor1D>(tf.logSumExp(logits, 1), chosen)
  })
}

/**
 * Zeroes each element with probability `rate` and scales the others by 1 / (1 − rate).
 *
 * @param rate  Within [0, 1).
 * @param seed  int32 `[2]`, fed: the same seed gives the same mask.
 * @see Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from overfitting".
 */
export function dropout<T extends TensorFlow.Tensor>(x: T, rate: number, seed: TensorFlow.Tensor1D): T {
  if (!(rate >= 0 && rate < 1)) throw new LoupeError('invalid-input', `A dropout rate lies within [0, 1), got ${rate}.`, { rate })
  if (rate === 0) return tf.clone(x)
  return tf.tidy(() => {
    const kept = tf.cast(tf.greaterEqual(randomUniform(x.shape, seed), rate), 'float32')
    return tf.mul<T>(x, tf.mul(kept, 1 / (1 - rate)))
  })
}

/**
 * Uniform random numbers in [0, 1) that the seed alone decides: the same on both runtimes, to the bit.
 *
 * @param seed  int32 `[2]`.
 */
export function randomUniform(shape: readonly number[], seed: TensorFlow.Tensor1D): TensorFlow.Tensor {
  if (isTracing()) return statelessRandom('StatelessRandomUniform', shape, seed)
  return tf.tensor(philoxUniform(sizeOf(shape), readSeed(seed)), [...shape], 'float32')
}

/**
 * Standard normal random numbers that the seed alone decides: the same on both runtimes, to float rounding.
 *
 * @param seed  int32 `[2]`.
 */
export function randomNormal(shape: readonly number[], seed: TensorFlow.Tensor1D): TensorFlow.Tensor {
  if (isTracing()) return statelessRandom('StatelessRandomNormal', shape, seed)
  return tf.tensor(philoxNormal(sizeOf(shape), readSeed(seed)), [...shape], 'float32')
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
 * Rows of a table, such as embeddings of tokens.
 *
 * @param table  float32 `[rows, ...]`. Differentiable.
 * @param indices  int32, each within the rows.
 * @returns float32 `[...indices' shape, ...]`.
 */
export function gatherRows(table: TensorFlow.Tensor, indices: TensorFlow.Tensor): TensorFlow.Tensor {
  return tf.gather(table, indices, 0)
}

/** Sum of the squares of all elements of all tensors: a scalar. Differentiable. */
export function squaredNorm(tensors: readonly TensorFlow.Tensor[]): TensorFlow.Scalar {
  if (tensors.length === 0) return tf.scalar(0)
  const each = tensors.map((tensor) => (isTracing() ? fusedSquaredNorm(tensor) : tf.sum<TensorFlow.Scalar>(tf.square(tensor))))
  return tf.addN(each)
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
  if (isTracing()) return fusedLayerNorm({ x, scale, offset, epsilon }) as T // of the shape of x
  return tf.tidy(() => {
    const centred = tf.sub(x, tf.mean(x, -1, true))
    const variance = tf.mean(tf.square(centred), -1, true)
    return tf.add<T>(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon))), scale), offset)
  })
}

function statelessRandom(type: string, shape: readonly number[], seed: TensorFlow.Tensor1D): TensorFlow.Tensor {
  const attributes = { dtype: { kind: 'type', value: 'float32' }, T: { kind: 'type', value: 'int32' }, Tseed: { kind: 'type', value: 'int32' } } as const
  const [drawn] = rawOp(type, [tf.tensor1d([...shape], 'int32'), seed], attributes)
  if (!drawn) throw new LoupeError('internal', `${type} gave no output.`)
  return drawn
}

function readSeed(seed: TensorFlow.Tensor1D): readonly [number, number] {
  const [low, high] = seed.dataSync<'int32'>()
  if (seed.dtype !== 'int32' || low === undefined || high === undefined) throw new LoupeError('shape-mismatch', `A seed is int32 [2], got ${seed.dtype} [${seed.shape}].`)
  return [low, high]
}
