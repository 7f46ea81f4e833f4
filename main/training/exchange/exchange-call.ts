import { LoupeError } from '../../contract/errors.ts'
import type { ExchangeConfig } from '../../contract/exchange-config.ts'
import type { GradientRecord } from '../../contract/gradient-records.ts'
import type { MetricKey } from '../../contract/metrics.ts'
import type { HostArrays } from '../../tensorflow/runtime.ts'
import type { StepFeed, StepResults, TrainingCall } from '../training-step.ts'
import { compileExchangeStep } from './exchange-step.ts'
import type { ExchangeStep, ExchangeStepOptions } from './exchange-step.ts'
import { gradientRecords } from './gradient-records.ts'
import { compileReplicaCheck } from './replica-check.ts'
import { isLocalStep, variantAt } from './step-variant.ts'
import type { StepVariant } from './step-variant.ts'
import { splitTimes } from './time-split.ts'

export interface ExchangeCallOptions extends Omit<ExchangeStepOptions, 'exchange'> {
  readonly exchange: ExchangeConfig
  /** Kept fraction where no warm-up is left; null where the compressor has none. */
  readonly ratio: number | null
  readonly trainExamples: number
}

/** The run that is trained: the same traces serve one after the other. */
export interface ExchangedRun {
  /** Where the run is, before the call. */
  readonly place: () => { readonly step: number; readonly position: number }
  /** After which there are no more: what the workers have by themselves is then exchanged, however few steps it is. */
  readonly lastStep: number
  readonly onRecords: (records: readonly GradientRecord[]) => void
  /** True once where somebody has asked for the gradients in full. */
  readonly takeSnapshotRequest: () => boolean
  readonly onSnapshot: (arrays: HostArrays) => void
}

type Outputs = Readonly<Record<string, Float32Array | Int32Array>>

/** 2³² over the golden ratio, odd: no two workers of a step share a seed. */
const SEED_STRIDE = 0x9e3779b1

/** Steps of a run whose workers exchange gradients, one a call. Which of its traces a step takes follows from the place in the run alone. */
export class ExchangeCall implements TrainingCall {
  readonly steps = 1
  traceMs = 0
  readonly #options: ExchangeCallOptions
  readonly #traced = new Map<string, ExchangeStep>()
  #run: ExchangedRun | null = null
  #check: ReturnType<typeof compileReplicaCheck> | null = null

  constructor(options: ExchangeCallOptions) {
    this.#options = options
  }

  /** Goes on with another run. The variables are written by the caller. */
  begin(run: ExchangedRun): void {
    this.#run = run
  }

  async run(feed: StepFeed): Promise<StepResults> {
    const { exchange } = this.#options
    const { place, lastStep, onRecords, onSnapshot, takeSnapshotRequest } = this.#current()
    const { step, position } = place()
    const isAlone = isLocalStep(exchange, { step, lastStep }) // then a request waits for the exchange
    const variant = variantAt(exchange, { step, lastStep, snapshot: !isAlone && takeSnapshotRequest() })
    const ratio = this.#ratioAt(position)
    const traced = this.#trace(variant)
    const inputs = this.#inputs(feed, ratio)
    const { outputs, operations } = variant.records ? await traced.runTimed(inputs) : { outputs: await traced.run(inputs), operations: null }
    this.#refuseNotFinite(outputs, step + 1)
    if (variant.records && outputs['histograms'] !== undefined) onRecords(gradientRecords({ ...this.#options, outputs, ratio, step: step + 1 }))
    if (variant.snapshot) onSnapshot(this.#arrays(outputs))
    if ((step + 1) % exchange.checkEvery === 0) await this.check(step + 1)
    const metrics = this.#metrics(outputs, { ratio, sending: variant.sending })
    const times = operations === null ? {} : timeMetrics(splitTimes(operations, this.#options.workers.length))
    return { losses: [sum(outputs['losses'] ?? [Number.NaN])], stepSizes: feed.learningRates, search: null, metrics: columns({ ...metrics, ...times }) }
  }

  async profile(feed: StepFeed) {
    const { place, lastStep } = this.#current()
    const { step, position } = place()
    return await this.#trace(variantAt(this.#options.exchange, { step, lastStep, snapshot: false })).profile(this.#inputs(feed, this.#ratioAt(position)))
  }

  /** @throws LoupeError `replicas-differ` */
  async check(step: number): Promise<void> {
    const { session, workers } = this.#options
    this.#check ??= compileReplicaCheck(session, workers)
    const hashes = await this.#check()
    const differing = hashes.flatMap((hash, worker) => (hash === hashes[0] ? [] : [worker]))
    if (differing.length === 0) return
    throw new LoupeError('replicas-differ', `After step ${step} not all replicas are the same to the bit any more: ${differing.length === 1 ? `that of worker ${differing[0]} differs` : `those of workers ${differing.join(', ')} differ`} from that of worker 0. Resume from the last checkpoint; use workers with the same hardware and TensorFlow.`, { step, workers: differing, hashes })
  }

  #current(): ExchangedRun {
    if (this.#run === null) throw new LoupeError('internal', 'Workers were to make a step before a run began.')
    return this.#run
  }

  #trace(variant: StepVariant): ExchangeStep {
    const key = JSON.stringify(variant)
    const known = this.#traced.get(key)
    if (known !== undefined) return known
    const made = compileExchangeStep(this.#options, variant)
    this.traceMs += made.traceMs
    this.#traced.set(key, made)
    return made
  }

  #ratioAt(position: number): number | null {
    const { exchange, ratio, trainExamples } = this.#options
    if (ratio === null) return null
    return exchange.warmupRatios[Math.floor(position / trainExamples)] ?? ratio
  }

  #inputs({ indices, seeds, learningRates }: StepFeed, ratio: number | null) {
    const workers = this.#options.workers.length
    const own = new Int32Array(workers * 4)
    for (let place = 0; place < workers * 2; place++) {
      own[2 * place] = seeds[0] ?? 0
      own[2 * place + 1] = (seeds[1] ?? 0) ^ Math.imul(place, SEED_STRIDE)
    }
    return { indices, seeds: own, learningRate: learningRates[0] ?? 0, ratio: ratio ?? 1 }
  }

  /** @throws LoupeError `not-finite`, naming worker, unit and how many values. */
  #refuseNotFinite({ notFinite = new Float32Array() }: Outputs, step: number): void {
    const { layout: { units }, exchange } = this.#options
    const place = notFinite.findIndex((count) => count > 0)
    if (place < 0) return
    const [worker, unit, count] = [Math.floor(place / units.length), units[place % units.length]?.name ?? '', notFinite[place] ?? 0]
    const isDelta = exchange.target === 'weight-delta'
    throw new LoupeError('not-finite', `At step ${step} ${count} values of ${isDelta ? 'the weight delta of ' : ''}${unit} at worker ${worker} are NaN or infinite. Lower the learning rate, ${isDelta ? '' : 'clip the gradient, '}or look at the data.`, { what: isDelta ? 'weight delta' : 'gradient', value: Number.NaN, step, worker, unit, count })
  }

  #arrays({ gradients = new Float32Array(), values = new Float32Array() }: Outputs): HostArrays {
    const { layout, workers, exchange } = this.#options
    const fresh = exchange.target === 'weight-delta' ? 'weight-delta' : 'gradient'
    const parts = workers.flatMap((_, worker) =>
      layout.units.flatMap(({ tensors }) =>
        tensors.flatMap(({ name, shape, start, elements }) => {
          const cut = (of: Float32Array | Int32Array) => ({ shape, type: 'float32' as const, values: Float32Array.from(of.subarray(worker * layout.size + start, worker * layout.size + start + elements)) })
          return [[`worker-${worker}/${fresh}/${name}`, cut(gradients)] as const, [`worker-${worker}/values/${name}`, cut(values)] as const]
        }),
      ),
    )
    return Object.fromEntries(parts)
  }

  #metrics({ bytesUp, bytesDown, kept = new Float32Array(), norms }: Outputs, { ratio, sending }: { readonly ratio: number | null; readonly sending: StepVariant['sending'] }): Partial<Record<MetricKey, number>> {
    const { layout, workers } = this.#options
    const asked = sending === 'dense' ? 1 : ratio
    const hasRatios = sending !== 'nothing' && layout.elements > 0
    return {
      'exchange/bytes-up': mean(bytesUp),
      'exchange/bytes-down': mean(bytesDown),
      ...(!hasRatios ? {} : { 'exchange/kept-ratio': sum(kept) / workers.length / layout.elements, ...(asked === null ? {} : { 'exchange/asked-ratio': asked }) }),
      ...(norms === undefined ? {} : normMetrics(norms, workers.length)),
    }
  }
}

/** Of `[|fresh|, |values|, |decoded|, decoded·fresh, |decoded − values|, |kept|]` a worker. */
function normMetrics(norms: ArrayLike<number>, workers: number): Partial<Record<MetricKey, number>> {
  const of = (worker: number, index: number) => norms[worker * 6 + index] ?? Number.NaN
  const over = (value: (worker: number) => number) => mean(Array.from({ length: workers }, (_, worker) => value(worker)))
  const ratio = (a: number, b: number) => (b === 0 ? 0 : a / b)
  return {
    'exchange/relative-error': over((worker) => ratio(of(worker, 4), of(worker, 1))),
    'exchange/cosine': over((worker) => ratio(of(worker, 3), of(worker, 2) * of(worker, 0))),
    'exchange/memory-norm': over((worker) => of(worker, 5)),
  }
}

function timeMetrics(times: ReturnType<typeof splitTimes>): Partial<Record<MetricKey, number>> {
  return { 'exchange/compute-ms': times.compute, 'exchange/fit-ms': times.fit, 'exchange/encode-ms': times.encode, 'exchange/transfer-ms': times.exchange, 'exchange/update-ms': times.update }
}

function columns(values: Partial<Record<MetricKey, number>>): NonNullable<StepResults['metrics']> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, [value]]))
}

function sum(values: ArrayLike<number>): number {
  return Array.from(values).reduce((total, value) => total + value, 0)
}

function mean(values: ArrayLike<number> | undefined): number {
  return values === undefined || values.length === 0 ? 0 : sum(values) / values.length
}
