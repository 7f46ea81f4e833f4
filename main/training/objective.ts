import { tf } from '../tensorflow/tf.ts'
import type { InputSpec, Tensors, TraceContext } from '../tensorflow/runtime.ts'
import type { Dataset } from './datasets/dataset.ts'
import { classificationLoss } from './loss.ts'
import type { Model } from './models/model.ts'

/** What a run minimises: a model's loss on a data set. Weight decay belongs to the optimiser and is not in it. */
export interface Objective {
  readonly model: Model
  readonly dataset: Dataset
  readonly labelSmoothing: number
}

/** The three parts of a data set, as their resident arrays are named. */
export type Split = 'train' | 'validation' | 'test'

/** Examples as the model takes them. */
export interface Batch {
  /** float32 `[n, ...model.inputShape]`, normalised. */
  readonly x: tf.Tensor
  /** int32 `[n]`. */
  readonly labels: tf.Tensor1D
}

/** Where the loss is taken. */
export interface LossPoint {
  readonly objective: Objective
  readonly parameters: Tensors
  readonly statistics: Tensors
  readonly batch: Batch
  /** int32 `[2]`, of dropout. */
  readonly seed: tf.Tensor1D
  /** Dropout and batch statistics on. */
  readonly training: boolean
}

export interface LossAndGradients {
  /** float32 `[n]`, one loss an example, in nats. */
  readonly losses: tf.Tensor1D
  /** Scalar: Σ weights·losses. */
  readonly loss: tf.Scalar
  /** float32 `[n, classes]`. */
  readonly logits: tf.Tensor2D
  /** Of `loss`, one a parameter. */
  readonly gradients: Tensors
  /** Running statistics after the forward pass. */
  readonly statistics: Tensors
}

/**
 * Takes rows of the resident data and normalises them: (x − offset)·scale.
 *
 * @param indices  int32 `[n]` into the split.
 */
export function readBatch<I extends Readonly<Record<string, InputSpec>>>(context: TraceContext<I>, objective: Objective, split: Split, indices: tf.Tensor1D): Batch {
  const { dataset, model } = objective
  const [count = 0] = indices.shape
  const shape = [count, ...model.inputShape]
  const raw = tf.reshape(context.rows(`${split}/inputs`, indices), shape)
  const x = tf.mul(tf.sub(raw, normalizer(dataset, dataset.normalization.offset)), normalizer(dataset, dataset.normalization.scale))
  return { x, labels: tf.reshape(context.rows(`${split}/labels`, indices), [count]) as tf.Tensor1D }
}

/** One number, one a feature, or one a channel: broadcast against `[n, ...shape]`. */
function normalizer(dataset: Dataset, values: Float32Array): tf.Tensor {
  if (values.length === 1) return tf.scalar(values[0] ?? 0)
  const features = dataset.shape.reduce((product, size) => product * size, 1)
  return values.length === features ? tf.tensor(values, [...dataset.shape]) : tf.tensor1d(values)
}

/** Mean loss over the batch: a scalar, in nats. No gradient is kept and no statistics move. */
export function meanLoss({ objective, parameters, statistics, batch, seed, training }: LossPoint): tf.Scalar {
  const { logits } = objective.model.forward(parameters, statistics, batch.x, { training, seed })
  return tf.mean<tf.Scalar>(classificationLoss(logits, batch.labels, objective.labelSmoothing))
}

/**
 * Loss and gradients at one point.
 *
 * @param weights  float32 `[n]`, the share of each example in `loss`: 1/n for a mean.
 */
export function lossAndGradients(point: LossPoint, weights: tf.Tensor1D): LossAndGradients {
  const { objective, batch } = point
  const names = Object.keys(point.parameters)
  const values = names.map((name) => point.parameters[name] as tf.Tensor) // the keys are its own
  const made = { losses: weights, logits: undefined as tf.Tensor2D | undefined, statistics: point.statistics }
  // valueAndGrads disposes what its function makes but the value: what else is wanted must be kept, and let go with the trace.
  const { value, grads } = tf.valueAndGrads((...parameters: tf.Tensor[]) => {
    const named = Object.fromEntries(names.map((name, i) => [name, parameters[i] as tf.Tensor])) // as many as names
    const { logits, statistics } = objective.model.forward(named, point.statistics, batch.x, { training: point.training, seed: point.seed })
    made.logits = tf.keep(logits)
    made.losses = tf.keep(classificationLoss(logits, batch.labels, objective.labelSmoothing))
    made.statistics = Object.fromEntries(Object.entries(statistics).map(([name, statistic]) => [name, statistic === point.statistics[name] ? statistic : tf.keep(statistic)]))
    return tf.sum<tf.Scalar>(tf.mul(made.losses, weights))
  })(values)
  return {
    loss: value as tf.Scalar, // the sum over all axes
    losses: made.losses,
    logits: made.logits as tf.Tensor2D, // set by the function above, which has run
    gradients: Object.fromEntries(names.map((name, i) => [name, grads[i] as tf.Tensor])), // one for each value
    statistics: made.statistics,
  }
}

/** The same weight 1/n for n examples. */
export function meanWeights(count: number): tf.Tensor1D {
  return tf.fill<tf.Rank.R1>([count], 1 / count)
}
