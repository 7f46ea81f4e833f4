import { z } from '../../../contract/zod.ts'
import type { PolicyLengths } from './policy-facts.ts'
import { derivativeAtZero, polynomialDerivative, straightLine, type FitPoints, type PolynomialFit } from './polynomial-fit.ts'
import { nothingSmoothed, smooth, smoothedState } from './smoothed.ts'
import { BUCKETS, emptyWindow, isFull, observe, windowState, type CurveWindow } from './window.ts'

/** Everything that is remembered of one signal. */
export const signalTrackState = z.strictObject({
  smoothed: smoothedState,
  window: windowState,
  /** The smallest smoothed gap, and the deviation of the window at that time; null before a half-life, and after an answer to divergence. */
  best: z.strictObject({ gap: z.number(), deviation: z.number().nullable() }).nullable(),
})
export type SignalTrackState = z.output<typeof signalTrackState>

/** One value of a gap. */
export interface GapObservation {
  /** Where training stood when the value was measured. */
  readonly position: number
  readonly gap: number
  /** Since the value before: how much of the smoothed gap is forgotten. */
  readonly sinceLast: number
  /** Whose mean the gap is, and so its weight in fits. */
  readonly examples: number
}

/** The straight line through the window. */
export interface TrackFits {
  /** By examples. */
  readonly slope: number
  /** The slope over its standard error, at most ±10⁶. */
  readonly slopeT: number
  /** Standard deviation of the buckets about it. */
  readonly deviation: number
}

/** What stands for infinity: readings go to the log as JSON, which has none. */
const LARGEST_T = 1e6
/** Share of its final weight that a smoothed gap needs before it is trusted: one half-life. */
const TRUSTED_WEIGHT = 0.5

/** Follows one gap: its smoothed value, its best, and fits to its last stretch. */
export class SignalTrack {
  readonly #lengths: PolicyLengths
  readonly #order: number
  readonly #bucketExamples: number
  #state: SignalTrackState = { smoothed: nothingSmoothed, window: emptyWindow, best: null }
  /** Of the closed buckets; undefined where these have changed since. */
  #fits: TrackFits | null | undefined
  #derivative: number | null | undefined
  /** Where the best was reached, until its deviation is asked for. */
  #windowOfBest: CurveWindow | null = null
  #columns = emptyColumns(2 * BUCKETS)

  constructor({ lengths, order, bucketExamples }: { readonly lengths: PolicyLengths; readonly order: number; readonly bucketExamples: number }) {
    this.#lengths = lengths
    this.#order = order
    this.#bucketExamples = bucketExamples
  }

  observe({ position, gap, sinceLast, examples }: GapObservation): void {
    const { smoothed, window, best } = this.#state
    const next = observe({ window, point: { position, value: gap, examples }, bucketExamples: this.#bucketExamples, span: this.#lengths.window })
    const state = { smoothed: smooth({ smoothed, value: gap, examples: sinceLast, halfLife: this.#lengths.halfLife }), window: next, best }
    this.#state = state
    if (next.closed !== window.closed) {
      this.#fits = undefined
      this.#derivative = undefined
    }
    const { value, weight } = state.smoothed
    if (weight < TRUSTED_WEIGHT || (best !== null && value >= best.gap)) return
    state.best = { gap: value, deviation: null }
    this.#windowOfBest = next
  }

  /** The smoothed gap; null before it has seen a half-life. */
  get smoothed(): number | null {
    const { value, weight } = this.#state.smoothed
    return weight >= TRUSTED_WEIGHT ? value : null
  }

  get best(): SignalTrackState['best'] {
    this.#settleBest()
    return this.#state.best
  }

  /** Null until the window is full. */
  get fits(): TrackFits | null {
    if (this.#fits === undefined) this.#fits = this.#fit()
    return this.#fits
  }

  /** D_n at the end of the window, by examples^n, of a polynomial of degree n + 1; null until the window is full. */
  get derivative(): number | null {
    if (this.#derivative === undefined) {
      const points = this.#points()
      const derivative = points === null ? null : polynomialDerivative(points, this.#order)
      this.#derivative = derivative === null ? null : derivative / this.#lengths.window ** this.#order
    }
    return this.#derivative
  }

  /** Begins the reckoning anew where training went back or answered a divergence: the smoothed gap stays, best and window are measured again. */
  restart(): void {
    this.state = { smoothed: this.#state.smoothed, window: emptyWindow, best: null }
  }

  get state(): SignalTrackState {
    this.#settleBest()
    return this.#state
  }

  set state(state: SignalTrackState) {
    this.#state = state
    this.#fits = undefined
    this.#derivative = undefined
    this.#windowOfBest = null
  }

  /** Fits the window that the best was reached in, once somebody asks: while a loss falls each step reaches a new best. */
  #settleBest(): void {
    const { best } = this.#state
    if (this.#windowOfBest === null || best === null) return
    this.#state = { ...this.#state, best: { ...best, deviation: this.#fit(this.#windowOfBest)?.deviation ?? null } }
    this.#windowOfBest = null
  }

  #fit(window = this.#state.window): TrackFits | null {
    const points = this.#points(window)
    const line = points === null ? null : straightLine(points)
    return line === null ? null : { slope: derivativeAtZero(line, 1).value / this.#lengths.window, slopeT: slopeT(line), deviation: line.deviation }
  }

  /** The closed buckets, from −1 or so to 0 at the newest; null until they fill the window. The columns are written anew each time. */
  #points({ closed }: CurveWindow = this.#state.window): FitPoints | null {
    const span = this.#lengths.window
    if (!isFull(closed, span)) return null
    if (this.#columns.x.length < closed.length) this.#columns = emptyColumns(2 * closed.length)
    const { x, y, weight } = this.#columns
    const end = closed[closed.length - 1]?.position ?? 0
    for (let i = 0; i < closed.length; i++) {
      const bucket = closed[i]!
      x[i] = (bucket.position - end) / span
      y[i] = bucket.value
      weight[i] = bucket.examples
    }
    return { count: closed.length, x, y, weight }
  }
}

function emptyColumns(length: number): Omit<FitPoints, 'count'> {
  return { x: new Float64Array(length), y: new Float64Array(length), weight: new Float64Array(length) }
}

/** The slope of a line over its standard error; 0 for a constant series, ±10⁶ for one that lies on the line. */
export function slopeT(line: PolynomialFit): number {
  const { value, standardError } = derivativeAtZero(line, 1)
  if (value === 0) return 0
  return standardError === 0 ? Math.sign(value) * LARGEST_T : Math.max(-LARGEST_T, Math.min(LARGEST_T, value / standardError))
}
