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
import type { Checkpoint, ExchangeParts, TrainingOptions, TrainingResult } from '../trainer.ts'
import { trialFeed } from '../trial-steps.ts'
import { ExchangeCall } from './exchange-call.ts'
import { layOut } from './flat-layout.ts'
import type { FlatLayout } from './flat-layout.ts'
import { measureExchange } from './measure-exchange.ts'
import { initMemory } from './memory.ts'
import type { MemoryPlan } from './memory.ts'
import { openPool } from './worker-pool.ts'
import type { WorkerPool } from './worker-pool.ts'
import { placeWorkers, workerPrefix } from './worker-variables.ts'
import type { Worker, WorkerValues } from './worker-variables.ts'

export interface ExchangeTrainerOptions {
  readonly runtime: Runtime
  readonly dataset: Dataset
  readonly device: string
  readonly threads: number
}

/** Where the workers' own variables stand in a checkpoint, beside the slots of the optimizer. */
const SAVED = 'exchange/'

/** Workers of this machine that are kept for the next run: with their session, its data and traces. */
interface OpenExchange {
  /** Of all that the traces depend on. */
  readonly key: string
  readonly pool: WorkerPool
  readonly traces: Traces
  call: ExchangeCall | null
}

/**
 * Trains runs whose workers exchange gradients, on a session of their own over all workers.
 *
 * The first worker's replica is the run's model: it is evaluated and saved, and with it what every worker remembers. A resumed run gives all
 * replicas those weights and each worker its memory, so it goes on to the same bits. Where weight deltas are exchanged the replica is the shared
 * weights, and what each worker moves by itself is saved beside it. Runs alike, such as other seeds, find session and traces ready.
 */
export class ExchangeTrainer {
  readonly #options: ExchangeTrainerOptions
  #open: OpenExchange | null = null

  constructor(options: ExchangeTrainerOptions) {
    this.#options = options
  }

  /** @throws LoupeError `worker-lost` where a worker is gone; what was logged and saved until then stays. */
  async train(options: TrainingOptions): Promise<TrainingResult> {
    const exchange = exchangeOf(options.config)
    const open = await this.#openFor(options, exchange)
    try {
      const result = await train({ ...this.#options, ...options, exchange, open })
      if (open.pool.isRemote) await this.close()
      return result
    } catch (error) {
      await this.close() // its session may be in any state
      throw lostWorker(open.pool, error) ?? error
    }
  }

  /**
   * Times a step of all workers, by their kinds; nothing is logged, and no run is changed by it.
   *
   * @throws LoupeError `worker-lost` where a worker on another machine is not there.
   */
  async measureStep(options: ExchangeParts & Pick<TrainingOptions, 'config'>): Promise<{ readonly ms: number; readonly traceMs: number }> {
    const { config } = options
    const { dataset } = this.#options
    const exchange = exchangeOf(config)
    const open = await this.#openFor(options, exchange)
    try {
      const optimizer = receiverOptimizer(config.optimizer, exchange)
      const first = await open.traces.initialize({ ...config, optimizer })
      const { call } = await placeStep({ ...this.#options, ...options, exchange, open }, { first, optimizer })
      const ms = await measureExchange({ call, exchange, feed: trialFeed(call, config, dataset.train.count), trainExamples: dataset.train.count })
      if (open.pool.isRemote) await this.close()
      return { ms, traceMs: call.traceMs }
    } catch (error) {
      await this.close() // its session may be in any state
      throw lostWorker(open.pool, error) ?? error
    }
  }

  async close(): Promise<void> {
    const open = this.#open
    this.#open = null
    await open?.pool.close()
  }

  async #openFor({ config, gatherWorkers, resumeFrom }: Pick<TrainingOptions, 'config' | 'gatherWorkers' | 'resumeFrom'>, exchange: ExchangeConfig): Promise<OpenExchange> {
    const { model, optimizer, batchSize, labelSmoothing } = config
    const key = JSON.stringify([model, optimizer, batchSize, labelSmoothing, exchange])
    if (this.#open?.key === key) return this.#open
    await this.close()
    const { dataset } = this.#options
    const pool = await openPool({ ...this.#options, exchange, cores: availableParallelism(), gatherWorkers, isResumed: resumeFrom !== undefined })
    try {
      const traces = await Traces.open(pool.session, dataset)
      if (pool.isRemote) for (const [index, device] of pool.devices.entries()) if (index > 0) await placeSplit(pool.session, dataset, { split: 'train', prefix: workerPrefix(index), device })
      this.#open = { key, pool, traces, call: null }
      return this.#open
    } catch (error) {
      await pool.close()
      throw lostWorker(pool, error) ?? error
    }
  }
}

interface PreparedExchange extends ExchangeTrainerOptions, TrainingOptions {
  readonly exchange: ExchangeConfig
  readonly open: OpenExchange
}

async function train(prepared: PreparedExchange): Promise<TrainingResult> {
  const { config, dataset, observer, signal, resumeFrom, open, exchange, exchangeRequests, runRequests, keepsEnd = false } = prepared
  const plan = planRun(config, dataset.train.count)
  const optimizer = receiverOptimizer(config.optimizer, exchange)
  const first = await open.traces.initialize({ ...config, optimizer }, resumeFrom?.variables)
  const restored = resumeFrom && resumeFrom.step > 0 ? restoreState(resumeFrom) : null
  const state = restored?.state ?? startState()
  const { call, workers } = await placeStep(prepared, { first, optimizer })
  call.begin({
    place: () => state,
    lastStep: plan.lastStep,
    onRecords: (records) => observer.onGradients?.(records),
    takeSnapshotRequest: () => exchangeRequests?.takeSnapshotRequest() ?? false,
    onSnapshot: (arrays) => observer.onSnapshot?.(arrays, state.step + 1),
  })
  const variables = withSaved(first, workers)
  const feeder = new Feeder({
    ...{ plan, seed: config.seed, schedule: config.schedule, learningRate: learningRateOf(config.optimizer), searchBatch: 'same' as const },
    ...(resumeFrom && restored ? { resumeFrom: { state: restored.feeder, random: resumeFrom.random } } : {}),
  })
  observer.onStart?.({ jit: false })
  observer.onWorkers?.(workers.length)
  for (const { message, facts } of open.pool.warnings) observer.onWarning('workers.warned', message, { ...facts, warning: message })
  const realised = { batchSize: plan.batchSize, stepsPerCall: 1, call: () => call }
  const result = await runLoop({ config, dataset, traces: open.traces, variables, plan, state, feeder, realised, control: null, observer, signal, requests: runRequests ?? null, keepsEnd })
  await call.check(state.step)
  const { step, examples, wallMs, functionEvaluations } = state
  return { ...result, steps: step, examples, wallMs, functionEvaluations, jit: false }
}

/** Writes the workers' variables, with what a checkpoint says they remember, and makes the call over them where there is none yet. */
async function placeStep(prepared: Pick<PreparedExchange, 'config' | 'dataset' | 'exchange' | 'open' | 'createCompressor' | 'resumeFrom'>, { first, optimizer }: { readonly first: RunVariables; readonly optimizer: OptimizerConfig }): Promise<{ readonly call: ExchangeCall; readonly workers: readonly Worker[] }> {
  const { config, dataset, exchange, open, createCompressor, resumeFrom } = prepared
  const { session, devices, isRemote } = open.pool
  if (createCompressor === undefined) throw new LoupeError('internal', 'The run exchanges gradients, and the trainer was not told how to compress them.')
  const compressor = createCompressor(exchange.compressor)
  const layout = layoutOf(first, exchange)
  const memory = memoryPlan(config, exchange, layout)
  const memories = devices.map((_, index) => savedOr(resumeFrom, `memory-${index}/`, initMemory(memory)))
  const compressors = devices.map((_, index) => savedOr(resumeFrom, `compressor-${index}/`, compressor.initState(layout)))
  const values = await valuesOf(open.pool, first)
  const workers = await placeWorkers({ session, devices, first, values: { ...values, ...ownValues(devices.map((_, index) => index), { exchange, values, resumeFrom }), memories, compressors }, ownData: isRemote })
  open.call ??= new ExchangeCall({
    ...{ session, workers, layout, compressor, whole: createCompressor({ kind: 'dense' }), memory, exchange },
    objective: { model: first.model, dataset, labelSmoothing: config.labelSmoothing },
    optimizer: createOptimizer(optimizer),
    workerPenalty: memory.workerMomentum === null ? 0 : weightDecayOf(config.optimizer),
    shares: sharesOf(config.batchSize, devices.length),
    ratio: ratioOf(exchange.compressor),
    trainExamples: dataset.train.count,
  })
  return { call: open.call, workers }
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

/**
 * What is each worker's own: its slots and, where weight deltas are exchanged, the weights that it moves by itself. They begin as the shared
 * ones, and go on between two exchanges as the checkpoint has them.
 */
function ownValues(workers: readonly number[], { exchange, values, resumeFrom }: { readonly exchange: ExchangeConfig; readonly values: Awaited<ReturnType<typeof valuesOf>>; readonly resumeFrom: Checkpoint | undefined }): Pick<WorkerValues, 'slots' | 'own'> {
  if (exchange.target === 'gradient') return { slots: workers.map(() => values.slots), own: null }
  const saved = (group: 'parameters' | 'statistics' | 'slots') => workers.map((index) => savedOr(resumeFrom, `${group}-${index}/`, values[group]))
  const [parameters, statistics, slots] = [saved('parameters'), saved('statistics'), saved('slots')]
  return { slots, own: workers.map((index) => ({ parameters: parameters[index] ?? {}, statistics: statistics[index] ?? {} })) }
}

/** The run's variables as a checkpoint saves them: what is a worker's own stands beside the slots. The first worker's slots are the run's. */
function withSaved(first: RunVariables, workers: readonly Worker[]): RunVariables {
  const saved = workers.flatMap(({ memory, compressor, own }, index) => [
    { place: `memory-${index}/`, group: memory },
    { place: `compressor-${index}/`, group: compressor },
    ...(own === null ? [] : [{ place: `parameters-${index}/`, group: own.parameters }, { place: `statistics-${index}/`, group: own.statistics }]),
    ...(own === null || index === 0 ? [] : [{ place: `slots-${index}/`, group: own.slots }]),
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
