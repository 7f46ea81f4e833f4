import { LoupeError } from '../../contract/errors.ts'
import type { OperationTime } from '../../tensorflow/runtime.ts'
import type { Optimizer } from '../optimizers/optimizer.ts'
import type { StepFeed, StepResults, TrainingCall } from '../training-step.ts'
import { compileAccumulation, compileApplication } from './micro-step.ts'
import type { AccumulationFeed, MicroBatches, MicroStepOptions } from './micro-step.ts'
import { loopOf } from './realisation.ts'
import type { Realisation } from './realisation.ts'

export type Accumulation = ReturnType<typeof compileAccumulation>
export type Application = ReturnType<typeof compileApplication>

export interface RealisedStepOptions extends MicroStepOptions {
  readonly optimizer: Optimizer
  readonly jit: boolean
  readonly gradientNorms: boolean
  /** What was traced before, by what decides it; see {@link RealisedSteps}. */
  readonly traced: Map<string, Accumulation | Application>
  /** Of the variables and settings that the traces are for. */
  readonly key: string
}

/** An update that has changed nothing yet: it can be made again in another way. */
export class UnfinishedUpdate extends Error {
  readonly reason: LoupeError
  /** Steps of the call that were made whole before it. */
  readonly done: StepResults & { readonly steps: number }

  constructor(reason: LoupeError, done: UnfinishedUpdate['done']) {
    super(reason.message)
    this.reason = reason
    this.done = done
  }
}

/**
 * Updates in micro-batches, side by side on devices and one after the other in loops.
 *
 *     for each loop
 *       on each device     loss and gradient of its micro-batch, each example weighted 1/B
 *       gradient sum       += Σ gradients of the devices
 *       statistic sum      += Σ (n/B)·statistics after the micro-batch
 *     parameters, slots    = optimizer.update(…, gradient sum)
 *     statistics           = statistic sum
 *
 * The sum is the gradient of the mean loss over the batch, whatever the sizes of the micro-batches. Running statistics move once an
 * update, by the mean over the micro-batches of what each would have made of them. Micro-batches take the batch's examples in
 * order; the first has the step's own dropout seed, each later one another. Nothing but the sums changes before the
 * whole gradient is there.
 */
export class RealisedSteps {
  readonly #options: RealisedStepOptions

  constructor(options: RealisedStepOptions) {
    this.#options = options
  }

  /** One call for `steps` updates. What it needs is traced now, where it is new. */
  call(realisation: Realisation, steps: number): TrainingCall {
    const { traced } = this.#options
    const before = new Set(traced.values())
    const loops = Array.from({ length: realisation.loops }, (_, loop) => {
      const microBatches = loopOf(realisation, loop)
      return { microBatches, accumulation: this.accumulation(microBatches, loop === 0 ? 'empty sum' : 'sum') }
    })
    const application = this.#application()
    const traceMs = [...traced.values()].filter((trace) => !before.has(trace)).reduce((sum, trace) => sum + trace.traceMs, 0)
    const prepared = { realisation, loops, application }
    return {
      steps,
      traceMs,
      run: (feed) => runSteps(prepared, feed, steps),
      profile: (feed) => profileStep(prepared, feed),
    }
  }

  accumulation(microBatches: MicroBatches, into: 'empty sum' | 'sum'): Accumulation {
    const { traced, key, jit } = this.#options
    const name = JSON.stringify([key, microBatches, into])
    const known = traced.get(name)
    if (known !== undefined) return known as Accumulation // made below under the same name
    // XLA clusters the operations of one device.
    const made = compileAccumulation({ ...this.#options, microBatches, into, jit: jit && new Set(microBatches.map(({ device }) => device)).size === 1 })
    traced.set(name, made)
    return made
  }

  #application(): Application {
    const { traced, key, gradientNorms } = this.#options
    const name = JSON.stringify([key, 'apply', gradientNorms])
    const known = traced.get(name)
    if (known !== undefined) return known as Application // made below under the same name
    const made = compileApplication(this.#options)
    traced.set(name, made)
    return made
  }
}

interface PreparedSteps {
  readonly realisation: Realisation
  readonly loops: readonly { readonly microBatches: MicroBatches; readonly accumulation: Accumulation }[]
  readonly application: Application
}

async function runSteps(prepared: PreparedSteps, feed: StepFeed, steps: number): Promise<StepResults> {
  const losses: number[] = []
  const norms: number[] = []
  for (let step = 0; step < steps; step++) {
    let loss = 0
    try {
      for (const part of partsOf(prepared, feed, step)) loss += (await part.accumulation.run(part.feed)).loss[0] ?? 0
    } catch (error) {
      if (!(error instanceof LoupeError) || error.code !== 'out-of-memory') throw error
      throw new UnfinishedUpdate(error, { ...resultsOf(feed, losses, norms), steps: step })
    }
    const { norm } = await prepared.application.run({ learningRate: feed.learningRates[step] ?? 0 })
    losses.push(loss)
    if (norm !== undefined) norms.push(norm[0] ?? Number.NaN)
  }
  return resultsOf(feed, losses, norms)
}

function resultsOf({ learningRates }: StepFeed, losses: readonly number[], norms: readonly number[]): StepResults {
  return { losses, stepSizes: learningRates, search: null, ...(norms.length > 0 ? { gradientNorms: norms } : {}) }
}

/** The first step of a feed, call by call. */
async function profileStep(prepared: PreparedSteps, feed: StepFeed): Promise<readonly OperationTime[]> {
  const times: OperationTime[] = []
  const add = (more: readonly OperationTime[]) => {
    const start = times.reduce((end, { startMs, ms }) => Math.max(end, startMs + ms), 0)
    times.push(...more.map((time) => ({ ...time, startMs: start + time.startMs })))
  }
  for (const part of partsOf(prepared, feed, 0)) add(await part.accumulation.profile(part.feed))
  add(await prepared.application.profile({ learningRate: feed.learningRates[0] ?? 0 }))
  return times
}

/** Cuts a step's feed into those of its loops. */
function partsOf({ realisation, loops }: PreparedSteps, { indices, seeds }: StepFeed, step: number): readonly { readonly accumulation: Accumulation; readonly feed: AccumulationFeed }[] {
  const { batchSize } = realisation
  let start = step * batchSize
  let micro = 0
  return loops.map(({ microBatches, accumulation }) => {
    const end = start + microBatches.reduce((sum, { size }) => sum + size, 0)
    const feed = { indices: indices.slice(start, end), seeds: new Int32Array(2 * microBatches.length), share: 1 / batchSize }
    microBatches.forEach((_, i) => {
      feed.seeds[2 * i] = seeds[2 * step] ?? 0
      feed.seeds[2 * i + 1] = (seeds[2 * step + 1] ?? 0) ^ Math.imul(micro, SEED_STRIDE)
      micro += 1
    })
    start = end
    return { accumulation, feed }
  })
}

/** 2³² over the golden ratio, odd: no two micro-batches of a step share a seed. */
const SEED_STRIDE = 0x9e3779b1
