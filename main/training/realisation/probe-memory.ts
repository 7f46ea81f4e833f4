import { z } from '../../contract/zod.ts'
import { LoupeError } from '../../contract/errors.ts'

/** What trial steps have shown, for a checkpoint. */
export const probeState = z.object({
  /** Micro-batches that were tried, with the memory that each took; null where it ran out. */
  trials: z.array(z.tuple([z.int(), z.number().nullable()])),
  /** Memory ran out at this micro-batch outside of a trial; null where it never did. */
  failedAt: z.int().nullable(),
})
export type ProbeState = z.output<typeof probeState>

export interface MemoryProbeOptions {
  /**
   * Makes a step of so many examples that changes nothing but scratch variables.
   *
   * @returns Bytes that it took at its largest moment.
   * @throws LoupeError `out-of-memory`
   */
  readonly trial: (microBatch: number) => Promise<number>
  /** First micro-batch to try. */
  readonly startAt: number
  /** Bytes that the machine can give at all, beyond which a trial may end the process; null where it would only fail, as on a GPU. */
  readonly hardBytes: number | null
  /** A guess before the first trial, only held against `hardBytes`. */
  readonly guessBytes: (microBatch: number) => number
}

/** Share of the room below which a larger micro-batch is believed to fit without a trial, by the most that it can take. */
const FAR_FROM_LIMIT = 0.5
/** How far above the room the line through two trials must lie for a third to be spared. */
const CLEARLY_ABOVE = 1.25
/** Tries between the largest micro-batch that fits and the smallest that does not. */
const REFINEMENTS = 4

/**
 * Finds how large a micro-batch fits into memory, by steps that are tried out.
 *
 * Sizes are doubled until one does not fit, then the line through what was measured (memory is a constant and so much an example)
 * says where between the two to try. A trial that runs out of memory is survived. What was tried is remembered.
 */
export class MemoryProbe {
  readonly #options: MemoryProbeOptions
  readonly #trials = new Map<number, number | null>()
  #failedAt: number | null

  constructor(options: MemoryProbeOptions, saved: ProbeState = { trials: [], failedAt: null }) {
    this.#options = options
    for (const [microBatch, bytes] of saved.trials) this.#trials.set(microBatch, bytes)
    this.#failedAt = saved.failedAt
  }

  get state(): ProbeState {
    return { trials: [...this.#trials], failedAt: this.#failedAt }
  }

  /**
   * @param wanted  Larger ones are not tried.
   * @param roomBytes  That a step may take, the margin taken off.
   * @returns Examples; 0 where not even one fits.
   */
  async largestUpTo(wanted: number, roomBytes: number): Promise<number> {
    let fitting = 0
    let failing = wanted + 1
    for (let next = Math.min(wanted, this.#options.startAt); next > fitting && next < failing; ) {
      if (await this.#fits(next, roomBytes)) {
        // What was only guessed not to fit is looked at again now that something was measured.
        if (fitting === 0) failing = wanted + 1
        fitting = next
        next = Math.min(2 * next, wanted, failing - 1)
      } else {
        failing = next
        if (fitting === 0) next = Math.floor(next / 2)
      }
    }
    if (fitting === wanted || fitting === 0) return fitting
    return await this.#refine(fitting, failing, roomBytes)
  }

  /** Memory ran out where it should not have: half of the micro-batch is the most from now on. */
  ranOut(microBatch: number): void {
    this.#failedAt = Math.min(this.#failedAt ?? Number.POSITIVE_INFINITY, Math.floor(microBatch / 2) + 1)
  }

  /** Bytes that a micro-batch takes, measured, or on the line through what was measured; null before the first trial. */
  bytesAt(microBatch: number): number | null {
    const measured = this.#trials.get(microBatch)
    return measured ?? this.#lineAt(microBatch)
  }

  async #refine(lower: number, upper: number, roomBytes: number): Promise<number> {
    let [fitting, failing] = [lower, upper]
    for (let tries = 0; tries < REFINEMENTS && failing - fitting > 1; tries++) {
      const guess = Math.max(fitting + 1, Math.min(failing - 1, this.#crossing(roomBytes) ?? (fitting + failing) >> 1))
      if (!(await this.#fits(guess, roomBytes))) failing = guess
      else if (fitting === guess) break
      else {
        const isOnLine = this.#crossing(roomBytes) === guess
        fitting = guess
        if (isOnLine) break
      }
    }
    return fitting
  }

  async #fits(microBatch: number, roomBytes: number): Promise<boolean> {
    if (this.#failedAt !== null && microBatch >= this.#failedAt) return false
    if (this.#trials.has(microBatch)) return (this.#trials.get(microBatch) ?? Number.POSITIVE_INFINITY) <= roomBytes
    const most = this.#mostAt(microBatch)
    if (most !== null && most <= FAR_FROM_LIMIT * roomBytes) return true
    const { hardBytes, guessBytes } = this.#options
    if (hardBytes !== null && (most ?? guessBytes(microBatch)) > hardBytes) return false
    if (this.#measured().length >= 2 && (this.#lineAt(microBatch) ?? 0) > CLEARLY_ABOVE * roomBytes) return false
    const bytes = await this.#options.trial(microBatch).catch((error: unknown) => {
      if (error instanceof LoupeError && error.code === 'out-of-memory') return null
      throw error
    })
    this.#trials.set(microBatch, bytes)
    return bytes !== null && bytes <= roomBytes
  }

  #measured(): (readonly [number, number])[] {
    return [...this.#trials].flatMap(([microBatch, bytes]) => (bytes === null ? [] : [[microBatch, bytes] as const])).sort(([a], [b]) => a - b)
  }

  /** No more than this: an example never takes more in a larger micro-batch, where the constant part is shared. */
  #mostAt(microBatch: number): number | null {
    const below = this.#measured().findLast(([size]) => size <= microBatch)
    return below === undefined ? null : (below[1] * microBatch) / below[0]
  }

  #lineAt(microBatch: number): number | null {
    const line = this.#line()
    return line === null ? null : line.constant + line.perExample * microBatch
  }

  /** The micro-batch that just fits, on the line. */
  #crossing(roomBytes: number): number | null {
    const line = this.#line()
    return line === null || line.perExample <= 0 ? null : Math.floor((roomBytes - line.constant) / line.perExample)
  }

  /** Through the two largest that were measured; proportional where there is one. */
  #line(): { readonly constant: number; readonly perExample: number } | null {
    const [last, before] = this.#measured().reverse()
    if (last === undefined) return null
    if (before === undefined) return { constant: 0, perExample: last[1] / last[0] }
    const perExample = (last[1] - before[1]) / (last[0] - before[0])
    return { constant: last[1] - perExample * last[0], perExample }
  }
}
