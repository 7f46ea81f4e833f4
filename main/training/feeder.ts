import { z } from '../contract/zod.ts'
import type { ArmijoConfig, ScheduleConfig } from '../contract/optimizer-config.ts'
import { Random } from './random.ts'
import type { RandomState } from './random.ts'
import { beginsEpoch } from './run-plan.ts'
import type { RunPlan } from './run-plan.ts'
import { Sampler } from './sampler.ts'
import { learningRateAt } from './schedule.ts'
import type { StepFeed } from './training-step.ts'

const word = z.int().min(0).max(2 ** 32 - 1)
const randomState = z.tuple([word, word, word, word])
const samplerState = z.object({ examples: z.int(), epoch: z.int(), position: z.int(), random: randomState })

/** What the feeder puts into a checkpoint. */
export const feederState = z.object({
  order: samplerState,
  searchOrder: samplerState.nullable(),
  /** Of each further stream, by its key; none in checkpoints from before there were any. */
  further: z.record(z.string(), samplerState).default({}),
})
export type FeederState = z.output<typeof feederState>

/** One call's input, with the state that the run has once the call is done. */
export interface PreparedFeed {
  readonly steps: number
  readonly batchSize: number
  readonly feed: StepFeed
  readonly after: { readonly state: FeederState; readonly random: RandomState }
}

/** The steps that a call makes. */
export interface CallRequest {
  /** Examples along the run's course before the call. */
  readonly position: number
  readonly batchSize: number
  /** Batch size of the step before; the same where left out. */
  readonly lastBatch?: number
  readonly steps: number
  /** What the schedule's learning rate is multiplied by; 1 where left out. */
  readonly rateFactor?: number
}

/** A data set that each step draws a batch from, in an order of its own. */
export interface FeederStream {
  readonly key: string
  readonly examples: number
  readonly batchSize: number
}

export interface FeederOptions {
  readonly plan: RunPlan
  readonly seed: number
  readonly schedule: ScheduleConfig
  /** At the reference batch size; 0 for an optimiser that finds its own. */
  readonly learningRate: number
  /** `independent` where a line search is judged on examples of its own; `same` for all other optimisers. */
  readonly searchBatch: ArmijoConfig['searchBatch']
  /** Data sets that are drawn from beside the run's own examples; none where left out. */
  readonly further?: readonly FeederStream[]
  readonly resumeFrom?: { readonly state: FeederState; readonly random: RandomState }
}

/**
 * Prepares the input of calls: which examples, which dropout seeds, which learning rates.
 *
 * Two sets of buffers take turns, so that the next call can be prepared while the current one runs.
 */
export class Feeder {
  readonly #options: FeederOptions
  readonly #order: Sampler
  readonly #searchOrder: Sampler | null
  readonly #further: ReadonlyMap<string, Sampler>
  readonly #random: Random
  readonly #buffers = new Map<string, StepFeed>()
  #turn = 0

  constructor(options: FeederOptions) {
    const { plan, seed, searchBatch, further = [], resumeFrom } = options
    const start = (label: string, examples = plan.trainExamples) => Sampler.start({ examples, seed, label })
    this.#options = options
    this.#order = restoredOr(resumeFrom?.state.order, plan.trainExamples, () => start('order'))
    this.#searchOrder = resumeFrom?.state.searchOrder ? Sampler.restored(resumeFrom.state.searchOrder) : searchBatch === 'independent' ? start('search order') : null
    this.#further = new Map(further.map(({ key, examples }) => [key, restoredOr(resumeFrom?.state.further[key], examples, () => start(`order of ${key}`, examples))]))
    this.#random = resumeFrom ? Random.restored(resumeFrom.random) : Random.seeded(seed, 'dropout')
  }

  /** @param call  From where on, at which batch size, and after a step of which. */
  prepare(call: CallRequest): PreparedFeed {
    const { position, batchSize, lastBatch = batchSize, steps, rateFactor = 1 } = call
    const feed = this.#nextBuffers(steps, batchSize)
    const { plan, schedule, learningRate } = this.#options
    this.#order.fill(feed.indices)
    this.#searchOrder?.fill(feed.searchIndices)
    for (const [key, sampler] of this.#further) sampler.fill(feed.further![key]!) // made with it
    for (let i = 0; i < feed.seeds.length; i++) feed.seeds[i] = this.#random.bits() | 0
    for (let i = 0; i < steps; i++) {
      const examples = position + (i + 0.5) * batchSize
      feed.learningRates[i] = rateFactor * learningRateAt({ schedule, learningRate, batchSize, examples, maxExamples: plan.maxExamples })
      feed.positions[i] = position + i * batchSize
      feed.epochStarts[i] = beginsEpoch(plan, { position: position + i * batchSize, batchSize: i === 0 ? lastBatch : batchSize }) ? 1 : 0
    }
    return { steps, batchSize, feed, after: { state: this.state, random: this.#random.state } }
  }

  /** Goes back to the state after an earlier call: what was prepared since then is prepared anew. */
  rewind({ state, random }: PreparedFeed['after']): Feeder {
    return new Feeder({ ...this.#options, resumeFrom: { state, random } })
  }

  get state(): FeederState {
    return { order: mutable(this.#order), searchOrder: this.#searchOrder ? mutable(this.#searchOrder) : null, further: Object.fromEntries([...this.#further].map(([key, sampler]) => [key, mutable(sampler)])) }
  }

  get random(): RandomState {
    return this.#random.state
  }

  #nextBuffers(steps: number, batchSize: number): StepFeed {
    this.#turn = 1 - this.#turn
    const key = `${steps} ${batchSize} ${this.#turn}`
    const known = this.#buffers.get(key)
    if (known) return known
    const { searchBatch, further = [] } = this.#options
    const made = emptyFeed({ steps, batchSize, searchBatch, further })
    this.#buffers.set(key, made)
    return made
  }
}

/** Buffers of the sizes that a call of so many steps takes, all zero. */
export function emptyFeed({ steps, batchSize, searchBatch, further = [] }: { readonly steps: number; readonly batchSize: number; readonly searchBatch: ArmijoConfig['searchBatch']; readonly further?: readonly FeederStream[] }): StepFeed {
  return {
    indices: new Int32Array(steps * batchSize),
    searchIndices: new Int32Array(searchBatch === 'independent' ? steps * batchSize : 1),
    seeds: new Int32Array(steps * 2),
    learningRates: new Float32Array(steps),
    epochStarts: new Float32Array(steps),
    positions: new Float64Array(steps),
    ...(further.length === 0 ? {} : { further: Object.fromEntries(further.map(({ key, batchSize: size }) => [key, new Int32Array(steps * size)])) }),
  }
}

/** The schema's tuples are mutable, the sampler's are not. */
function mutable(sampler: Sampler): z.output<typeof samplerState> {
  const { random, ...rest } = sampler.state
  return { ...rest, random: [...random] }
}

/** Goes on where a stream was; anew where the checkpoint knows none of its size, as in a branch with other data. */
function restoredOr(state: z.output<typeof samplerState> | undefined, examples: number, start: () => Sampler): Sampler {
  return state?.examples === examples ? Sampler.restored(state) : start()
}
