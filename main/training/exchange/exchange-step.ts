import type { ExchangeConfig } from '../../contract/exchange-config.ts'
import { inPhase, onDevice, squaredNorm, sumInOrder } from '../../tensorflow/ops.ts'
import type { CompiledStep, InputSpec, Session, Tensors, TraceContext } from '../../tensorflow/runtime.ts'
import { tf } from '../../tensorflow/tf.ts'
import { lossAndGradients, readBatch } from '../objective.ts'
import type { Objective } from '../objective.ts'
import type { Optimizer } from '../optimizers/optimizer.ts'
import { optimizedVariables } from '../training-step.ts'
import { assignTensors, readTensors } from '../variables.ts'
import { countBits } from './bit-histograms.ts'
import type { Compressed, Compressor, Message } from './compressor.ts'
import { flatten, joinedTensors, splitTensors, unflatten } from './flatten.ts'
import type { FlatLayout } from './flat-layout.ts'
import { remember } from './memory.ts'
import type { MemoryPlan, Sending } from './memory.ts'
import type { Worker } from './worker-variables.ts'

/** Of the histograms that are logged: fits from them are within a per mille of those to the values, the degrees of freedom within two. */
export const MANTISSA_BITS = 5

/** What differs between the steps of a run, each with a trace of its own. */
export interface StepVariant {
  readonly sending: Sending
  /** Whether the compressor fits anew. */
  readonly fits: boolean
  /** Whether histograms, norms and readings are told. */
  readonly records: boolean
  /** Whether gradients and values are told in full. */
  readonly snapshot: boolean
}

export interface ExchangeStepOptions {
  readonly session: Session
  readonly objective: Objective
  readonly workers: readonly Worker[]
  /** Examples of each worker in a batch. */
  readonly shares: readonly number[]
  readonly layout: FlatLayout
  readonly compressor: Compressor
  /** Sends everything; for steps before compression begins. */
  readonly whole: Compressor
  /** Of every replica. */
  readonly optimizer: Optimizer
  /** L2 penalty that workers add to their gradients, where they keep the momentum; 0 where the optimizer does it. */
  readonly workerPenalty: number
  readonly memory: MemoryPlan
  readonly exchange: Pick<ExchangeConfig, 'topology' | 'clipNorm'>
}

type Inputs = { readonly indices: InputSpec; readonly seeds: InputSpec; readonly learningRate: InputSpec; readonly ratio: InputSpec }
export type ExchangeStep = CompiledStep<Inputs, string>

/** What a worker has made of its share, before it is exchanged. */
interface Sent {
  readonly loss: tf.Scalar
  /** Whole tensors, and the running statistics after the step. */
  readonly dense: tf.Tensor1D
  readonly gradient: tf.Tensor1D
  readonly values: tf.Tensor1D
  readonly compressed: Compressed | null
  readonly kept: tf.Tensor | undefined
}

const FLOAT_BYTES = 4

/**
 * Compiles one step of data-parallel training with compressed exchange.
 *
 *     on each worker      loss and gradient of its share of the batch, by its replica             compute
 *                         values = memory + gradient; message, sent = compress(values)             fit, encode
 *                         memory ← what was not sent
 *     on each worker      Σ of all messages / workers, or that sum from the first worker           exchange
 *                         parameters, slots = optimizer.update(…) of its replica                    update
 *
 * Each worker's gradient is that of Σ (workers/batch)·loss over its examples, so the mean over the workers is the gradient of the batch's mean loss,
 * whatever the shares. Between workers only messages, small tensors and statistics cross, once a step. All replicas add the same numbers in
 * the same order, so they stay equal to the bit.
 */
export function compileExchangeStep(options: ExchangeStepOptions, variant: StepVariant): ExchangeStep {
  const { session, workers, shares, layout } = options
  const outputs = (context: TraceContext<Inputs>): Tensors => {
    let start = 0
    const sent = workers.map((worker, index) => {
      const share = shares[index] ?? 0
      const indices = tf.slice(context.inputs.indices as tf.Tensor1D, [start], [share]) // inputs are declared with one dimension
      start += share
      return onDevice(worker.device, () => workOn({ options, variant, context, worker, index, indices }))
    })
    const received = exchangeAll(options, variant, sent)
    for (const worker of workers) {
      onDevice(worker.device, () => {
        const mean = received.here()
        inPhase('update', () => update({ options, context, worker, ...mean }))
      })
    }
    return told(options, variant, sent, received)
  }
  return session.compile({
    name: `exchange-${variant.sending}${variant.fits ? '-fit' : ''}${variant.records ? '-record' : ''}${variant.snapshot ? '-snapshot' : ''}-${shares.join('+')}-units-${layout.units.length}`,
    inputs: {
      indices: { shape: [shares.reduce((sum, share) => sum + share, 0)], type: 'int32' },
      /** Of dropout, then of the compressors. */
      seeds: { shape: [workers.length * 4], type: 'int32' },
      learningRate: { shape: [], type: 'float32' },
      ratio: { shape: [], type: 'float32' },
    },
    trace: outputs,
  })
}

interface WorkContext {
  readonly options: ExchangeStepOptions
  readonly variant: StepVariant
  readonly context: TraceContext<Inputs>
  readonly worker: Worker
  readonly index: number
  readonly indices: tf.Tensor1D
}

function workOn({ options, variant, context, worker, index, indices }: WorkContext): Sent {
  const { objective, workers, shares, layout, memory, compressor, whole } = options
  const { replica } = worker
  const seedAt = (place: number) => tf.slice(context.inputs.seeds as tf.Tensor1D, [2 * place], [2])
  const batch = shares.reduce((sum, share) => sum + share, 0)
  const { loss, gradient, dense } = inPhase('compute', () => {
    const own = { ...objective, residents: worker.residents }
    const point = { objective: own, parameters: readTensors(context, replica.parameters), statistics: readTensors(context, replica.statistics), batch: readBatch(context, own, 'train', indices), seed: seedAt(index), training: true }
    const taken = lossAndGradients(point, tf.fill<tf.Rank.R1>([indices.size], workers.length / batch))
    const gradients = penalised(taken.gradients, point.parameters, options.workerPenalty)
    const flat = flatten(layout, gradients)
    const small = joinedTensors(gradients, layout.dense.map(({ name }) => name))
    const factor = clipFactor(options, [flat, small])
    const clipped = factor === null ? { flat, small } : { flat: tf.mul<tf.Tensor1D>(flat, factor), small: tf.mul<tf.Tensor1D>(small, factor) }
    return { loss: taken.loss, gradient: clipped.flat, dense: { small: clipped.small, statistics: joinedTensors(taken.statistics, replica.statistics.names) } }
  })
  const remembered = inPhase('encode', () => remember(memory, readTensors(context, worker.memory), { gradient, dense: dense.small }))
  const state = readTensors(context, worker.compressor)
  const compress = (by: Compressor, from: Tensors) =>
    inPhase('encode', () => by.compress({ layout, values: remembered.values, ratio: context.inputs.ratio as tf.Scalar, seed: seedAt(workers.length + index), state: from, fits: variant.fits }))
  const compressed = variant.sending === 'nothing' || layout.size === 0 ? null : variant.sending === 'dense' ? compress(whole, {}) : compress(compressor, state)
  const after = inPhase('encode', () => remembered.after(compressed, variant.sending))
  assignTensors(context, worker.memory, { before: {}, after })
  if (variant.sending === 'compressed' && compressed !== null) assignTensors(context, worker.compressor, { before: state, after: compressed.state })
  return { loss, dense: tf.concat1d([remembered.dense, dense.statistics]), gradient, values: remembered.values, compressed, kept: after['kept'] }
}

function penalised(gradients: Tensors, parameters: Tensors, penalty: number): Tensors {
  if (penalty === 0) return gradients
  return Object.fromEntries(Object.entries(gradients).map(([name, gradient]) => [name, tf.add(gradient, tf.mul(parameters[name] as tf.Tensor, penalty))])) // one for each
}

/** What shortens a worker's gradient to clipNorm/√workers where it is longer; null for none. */
function clipFactor({ exchange, workers }: ExchangeStepOptions, parts: readonly tf.Tensor[]): tf.Scalar | null {
  if (exchange.clipNorm === null) return null
  const longest = exchange.clipNorm / Math.sqrt(workers.length)
  return tf.minimum<tf.Scalar>(1, tf.div(longest, tf.maximum(tf.sqrt(squaredNorm(parts)), 1e-30)))
}

interface Received {
  /** The mean over the workers, on the device that is traced; null where nothing was sent. */
  here(): { readonly flat: tf.Tensor1D | null; readonly dense: tf.Tensor1D }
  /** float32 `[workers]`. */
  readonly bytesUp: tf.Tensor1D
  readonly bytesDown: tf.Tensor1D
}

/** Sends every message where it is wanted. */
function exchangeAll(options: ExchangeStepOptions, { sending }: StepVariant, sent: readonly Sent[]): Received {
  const { workers, layout, exchange } = options
  const messages = sent.flatMap(({ compressed }) => (compressed === null ? [] : [compressed.message]))
  const by = messages.length === 0 ? null : sending === 'dense' ? options.whole : options.compressor
  const mean = (sum: tf.Tensor1D) => tf.mul<tf.Tensor1D>(sum, 1 / workers.length)
  const denseBytes = (sent[0]?.dense.size ?? 0) * FLOAT_BYTES
  const decode = (by: Compressor) => by.decodeSum(layout, messages)
  const addDense = () => sumInOrder(sent.map(({ dense }) => dense))
  const up = tf.stack(sent.map(({ compressed }) => (compressed === null ? tf.scalar(denseBytes) : tf.add<tf.Scalar>(compressed.message.bytes, denseBytes)))) as tf.Tensor1D // scalars
  if (exchange.topology === 'server') return fromServer({ options, up, denseBytes, addDense, mean, sum: by === null ? null : () => decode(by), by })
  const others = tf.sub<tf.Tensor1D>(tf.sum(up), up)
  return {
    here: () => inPhase('exchange', () => ({ flat: by === null ? null : mean(decode(by)), dense: mean(addDense()) })),
    bytesUp: up,
    bytesDown: others,
  }
}

interface ServerContext {
  readonly options: ExchangeStepOptions
  readonly up: tf.Tensor1D
  readonly denseBytes: number
  readonly addDense: () => tf.Tensor1D
  readonly mean: (sum: tf.Tensor1D) => tf.Tensor1D
  readonly sum: (() => tf.Tensor1D) | null
  readonly by: Compressor | null
}

/** The first worker adds all messages up, and sends the sum down to each worker, itself included. */
function fromServer({ options, up, denseBytes, addDense, mean, sum, by }: ServerContext): Received {
  const { workers, layout } = options
  const server = workers[0]?.device ?? ''
  const { flat, dense, packed } = onDevice(server, () =>
    inPhase('exchange', () => {
      const added = sum === null ? null : mean(sum())
      return { flat: added, dense: mean(addDense()), packed: added === null || by?.down === undefined ? null : by.down.pack(layout, added, workers.length) }
    }),
  )
  const flatBytes: tf.Scalar = packed?.bytes ?? tf.scalar(flat === null ? 0 : layout.size * FLOAT_BYTES)
  const unpack = (message: Message): tf.Tensor1D | null => by?.down?.unpack(layout, message, workers.length) ?? null
  return {
    here: () => inPhase('exchange', () => ({ flat: packed === null ? flat && tf.clone(flat) : unpack(packed), dense: tf.clone(dense) })),
    bytesUp: up,
    bytesDown: tf.mul<tf.Tensor1D>(tf.ones<tf.Rank.R1>([workers.length]), tf.add(flatBytes, denseBytes)),
  }
}

interface UpdateContext {
  readonly options: ExchangeStepOptions
  readonly context: TraceContext<Inputs>
  readonly worker: Worker
  readonly flat: tf.Tensor1D | null
  readonly dense: tf.Tensor1D
}

/** Tensors of which nothing was sent stay as they are, their slots too. */
function update({ options, context, worker, flat, dense }: UpdateContext): void {
  const { layout, optimizer, objective } = options
  const { replica } = worker
  const shapes = objective.model.initStatistics()
  const statistics = replica.statistics.names.map((name) => ({ name: `statistics/${name}`, shape: shapes[name]?.shape ?? [] }))
  const small = splitTensors(dense, [...layout.dense, ...statistics])
  const gradients = { ...(flat === null ? {} : unflatten(layout, flat)), ...Object.fromEntries(layout.dense.map(({ name }) => [name, small[name] as tf.Tensor])) } // split just above
  const names = replica.parameters.names.filter((name) => name in gradients)
  optimizer.updateInPlace({ ...optimizedVariables(context, replica), names }, gradients, context.inputs.learningRate as tf.Scalar) // as declared
  assignTensors(context, replica.statistics, { before: {}, after: Object.fromEntries(replica.statistics.names.map((name) => [name, small[`statistics/${name}`] as tf.Tensor])) })
}

/** What the step tells: every time what is cheap, and all of it where it is recorded. One row a worker. */
function told(options: ExchangeStepOptions, variant: StepVariant, sent: readonly Sent[], { bytesUp, bytesDown }: Received): Tensors {
  const { layout, workers } = options
  const perUnit = (of: (one: Sent) => tf.Tensor) => tf.stack(sent.map(of))
  const always: Record<string, tf.Tensor> = {
    losses: tf.stack(sent.map(({ loss }) => tf.div(loss, workers.length))),
    bytesUp,
    bytesDown,
    kept: perUnit(({ compressed }) => compressed?.readings.kept ?? tf.zeros([layout.units.length])),
    notFinite: perUnit(({ compressed }) => compressed?.readings.nonFinite ?? tf.zeros([layout.units.length])),
  }
  if (variant.snapshot) Object.assign(always, { gradients: perUnit(({ gradient }) => gradient), values: perUnit(({ values }) => values) })
  if (!variant.records || variant.sending === 'nothing' || layout.size === 0) return always
  return { ...always, ...recorded(options, sent) }
}

function recorded({ layout }: ExchangeStepOptions, sent: readonly Sent[]): Tensors {
  const norm = (tensor: tf.Tensor) => tf.sqrt(squaredNorm([tensor]))
  const parts = sent.map(({ gradient, values, compressed, kept }) => {
    const decoded = compressed?.decoded ?? values
    const error = tf.sub<tf.Tensor1D>(decoded, values)
    return {
      histograms: tf.stack([gradient, values, error].map((vector) => countBits(layout, vector, MANTISSA_BITS))),
      norms: tf.stack([norm(gradient), norm(values), norm(decoded), tf.sum(tf.mul(decoded, gradient)), norm(error), kept === undefined ? tf.scalar(0) : norm(kept)]),
    }
  })
  const readings = sent.map(({ compressed }) => compressed?.readings ?? null)
  const told: Record<string, tf.Tensor> = {
    histograms: tf.stack(parts.map(({ histograms }) => histograms)),
    norms: tf.stack(parts.map(({ norms }) => norms)),
  }
  for (const name of ['asked', 'lower', 'upper', 'family', 'constants', 'status'] as const) {
    const known = readings.flatMap((reading) => (reading?.[name] === undefined ? [] : [reading[name]]))
    if (known.length === sent.length) told[name] = tf.stack(known)
  }
  return told
}
