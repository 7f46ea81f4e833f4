import { LoupeError } from '../contract/errors.ts'
import { Random } from './random.ts'
import type { RandomState } from './random.ts'

/** Where a {@link Sampler} stands: enough to go on with the very next example. */
export interface SamplerState {
  readonly examples: number
  /** Whole epochs handed out so far. */
  readonly epoch: number
  /** Examples of the current epoch handed out so far. */
  readonly position: number
  /** The random source as it was before the current epoch was shuffled. */
  readonly random: RandomState
}

/**
 * Hands out example indices, epoch after epoch, each epoch in a new random order.
 *
 * The stream depends on the seed alone: whatever the batch size, the same seed gives the same examples in the same order,
 * so a batch of 2b is two batches of b joined. Nothing is dropped at the end of an epoch: a batch that does not fit takes
 * the rest of one epoch and the beginning of the next, and may then hold an example twice.
 *
 * @example
 *     const sampler = Sampler.start({ examples: 5, seed: 1, label: 'order' })
 *     sampler.fill(new Int32Array(4)) // four of the five; the next call begins with the fifth
 */
export class Sampler {
  readonly #order: Int32Array
  readonly #random: Random
  #epochRandom: RandomState
  #epoch: number
  #position = 0

  private constructor(examples: number, random: Random, epoch: number) {
    this.#order = new Int32Array(examples)
    this.#random = random
    this.#epochRandom = random.state
    this.#epoch = epoch
    this.#shuffle()
  }

  /** @param label  Keeps the streams of one seed apart, see {@link Random.seeded}. */
  static start({ examples, seed, label }: { readonly examples: number; readonly seed: number; readonly label: string }): Sampler {
    return new Sampler(examples, Random.seeded(seed, label), 0)
  }

  static restored(state: SamplerState): Sampler {
    const sampler = new Sampler(state.examples, Random.restored(state.random), state.epoch)
    sampler.#position = state.position
    return sampler
  }

  get state(): SamplerState {
    return { examples: this.#order.length, epoch: this.#epoch, position: this.#position, random: this.#epochRandom }
  }

  /** Writes the next examples over the whole of `target`. */
  fill(target: Int32Array): void {
    let filled = 0
    while (filled < target.length) {
      if (this.#position === this.#order.length) this.#nextEpoch()
      const taken = Math.min(target.length - filled, this.#order.length - this.#position)
      target.set(this.#order.subarray(this.#position, this.#position + taken), filled)
      this.#position += taken
      filled += taken
    }
  }

  #nextEpoch(): void {
    this.#epochRandom = this.#random.state
    this.#epoch += 1
    this.#position = 0
    this.#shuffle()
  }

  /** Always from the identity, so that an epoch's order follows from the random state alone. */
  #shuffle(): void {
    for (let i = 0; i < this.#order.length; i++) this.#order[i] = i
    this.#random.shuffle(this.#order)
  }
}

/**
 * Refuses a batch size above the number of training examples.
 *
 * @throws LoupeError `invalid-input`.
 */
export function checkBatchSize({ batchSize, examples }: { readonly batchSize: number; readonly examples: number }): void {
  if (batchSize <= examples) return
  throw new LoupeError(
    'invalid-input',
    `The batch size ${batchSize} is above the ${examples} training examples. Use at most ${examples}.`,
    { batchSize, examples },
  )
}
