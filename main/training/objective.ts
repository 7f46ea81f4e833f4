import { tf } from '../tensorflow/tf.ts'
import type { InputSpec, Tensors, TraceContext } from '../tensorflow/runtime.ts'
import type { Dataset } from './datasets/dataset.ts'
import { classificationLoss } from './loss.ts'
import type { Model } from './models/model.ts'
import { keepsNormalized } from './resident-data.ts'
import type { Split } from './resident-data.ts'

/** What a run minimises: a model's loss on a data set. Weight decay belongs to the optimiser and is not in it. */
export interface Objective {
  readonly model: Model
  readonly dataset: Dataset
  readonly labelSmoothing: number
  /** Before the names of the resident data, where a session holds several copies of it; none where left out. */
  readonly residents?: string
}

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
  /** Scalar: Σ weights·losses. */
  readonly loss: tf.Scalar
  /** float32 `[n, classes]`. */
  readonly logits: tf.Tensor2D
  /** Of `loss`, one a parameter. */
  readonly gradients: Tensors
  /** Running statistics after the forward pass. */
  readonly statistics: Tensors
}

type Inputs = Readonly<Record<string, InputSpec>>

/**
 * Takes rows of the resident data, normalised: (x − offset)·scale.
 *
 * @param indices  int32 `[n]` into the split.
 */
export function readBatch<I extends Inputs>(context: TraceContext<I>, objective: Objective, split: Split, indices: tf.Tensor1D): Batch {
  return batchOf(objective, { count: indices.size, inputs: context.rows(residentName(objective, split, 'inputs'), indices), labels: context.rows(residentName(objective, split, 'labels'), indices) })
}

/**
 * Takes the `count` examples of a split from `start` on: cheaper than {@link readBatch} with as many indices in a row.
 *
 * @param start  int32 scalar.
 */
export function readRange<I extends Inputs>(context: TraceContext<I>, objective: Objective, split: Split, { start, count }: { readonly start: tf.Tensor; readonly count: number }): Batch {
  return batchOf(objective, { count, inputs: context.range(residentName(objective, split, 'inputs'), start, count), labels: context.range(residentName(objective, split, 'labels'), start, count) })
}

function residentName({ residents = '' }: Objective, split: Split, part: 'inputs' | 'labels'): string {
  return `${residents}${split}/${part}`
}

function batchOf({ dataset, model }: Objective, { count, inputs, labels }: { readonly count: number; readonly inputs: tf.Tensor; readonly labels: tf.Tensor }): Batch {
  const given = tf.reshape(inputs, [count, ...model.inputShape])
  const { offset, scale } = dataset.normalization
  const x = keepsNormalized(dataset) ? given : tf.mul(tf.sub(given, normalizer(dataset, offset)), normalizer(dataset, scale))
  return { x, labels: tf.reshape(labels, [count]) as tf.Tensor1D }
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
  const kept = new Map<string, tf.Tensor>()
  const keep = (name: string, tensor: tf.Tensor) => kept.set(name, tf.keep(tensor))
  const { value, grads } = tf.valueAndGrads((...parameters: tf.Tensor[]) => {
    const named = Object.fromEntries(names.map((name, i) => [name, parameters[i] as tf.Tensor])) // as many as names
    const { logits, statistics } = objective.model.forward(named, point.statistics, batch.x, { training: point.training, seed: point.seed })
    const losses = classificationLoss(logits, batch.labels, objective.labelSmoothing)
    keep('logits', logits)
    for (const [name, statistic] of Object.entries(statistics)) if (statistic !== point.statistics[name]) keep(`statistics/${name}`, statistic)
    return tf.sum<tf.Scalar>(tf.mul(losses, weights))
  })(values)
  const released = releaseInto(kept)
  return {
    loss: value as tf.Scalar, // the sum over all axes
    logits: released.get('logits') as tf.Tensor2D, // kept above
    gradients: Object.fromEntries(names.map((name, i) => [name, grads[i] as tf.Tensor])), // one for each value
    statistics: Object.fromEntries(Object.entries(point.statistics).map(([name, before]) => [name, released.get(`statistics/${name}`) ?? before])),
  }
}

/**
 * Hands kept tensors over to the scope around: valueAndGrads disposes what its function makes but the value, and what is
 * kept from that would stay for ever.
 */
export function releaseInto(kept: ReadonlyMap<string, tf.Tensor>): ReadonlyMap<string, tf.Tensor> {
  const released = new Map<string, tf.Tensor>()
  for (const [name, tensor] of kept) {
    released.set(name, tf.clone(tensor))
    tensor.dispose()
  }
  return released
}

/** The same weight 1/n for n examples. */
export function meanWeights(count: number): tf.Tensor1D {
  return tf.fill<tf.Rank.R1>([count], 1 / count)
}
