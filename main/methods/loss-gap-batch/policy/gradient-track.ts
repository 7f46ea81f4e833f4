import { z } from '../../../contract/zod.ts'
import type { PolicyLengths } from './policy-facts.ts'
import { nothingSmoothed, smooth, smoothedState } from './smoothed.ts'
import { BUCKETS, emptyWindow, isFull, observe, windowState } from './window.ts'

export const gradientTrackState = z.strictObject({
  smoothed: smoothedState,
  window: windowState,
  /** Largest norm of a step in the open bucket, and in the one closed last. */
  peaks: z.strictObject({ open: z.number(), closed: z.number() }),
})
export type GradientTrackState = z.output<typeof gradientTrackState>

/** Follows the norm of the steps' gradients. */
export class GradientTrack {
  readonly #lengths: PolicyLengths
  #state: GradientTrackState = { smoothed: nothingSmoothed, window: emptyWindow, peaks: { open: 0, closed: 0 } }
  #median: number | null | undefined

  constructor(lengths: PolicyLengths) {
    this.#lengths = lengths
  }

  observe({ position, norm, examples }: { readonly position: number; readonly norm: number; readonly examples: number }): void {
    const { smoothed, window, peaks } = this.#state
    const next = observe({ window, point: { position, value: norm, examples }, bucketExamples: this.#lengths.window / BUCKETS, span: this.#lengths.window })
    const peak = Math.max(peaks.open, norm)
    const isClosed = next.closed !== window.closed
    if (isClosed) this.#median = undefined
    this.#state = {
      smoothed: smooth({ smoothed, value: norm, examples, halfLife: this.#lengths.halfLife }),
      window: next,
      peaks: isClosed ? { open: 0, closed: peak } : { open: peak, closed: peaks.closed },
    }
  }

  /** Null before it has seen a half-life. */
  get smoothed(): number | null {
    const { value, weight } = this.#state.smoothed
    return weight >= 0.5 ? value : null
  }

  /** Largest norm of the latest steps: a 64th to a 32nd of the window. */
  get peak(): number {
    return Math.max(this.#state.peaks.open, this.#state.peaks.closed)
  }

  /** Median of the closed buckets; null until the window is full. */
  get median(): number | null {
    if (this.#median === undefined) this.#median = isFull(this.#state.window.closed, this.#lengths.window) ? median(this.#state.window.closed.map(({ value }) => value)) : null
    return this.#median
  }

  restart(): void {
    this.state = { smoothed: this.#state.smoothed, window: emptyWindow, peaks: { open: 0, closed: 0 } }
  }

  get state(): GradientTrackState {
    return this.#state
  }

  set state(state: GradientTrackState) {
    this.#state = state
    this.#median = undefined
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
