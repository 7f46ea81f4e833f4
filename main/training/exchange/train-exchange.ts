import { availableParallelism } from 'node:os'
import { LoupeError } from '../../contract/errors.ts'
import type { CompressorConfig, ExchangeConfig } from '../../contract/exchange-config.ts'
import type { OptimizerConfig } from '../../contract/optimizer-config.ts'
import type { RunConfig } from '../../contract/run-config.ts'
import type { HostArrays, Runtime } from '../../tensorflow/runtime.ts'
import type { Dataset } from '../datasets/dataset.ts'
import { Feeder } from '../feeder.ts'
import { runLoop } from '../loop.ts'
import { createOptimizer } from '../optimizers/index.ts'
import type { Model } from '../models/model.ts'
import { Random } from '../random.ts'
import { placeSplit } from '../resident-data.ts'
import { planRun } from '../run-plan.ts'
import { restoreState, startState } from '../run-state.ts'
import { Traces } from '../traces.ts'
import type { RunVariables } from '../traces.ts'
import type { Checkpoint, TrainingOptions, TrainingResult } from '../trainer.ts'
import { ExchangeCall } from './exchange-call.ts'
import { layOut } from './flat-layout.ts'
import type { FlatLayout } from './flat-layout.ts'
import { initMemory } from './memory.ts'
import type { MemoryPlan } from './memory.ts'
import { openPool } from './worker-pool.ts'
import type { WorkerPool } from './worker-pool.ts'
import { placeWorkers, workerPrefix } from './worker-variables.ts'
import type { Worker } from './worker-variables.ts'

export interface ExchangeTrainerOptions {
  readonly runtime: Runtime
  readonly dataset: Dataset
  readonly device: string
  readonly threads: number
}

/** Where the workers' own variables stand in a checkpoint, beside the slots of the optimizer. */
const SAVED = 'exchange/'

/**
 * Trains a run whose workers exchange gradients, on a session of its own over all of them.
 *
 * The first worker's replica is the run's model: it is evaluated and saved, and with it what every worker remembers. A resumed run gives all
 * replicas those weights and each worker its memory, so it goes on to the same bits.
 *
 * @throws LoupeError `worker-lost` where a worker is gone; what was logged and saved until then stays.
 */
export async function trainExchange(trainer: ExchangeTrainerOptions, options: TrainingOptions): Promise<TrainingResult> {
  const exchange = exchangeOf(options.config)
  const pool = await openPool({ ...trainer, exchange, cores: availableParallelism(), gatherWorkers: options.gatherWorkers })
  try {
    return await train({ ...trainer, ...options, exchange, pool })
  } catch (error) {
    throw lostWorker(pool, error) ?? error
  } finally {
    await pool.close()
  }
}

interface PreparedExchange extends ExchangeTrainerOptions, TrainingOptions {
  readonly exchange: ExchangeConfig
  readonly pool: WorkerPool
}

async function train(prepared: PreparedExchange): Promise<TrainingResult> {
  const { config, dataset, observer, signal, resumeFrom, pool, exchange } = prepared
  const plan = planRun(config, dataset.train.count)
  const traces = await Traces.open(pool.session, dataset)
  if (pool.isRemote) for (const [index, device] of pool.devices.entries()) if (index > 0) await placeSplit(pool.session, dataset, { split: 'train', prefix: workerPrefix(index), device })
  const optimizer = receiverOptimizer(config.optimizer, exchange)
  const first = await traces.initialize({ ...config, optimizer }, resumeFrom?.variables)
  const restored = resumeFrom && resumeFrom.step > 0 ? restoreState(resumeFrom) : null
  const state = restored?.state ?? startState()
  const layout = layoutOf(first, exchange)
  const { call, workers } = await placeStep(prepared, { first, layout, optimizer, place: () => state })
  const variables = withSaved(first, workers)
  const feeder = new Feeder({
    ...{ plan, seed: config.seed, schedule: config.schedule, learningRate: learningRateOf(config.optimizer), searchBatch: 'same' as const },
    ...(resumeFrom && restored ? { resumeFrom: { state: restored.feeder, random: resumeFrom.random } } : {}),
  })
  observer.onStart?.({ jit: false })
  const realised = { batchSize: plan.batchSize, stepsPerCall: 1, call: () => call }
  const result = await runLoop({ config, dataset, traces, variables, plan, state, feeder, realised, control: null, observer, signal })
  await call.check(state.step)
  const { step, examples, wallMs, functionEvaluations } = state
  return { ...result, steps: step, examples, wallMs, functionEvaluations, jit: false }
}

interface PlacedStep {
  readonly first: RunVariables
  readonly layout: FlatLayout
  readonly optimizer: OptimizerConfig
  readonly place: () => { readonly step: number; readonly position: number }
}

/** Makes the workers, with what a checkpoint says they remember, and the call over them. */
async function placeStep(prepared: PreparedExchange, { first, layout, optimizer, place }: PlacedStep): Promise<{ readonly call: ExchangeCall; readonly workers: readonly Worker[] }> {
  const { config, dataset, exchange, pool, observer, createCompressor, exchangeRequests, resumeFrom } = prepared
  if (createCompressor === undefined) throw new LoupeError('internal', 'The run exchanges gradients, and the trainer was not told how to compress them.')
  const [compressor, whole] = [createCompressor(exchange.compressor), createCompressor({ kind: 'dense' })]
  const memory = memoryPlan(config, exchange, layout)
  const values = await valuesOf(pool, first)
  const memories = pool.devices.map((_, index) => savedOr(resumeFrom, `memory-${index}/`, initMemory(memory)))
  const compressors = pool.devices.map((_, index) => savedOr(resumeFrom, `compressor-${index}/`, compressor.initState(layout)))
  const workers = await placeWorkers({ session: pool.session, devices: pool.devices, first, values: { ...values, memories, compressors }, ownData: pool.isRemote })
  const call = new ExchangeCall({
    ...{ session: pool.session, workers, layout, compressor, whole, memory, exchange, place },
    objective: { model: first.model, dataset, labelSmoothing: config.labelSmoothing },
    optimizer: createOptimizer(optimizer),
    workerPenalty: memory.workerMomentum === null ? 0 : weightDecayOf(config.optimizer),
    shares: sharesOf(config.batchSize, pool.devices.length),
    ratio: ratioOf(exchange.compressor),
    trainExamples: dataset.train.count,
    onRecords: (records) => observer.onGradients?.(records),
    takeSnapshotRequest: () => exchangeRequests?.takeSnapshotRequest() ?? false,
    onSnapshot: (arrays) => observer.onSnapshot?.(arrays, place().step + 1),
  })
  return { call, workers }
}

/** Of the examples of a batch, as even as they go. */
export function sharesOf(batchSize: number, workers: number): readonly number[] {
  return Array.from({ length: workers }, (_, index) => Math.floor(((index + 1) * batchSize) / workers) - Math.floor((index * batchSize) / workers))
}

/** Which tensors are compressed together, and which are sent whole. */
export function layoutOf({ model }: { readonly model: Pick<Model, 'init'> }, { unit, minTensor }: Pick<ExchangeConfig, 'unit' | 'minTensor'>): FlatLayout {
  const parameters = model.init(Random.seeded(0))
  return layOut({ tensors: Object.entries(parameters).map(([name, { shape }]) => ({ name, shape })), unit, minTensor })
}

/** The values of the run's replica, for the others. */
async function valuesOf({ session }: WorkerPool, { parameters, statistics, slots }: RunVariables) {
  const read = async ({ prefix, names }: RunVariables['parameters']): Promise<HostArrays> => {
    if (names.length === 0) return {}
    const values = await session.readVariables(names.map((name) => prefix + name))
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name.slice(prefix.length), value]))
  }
  return { parameters: await read(parameters), statistics: await read(statistics), slots: await read(slots) }
}

/** The run's variables as a checkpoint saves them: what workers remember stands beside the slots. */
function withSaved(first: RunVariables, workers: readonly Worker[]): RunVariables {
  const saved = workers.flatMap(({ memory, compressor }, index) => [
    { place: `memory-${index}/`, group: memory },
    { place: `compressor-${index}/`, group: compressor },
  ])
  return { ...first, beside: saved.map(({ place, group }) => ({ place: `${SAVED}${place}`, group })) }
}

/** What a checkpoint holds of one worker; as at first where it holds nothing that fits, as after a run with other workers. */
function savedOr(checkpoint: Checkpoint | undefined, place: string, initial: HostArrays): HostArrays {
  return Object.fromEntries(
    Object.entries(initial).map(([name, value]) => {
      const saved = checkpoint?.variables[`${SAVED}${place}${name}`]
      return [name, saved !== undefined && saved.shape.join() === value.shape.join() && saved.type === value.type ? saved : value]
    }),
  )
}

/** Compressors that send something of every value: there is nothing to mask. */
const sendsAll: ReadonlySet<CompressorConfig['kind']> = new Set(['dense', 'qsgd', 'terngrad', 'one-bit'])

function memoryPlan({ optimizer }: RunConfig, { memory, masking, momentum, compressor }: ExchangeConfig, layout: FlatLayout): MemoryPlan {
  const kept = momentum === 'worker' && (optimizer.kind === 'momentum' || optimizer.kind === 'nesterov') ? { factor: optimizer.momentum, nesterov: optimizer.kind === 'nesterov' } : null
  const denseSize = layout.dense.reduce((sum, { shape }) => sum + shape.reduce((product, length) => product * length, 1), 0)
  return { memory, masking: masking && !sendsAll.has(compressor.kind), workerMomentum: kept, size: layout.size, denseSize }
}

/** Where workers keep the momentum, receivers make plain steps. */
function receiverOptimizer(optimizer: OptimizerConfig, { momentum }: ExchangeConfig): OptimizerConfig {
  return momentum === 'worker' && (optimizer.kind === 'momentum' || optimizer.kind === 'nesterov') ? { kind: 'sgd', learningRate: optimizer.learningRate, weightDecay: 0 } : optimizer
}

function weightDecayOf(optimizer: OptimizerConfig): number {
  return 'weightDecay' in optimizer ? optimizer.weightDecay : 0
}

function learningRateOf(optimizer: OptimizerConfig): number {
  return optimizer.kind === 'armijo' ? 0 : optimizer.learningRate
}

function ratioOf(compressor: CompressorConfig): number | null {
  return 'ratio' in compressor ? compressor.ratio : null
}

function exchangeOf({ exchange }: RunConfig): ExchangeConfig {
  if (exchange === null) throw new LoupeError('internal', 'A run without an exchange was to be trained by workers.')
  return exchange
}

/** The error of a call that failed because a worker is gone, naming it. */
function lostWorker(pool: WorkerPool, error: unknown): LoupeError | null {
  const lost = pool.lost()
  if (lost === null) return null
  const { worker, host, reason } = lost
  return new LoupeError('worker-lost', `Worker ${worker} at ${host} is gone: ${reason}. Start it again with \`loupe worker\` and resume the run, or set exchange.whenWorkerLost to "go-on".`, { worker, host, reason }, { cause: error })
}
