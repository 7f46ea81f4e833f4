import type * as TensorFlow from '@tensorflow/tfjs'
import { LoupeError } from '../contract/errors.ts'
import { fusedSparseSoftmaxCrossEntropy, fusedSquaredNorm } from './fused-kernels.ts'
import { sizeOf } from './element-types.ts'
import { philoxNormal, philoxUniform } from './philox.ts'
import { rawOp } from './raw-op.ts'
import { tf } from './tf.ts'
import { isTracing } from './trace.ts'

export { biasAdd } from './bias-add.ts'
export { batchNorm, groupNorm, layerNorm } from './norms.ts'
export { reachedGradients } from './reached-gradients.ts'
export { singularValues } from './singular-values.ts'
export { inPhase, onDevice } from './trace.ts'
export { whileLoop } from './while-loop.ts'

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
 * Rows of a table, such as embeddings of tokens.
 *
 * @param table  float32 `[rows, ...]`. Differentiable.
 * @param indices  int32, each within the rows.
 * @returns float32 `[...indices' shape, ...]`.
 */
export function gatherRows(table: TensorFlow.Tensor, indices: TensorFlow.Tensor): TensorFlow.Tensor {
  return tf.gather(table, indices, 0)
}

/**
 * Σ of tensors of one shape, added in their order: the same bits wherever and whenever it runs.
 *
 * TensorFlow's AddN, to which its optimizer also turns chains of additions, begins with whichever input's memory it may use again at that
 * moment: of more than two terms another order, and other last bits, from one run or device to the next.
 */
export function sumInOrder<T extends TensorFlow.Tensor>(tensors: readonly T[]): T {
  const [first, second] = tensors
  if (first === undefined) throw new LoupeError('internal', 'A sum of no tensors has no shape.')
  if (second === undefined) return tf.clone(first)
  if (tensors.length === 2) return tf.add<T>(first, second)
  return tf.sum<T>(tf.stack([...tensors]), 0)
}

/** Sum of the squares of all elements of all tensors: a scalar. Differentiable. */
export function squaredNorm(tensors: readonly TensorFlow.Tensor[]): TensorFlow.Scalar {
  if (tensors.length === 0) return tf.scalar(0)
  const each = tensors.map((tensor) => (isTracing() ? fusedSquaredNorm(tensor) : tf.sum<TensorFlow.Scalar>(tf.square(tensor))))
  return sumInOrder(each)
}

/**
 * x·factor, and 0 where the factor is 0 even if x is not finite: so that a sum can begin anew after it was spoilt.
 *
 * @param factor  Scalar. No gradient goes through.
 */
export function scaledOrZero(x: TensorFlow.Tensor, factor: TensorFlow.Tensor): TensorFlow.Tensor {
  if (!isTracing()) return tf.where(tf.notEqual(factor, 0), tf.mul(x, factor), 0)
  const [scaled] = rawOp('MulNoNan', [x, factor], { T: { kind: 'type', value: 'float32' } })
  if (!scaled) throw new LoupeError('internal', 'MulNoNan gave no output.')
  return scaled
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
