import { LoupeError } from '../../contract/errors.ts'
import type { Lever, RealisationConfig } from '../../contract/batch-policy-config.ts'
import type { RunConfig } from '../../contract/run-config.ts'
import type { BatchUnit, Realised } from '../control/batch-unit.ts'
import type { Dataset } from '../datasets/dataset.ts'
import { createOptimizer } from '../optimizers/index.ts'
import { planAt } from '../run-plan.ts'
import type { RunPlan } from '../run-plan.ts'
import { chooseStepsPerCall } from '../steps-per-call.ts'
import type { RunVariables, Traces } from '../traces.ts'
import type { StepFeed, StepResults, TrainingCall } from '../training-step.ts'
import { writeGroup } from '../variables.ts'
import type { DevicePool, PooledDevice } from './device-pool.ts'
import { planRealisation } from './plan-realisation.ts'
import { MemoryProbe } from './probe-memory.ts'
import { isWhole, microBatchOf } from './realisation.ts'
import type { PlannedRealisation, Realisation } from './realisation.ts'
import { RealisedSteps, UnfinishedUpdate } from './realised-step.ts'
import type { Accumulation, Application } from './realised-step.ts'
import type { UnitState } from './unit-state.ts'

export interface RealisingUnitOptions {
  readonly config: RunConfig
  readonly realisation: RealisationConfig
  readonly plan: RunPlan
  readonly traces: Traces
  readonly variables: RunVariables
  readonly dataset: Dataset
  readonly jit: boolean
  readonly gradientNorms: boolean
  readonly devices: DevicePool
  /** Of a checkpoint; null at the start. */
  readonly saved: UnitState | null
  /** Told where memory ran out in the middle of an update, which is made again, and the same batch goes on in smaller micro-batches. */
  readonly onSmaller?: (realised: Realised, error: LoupeError) => void
}

/** A batch-size change unit whose decisions go into checkpoints. */
export interface RealisingUnit extends BatchUnit {
  readonly state: UnitState
}

/** Share of a device's memory above which steps are not unrolled, and are made so that they can be made again where memory runs out. */
const MUCH = 0.5
/** Indices of a trial are from all over the data. */
const TRIAL_STRIDE = 7919

/** Traces by session: another run of the same model finds them ready. */
const tracedBySession = new WeakMap<object, Map<string, Accumulation | Application>>()

/**
 * Realises batch sizes in the order of the source: more devices, larger micro-batches, more loops, and back.
 *
 * One micro-batch on one device is the ordinary training step, unrolled. Anything else adds gradients up over devices and loops
 * ({@link RealisedSteps}). How much fits onto a device is measured by trial steps, unless the config says it; the first batch is taken
 * to fit unless the config limits memory, for without a controller nobody would try it out either.
 */
export async function createRealisingUnit(options: RealisingUnitOptions): Promise<RealisingUnit> {
  const { traces, variables } = options
  const statisticSum = await writeGroup(traces.session, `${variables.statistics.prefix}sum/`, variables.model.initStatistics())
  return new Unit(options, { ...variables, statisticSum })
}

class Unit implements RealisingUnit {
  readonly #options: RealisingUnitOptions
  readonly #steps: RealisedSteps
  readonly #probe: MemoryProbe
  /** By steps, of the batch as it was realised then: the loop asks before each call, while TensorFlow waits. */
  readonly #calls = new Map<number, { readonly realisation: Realisation; readonly failedAt: number | null; readonly call: TrainingCall }>()
  #current: Realisation | null
  #firstMicroBatch: number | null

  constructor(options: RealisingUnitOptions, variables: RunVariables & { readonly statisticSum: RunVariables['gradientSum'] }) {
    const { config, traces, dataset, jit, gradientNorms, saved, devices } = options
    const { session } = traces
    const traced = tracedBySession.get(session) ?? new Map<string, Accumulation | Application>()
    tracedBySession.set(session, traced)
    const { optimizer, labelSmoothing } = config
    const key = JSON.stringify([variables.parameters.prefix, { ...optimizer, learningRate: 1 }, labelSmoothing, jit])
    const objective = { model: variables.model, dataset, labelSmoothing }
    this.#options = options
    this.#steps = new RealisedSteps({ session, objective, variables, optimizer: createOptimizer(optimizer), jit, gradientNorms, traced, key })
    const { parameters, activationBytesPerExample } = variables.model.cost
    const probing = {
      startAt: saved?.firstMicroBatch ?? config.batchSize,
      trial: (microBatch: number) => this.#trial(microBatch),
      hardBytes: devices.sharedBytes,
      guessBytes: (microBatch: number) => activationBytesPerExample * microBatch + 4 * parameters,
    }
    this.#probe = new MemoryProbe(probing, saved?.probe)
    this.#current = saved?.current ?? null
    this.#firstMicroBatch = saved?.firstMicroBatch ?? null
  }

  get state(): UnitState {
    return structuredClone({ current: mutable(this.#current), firstMicroBatch: this.#firstMicroBatch, probe: this.#probe.state })
  }

  async realise(batchSize: number): Promise<Realised> {
    const { traces } = this.#options
    const [started, known] = [performance.now(), traces.session.graphOperations]
    const planned = await this.#plan(batchSize)
    this.#current = planned.realisation
    this.#firstMicroBatch ??= microBatchOf(planned.realisation)
    const realised = this.#realised(planned)
    realised.call(realised.stepsPerCall) // traced here, and not in the time of a step
    return { ...realised, traceMs: traces.session.graphOperations > known ? performance.now() - started : 0 }
  }

  #realised({ realisation, lever, reason }: PlannedRealisation): Realised {
    const { config, plan, variables } = this.#options
    const { batchSize, replicas, loops } = realisation
    // The batches of all steps of a call are gathered at its beginning.
    const isUnrolled = isWhole(realisation) && !this.#isAtRisk(realisation) && !this.#takesMuch(realisation, (device) => this.#limit(device))
    const most = config.compute.stepsPerCall === 0 ? chooseStepsPerCall(planAt(plan, batchSize), variables.model.cost) : config.compute.stepsPerCall
    return {
      batchSize,
      stepsPerCall: isUnrolled ? most : 1,
      call: (steps) => this.#call(batchSize, steps),
      replicas: replicas.length,
      microBatch: microBatchOf(realisation),
      loops,
      lever,
      reason,
      bytesFree: this.#bytesFree(realisation),
      traceMs: 0,
    }
  }

  /** A call as the batch is realised now: what ran out of memory meanwhile goes on in smaller micro-batches. */
  #call(batchSize: number, steps: number): TrainingCall {
    const { config, traces, variables, jit, gradientNorms } = this.#options
    const realisation = this.#current
    if (realisation?.batchSize !== batchSize) throw new LoupeError('internal', `A call of batch size ${batchSize} was asked for, and ${realisation?.batchSize ?? 'none'} is realised.`)
    const known = this.#calls.get(steps)
    if (known?.realisation === realisation && known.failedAt === this.#probe.state.failedAt) return known.call
    if (isWhole(realisation) && !this.#isAtRisk(realisation)) {
      const call = traces.trainingCall({ ...config, batchSize }, variables, { steps, jit, gradientNorms })
      const watched: TrainingCall = { ...call, run: (feed) => call.run(feed).catch((error: unknown) => this.#remember(realisation, error)) }
      this.#calls.set(steps, { realisation, failedAt: this.#probe.state.failedAt, call: watched })
      return watched
    }
    const call = this.#steps.call(realisation, steps)
    return { ...call, run: (feed) => call.run(feed).catch((error: unknown) => this.#again({ realisation, error, feed, steps })) }
  }

  /** An unrolled call may have made some of its steps when memory ran out: it cannot be made again, but the next will be smaller. */
  #remember(realisation: Realisation, error: unknown): never {
    if (error instanceof LoupeError && error.code === 'out-of-memory') this.#probe.ranOut(microBatchOf(realisation))
    throw error
  }

  /** Makes what is left of a call that ran out of memory with half the micro-batch. */
  async #again({ realisation, error, feed, steps }: { readonly realisation: Realisation; readonly error: unknown; readonly feed: StepFeed; readonly steps: number }): Promise<StepResults> {
    if (!(error instanceof UnfinishedUpdate)) throw error
    const { batchSize } = realisation
    this.#probe.ranOut(microBatchOf(realisation))
    const planned = await this.#plan(batchSize, ['loops', 'memory', 'devices'])
    this.#current = planned.realisation
    const reason = `memory ran out with micro-batches of ${microBatchOf(realisation)}; ${planned.reason}`
    this.#options.onSmaller?.(this.#realised({ ...planned, reason }), error.reason)
    const { done } = error
    const left = await this.#call(batchSize, steps - done.steps).run(feedFrom(feed, done.steps, batchSize))
    const norms = done.gradientNorms ?? left.gradientNorms
    return { losses: joined(done.losses, left.losses), stepSizes: feed.learningRates, search: null, ...(norms ? { gradientNorms: joined(done.gradientNorms ?? [], left.gradientNorms ?? []) } : {}) }
  }

  /** Plans with what is known of memory, tries out what it comes to, and plans again where that does not fit. */
  async #plan(batchSize: number, growOrder: readonly Lever[] = this.#options.realisation.growOrder): Promise<PlannedRealisation> {
    const { realisation: config, devices } = this.#options
    const limits = new Map<string, number>()
    for (;;) {
      const table = devices.table(this.#current?.replicas.map(({ device }) => device) ?? [])
      const planned = planRealisation({
        batchSize,
        devices: table.map(({ name, state }) => ({ name, state, largestMicroBatch: least([limits.get(name), config.largestMicroBatch, this.#afterFailure()]) })),
        current: this.#current,
        devicesAtStart: config.devicesAtStart,
        firstMicroBatch: this.#firstMicroBatch,
        growOrder,
        shrinkOrder: config.shrinkOrder,
      })
      const tooLarge = await this.#firstTooLarge(planned.realisation)
      if (tooLarge === null) return planned
      limits.set(tooLarge.device, tooLarge.largest)
    }
  }

  async #firstTooLarge({ replicas }: Realisation): Promise<{ readonly device: string; readonly largest: number } | null> {
    for (const { device, microBatches } of replicas) {
      const wanted = Math.max(...microBatches)
      if (!this.#mustBeTried(wanted)) continue
      const largest = Math.max(this.#knownToRun(), await this.#probe.largestUpTo(wanted, this.#room(device)))
      if (largest < wanted) return { device, largest }
    }
    return null
  }

  #mustBeTried(microBatch: number): boolean {
    const { memoryLimitMiB, largestMicroBatch } = this.#options.realisation
    if (memoryLimitMiB !== null) return true
    return largestMicroBatch === null && this.#firstMicroBatch !== null && microBatch > this.#firstMicroBatch
  }

  /** Examples: without a limit of the user's the first micro-batch has shown that it fits, whatever else takes memory now. */
  #knownToRun(): number {
    return this.#options.realisation.memoryLimitMiB === null ? (this.#firstMicroBatch ?? 0) : 0
  }

  /** Examples, since memory ran out in an update; null where it never did. */
  #afterFailure(): number | null {
    const { failedAt } = this.#probe.state
    return failedAt === null ? null : failedAt - 1
  }

  #limit(device: PooledDevice): number {
    const { memoryLimitMiB } = this.#options.realisation
    return memoryLimitMiB === null ? device.stepBytes : Math.min(device.stepBytes, memoryLimitMiB * 2 ** 20)
  }

  #room(name: string): number {
    return this.#limit(this.#options.devices.get(name)) * (1 - this.#options.realisation.memoryMargin)
  }

  #bytesFree({ replicas }: Realisation): number | null {
    const free = replicas.map(({ device, microBatches }) => {
      const bytes = this.#probe.bytesAt(Math.max(...microBatches))
      return bytes === null ? null : this.#limit(this.#options.devices.get(device)) - bytes
    })
    return free.reduce((lowest, bytes) => (lowest === null || bytes === null ? null : Math.min(lowest, bytes)))
  }

  /** True where a step may run out of a device's own memory, as what others take of it changes. */
  #isAtRisk(realisation: Realisation): boolean {
    return this.#probe.state.failedAt !== null || this.#takesMuch(realisation, ({ stepBytes }) => stepBytes)
  }

  #takesMuch({ replicas }: Realisation, bytesOf: (device: PooledDevice) => number): boolean {
    return replicas.some(({ device, microBatches }) => (this.#probe.bytesAt(Math.max(...microBatches)) ?? 0) > MUCH * bytesOf(this.#options.devices.get(device)))
  }

  /** Runs the part of an update that only touches the sums. */
  async #trial(microBatch: number): Promise<number> {
    const { dataset, devices } = this.#options
    const indices = Int32Array.from({ length: microBatch }, (_, i) => (i * TRIAL_STRIDE) % dataset.train.count)
    const step = this.#steps.accumulation([{ device: devices.first, size: microBatch }], 'empty sum')
    const taken = await step.measureMemory({ indices, seeds: new Int32Array(2), share: 1 / microBatch })
    return Math.max(0, ...taken.map(({ peakBytes }) => peakBytes))
  }
}

/** What is left of a call's feed after some of its steps. */
function feedFrom(feed: StepFeed, steps: number, batchSize: number): StepFeed {
  if (steps === 0) return feed
  const { indices, seeds, learningRates, epochStarts, positions } = feed
  return { ...feed, indices: indices.slice(steps * batchSize), seeds: seeds.slice(2 * steps), learningRates: learningRates.slice(steps), epochStarts: epochStarts.slice(steps), positions: positions.slice(steps) }
}

function joined(some: ArrayLike<number>, more: ArrayLike<number>): readonly number[] {
  return [...Array.from(some), ...Array.from(more)]
}

function least(limits: readonly (number | null | undefined)[]): number | null {
  const known = limits.filter((limit) => limit !== null && limit !== undefined)
  return known.length === 0 ? null : Math.min(...known)
}

/** The schema's arrays are mutable. */
function mutable(realisation: Realisation | null): UnitState['current'] {
  return realisation === null ? null : { ...realisation, replicas: realisation.replicas.map(({ device, microBatches }) => ({ device, microBatches: [...microBatches] })) }
}
