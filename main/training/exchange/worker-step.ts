import { inPhase, squaredNorm } from '../../tensorflow/ops.ts'
import type { InputSpec, Tensors, TraceContext } from '../../tensorflow/runtime.ts'
import { tf } from '../../tensorflow/tf.ts'
import { lossAndGradients, readBatch } from '../objective.ts'
import type { LossAndGradients } from '../objective.ts'
import type { TrainedVariables } from '../training-step.ts'
import { assignTensors, readTensors } from '../variables.ts'
import type { Compressor } from './compressor.ts'
import type { Sent } from './exchange-all.ts'
import type { ExchangeStepOptions } from './exchange-step.ts'
import { flatten, joinedTensors } from './flatten.ts'
import { remember } from './memory.ts'
import type { StepVariant } from './step-variant.ts'
import type { Worker } from './worker-variables.ts'

export type StepInputs = { readonly indices: InputSpec; readonly seeds: InputSpec; readonly learningRate: InputSpec; readonly ratio: InputSpec }

/** One worker in the trace of a step. */
export interface WorkerPlace {
  readonly context: TraceContext<StepInputs>
  readonly worker: Worker
  readonly index: number
  /** int32 `[share]`: its examples of the batch. */
  readonly indices: tf.Tensor1D
}

/** What a worker has made of its share, before memory and compression. */
export interface Made {
  readonly loss: tf.Scalar
  /** float32 `[layout.size]`: gradient or weight delta of the tensors that are compressed. */
  readonly flat: tf.Tensor1D
  /** Of those that are sent whole, in one vector. */
  readonly small: tf.Tensor1D
  /** Running statistics after the forward pass. */
  readonly statistics: Tensors
}

/** All workers with their examples: the batch, cut by the shares. */
export function placesOf({ workers, shares }: Pick<ExchangeStepOptions, 'workers' | 'shares'>, context: TraceContext<StepInputs>): readonly WorkerPlace[] {
  let start = 0
  return workers.map((worker, index) => {
    const share = shares[index] ?? 0
    const indices = tf.slice(context.inputs.indices as tf.Tensor1D, [start], [share]) // inputs are declared with one dimension
    start += share
    return { context, worker, index, indices }
  })
}

/** Loss and gradients of Σ (workers/batch)·loss over a worker's examples, at the given weights of its own. */
export function learnFrom({ objective, workers, shares }: ExchangeStepOptions, place: WorkerPlace, { parameters, statistics }: Pick<TrainedVariables, 'parameters' | 'statistics'>): LossAndGradients & { readonly parameters: Tensors } {
  const { context, worker, index, indices } = place
  const batch = shares.reduce((sum, share) => sum + share, 0)
  const own = { ...objective, residents: worker.residents }
  const point = { objective: own, parameters: readTensors(context, parameters), statistics: readTensors(context, statistics), batch: readBatch(context, own, 'train', indices), seed: seedAt(place, index), training: true }
  return { ...lossAndGradients(point, tf.fill<tf.Rank.R1>([indices.size], workers.length / batch)), parameters: point.parameters }
}

/** The gradient of a worker's share, clipped. */
export function differentiate(options: ExchangeStepOptions, place: WorkerPlace): Made {
  const { layout } = options
  return inPhase('compute', () => {
    const { loss, gradients, parameters, statistics } = learnFrom(options, place, place.worker.replica)
    const penalised = withPenalty(gradients, parameters, options.workerPenalty)
    const flat = flatten(layout, penalised)
    const small = joinedTensors(penalised, layout.dense.map(({ name }) => name))
    const factor = clipFactor(options, [flat, small])
    return factor === null ? { loss, flat, small, statistics } : { loss, flat: tf.mul<tf.Tensor1D>(flat, factor), small: tf.mul<tf.Tensor1D>(small, factor), statistics }
  })
}

/** Adds what the worker remembers, compresses, and keeps what is not sent. */
export function send({ options, variant, place, made }: { readonly options: ExchangeStepOptions; readonly variant: StepVariant; readonly place: WorkerPlace; readonly made: Made }): Sent {
  const { workers, layout, memory, compressor, whole } = options
  const { context, worker, index } = place
  const remembered = inPhase('encode', () => remember(memory, readTensors(context, worker.memory), { gradient: made.flat, dense: made.small }))
  const state = readTensors(context, worker.compressor)
  const compress = (by: Compressor, from: Tensors) =>
    inPhase('encode', () => by.compress({ layout, values: remembered.values, ratio: context.inputs.ratio as tf.Scalar, seed: seedAt(place, workers.length + index), state: from, fits: variant.fits }))
  const compressed = variant.sending === 'nothing' || layout.size === 0 ? null : variant.sending === 'dense' ? compress(whole, {}) : compress(compressor, state)
  const after = inPhase('encode', () => remembered.after(compressed, variant.sending))
  assignTensors(context, worker.memory, { before: {}, after })
  if (variant.sending === 'compressed' && compressed !== null) assignTensors(context, worker.compressor, { before: state, after: compressed.state })
  const statistics = joinedTensors(made.statistics, worker.replica.statistics.names)
  return { loss: made.loss, dense: tf.concat1d([remembered.dense, statistics]), fresh: made.flat, values: remembered.values, compressed, kept: after['kept'] }
}

/** int32 `[2]`: of dropout for the first places, then of the compressors. */
function seedAt({ context }: WorkerPlace, place: number): tf.Tensor1D {
  return tf.slice(context.inputs.seeds as tf.Tensor1D, [2 * place], [2])
}

function withPenalty(gradients: Tensors, parameters: Tensors, penalty: number): Tensors {
  if (penalty === 0) return gradients
  return Object.fromEntries(Object.entries(gradients).map(([name, gradient]) => [name, tf.add(gradient, tf.mul(parameters[name] as tf.Tensor, penalty))])) // one for each
}

/** What shortens a worker's gradient to clipNorm/√workers where it is longer; null for none. */
function clipFactor({ exchange, workers }: ExchangeStepOptions, parts: readonly tf.Tensor[]): tf.Scalar | null {
  if (exchange.clipNorm === null) return null
  const longest = exchange.clipNorm / Math.sqrt(workers.length)
  return tf.minimum<tf.Scalar>(1, tf.div(longest, tf.maximum(tf.sqrt(squaredNorm(parts)), 1e-30)))
}
