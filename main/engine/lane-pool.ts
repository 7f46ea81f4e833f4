import type { Trainer } from '../training/trainer.ts'

/**
 * The lanes of a study: each is one trainer with its own session, on which runs train one after the other.
 *
 * Lanes are made when they are first needed, up to `limit`; all of them share one data set in memory. A lane on which a
 * run failed is thrown away, because its session may be in any state.
 */
export class LanePool {
  readonly #make: (index: number) => Promise<Trainer>
  readonly #idle: { readonly index: number; readonly trainer: Trainer }[] = []
  readonly #busy = new Map<Trainer, number>()
  readonly #free: number[]
  #limit: number

  constructor(options: { readonly limit: number; readonly make: (index: number) => Promise<Trainer> }) {
    this.#make = options.make
    this.#limit = options.limit
    this.#free = Array.from({ length: options.limit }, (_, index) => index)
  }

  /** Runs that may train side by side. */
  get limit(): number {
    return this.#limit
  }

  /**
   * A trainer that nobody uses. Never more than `limit` at once: the caller counts its runs.
   *
   * @throws What making a trainer throws. Where other lanes work, the pool has become one lane smaller.
   */
  async acquire(): Promise<Trainer> {
    const idle = this.#idle.shift()
    if (idle !== undefined) {
      this.#busy.set(idle.trainer, idle.index)
      return idle.trainer
    }
    const index = this.#free.shift()
    if (index === undefined) throw new RangeError(`All ${this.#limit} lanes are taken.`)
    try {
      const trainer = await this.#make(index)
      this.#busy.set(trainer, index)
      return trainer
    } catch (error) {
      if (this.#limit > 1) this.#limit--
      else this.#free.push(index)
      throw error
    }
  }

  /** Gives a trainer back after a run that ended well. */
  release(trainer: Trainer): void {
    const index = this.#busy.get(trainer)
    if (index === undefined) return
    this.#busy.delete(trainer)
    this.#idle.push({ index, trainer })
  }

  /** Throws a trainer away; the next run that needs one gets a new one. */
  async discard(trainer: Trainer): Promise<void> {
    const index = this.#busy.get(trainer)
    if (index === undefined) return
    this.#busy.delete(trainer)
    try {
      await trainer.close()
    } catch (error) {
      // The run's own error is what the user must see; this one only says that the wreck did not close.
      process.emitWarning(error instanceof Error ? error : String(error))
    }
    this.#free.push(index)
  }

  async close(): Promise<void> {
    const trainers = [...this.#idle.map((lane) => lane.trainer), ...this.#busy.keys()]
    this.#idle.length = 0
    this.#busy.clear()
    await Promise.all(trainers.map((trainer) => trainer.close()))
  }
}
