import { z } from '../../../contract/zod.ts'
import type { PolicyLengths } from './policy-facts.ts'
import { derivativeAtZero, polynomialFit, type PolynomialFit } from './polynomial-fit.ts'
import { nothingSmoothed, smooth, smoothedState } from './smoothed.ts'
import { emptyWindow, isFull, observe, windowState } from './window.ts'

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

/** Slopes and derivatives at the end of the window, by examples. */
export interface TrackFits {
  /** Of the straight line. */
  readonly slope: number
  /** The slope over its standard error, at most ±10⁶. */
  readonly slopeT: number
  /** D_n, of the polynomial of degree n + 1. */
  readonly derivative: number
  /** Standard deviation of the buckets about the straight line. */
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

  constructor({ lengths, order, bucketExamples }: { readonly lengths: PolicyLengths; readonly order: number; readonly bucketExamples: number }) {
    this.#lengths = lengths
    this.#order = order
    this.#bucketExamples = bucketExamples
  }

  observe({ position, gap, sinceLast, examples }: GapObservation): void {
    const { smoothed, window, best } = this.#state
    const next = observe({ window, point: { position, value: gap, examples }, bucketExamples: this.#bucketExamples, span: this.#lengths.window })
    if (next.closed !== window.closed) this.#fits = undefined
    this.#state = { smoothed: smooth({ smoothed, value: gap, examples: sinceLast, halfLife: this.#lengths.halfLife }), window: next, best }
    const value = this.smoothed
    if (value !== null && (best === null || value < best.gap)) this.#state = { ...this.#state, best: { gap: value, deviation: this.fits?.deviation ?? null } }
  }

  /** The smoothed gap; null before it has seen a half-life. */
  get smoothed(): number | null {
    const { value, weight } = this.#state.smoothed
    return weight >= TRUSTED_WEIGHT ? value : null
  }

  get best(): SignalTrackState['best'] {
    return this.#state.best
  }

  /** Null until the window is full. */
  get fits(): TrackFits | null {
    if (this.#fits === undefined) this.#fits = this.#fit()
    return this.#fits
  }

  /** Begins the reckoning anew where training went back or answered a divergence: the smoothed gap stays, best and window are measured again. */
  restart(): void {
    this.state = { smoothed: this.#state.smoothed, window: emptyWindow, best: null }
  }

  get state(): SignalTrackState {
    return this.#state
  }

  set state(state: SignalTrackState) {
    this.#state = state
    this.#fits = undefined
  }

  #fit(): TrackFits | null {
    const { window } = this.#state
    const span = this.#lengths.window
    if (!isFull(window, span)) return null
    const end = window.closed.at(-1)?.position ?? 0
    const points = window.closed.map(({ position, value, examples }) => ({ x: (position - end) / span, y: value, weight: examples }))
    const [line, curve] = [polynomialFit(points, 1), polynomialFit(points, this.#order + 1)]
    if (line === null || curve === null) return null
    return {
      slope: derivativeAtZero(line, 1).value / span,
      slopeT: slopeT(line),
      derivative: derivativeAtZero(curve, this.#order).value / span ** this.#order,
      deviation: line.deviation,
    }
  }
}

/** The slope of a line over its standard error; 0 for a constant series, ±10⁶ for one that lies on the line. */
export function slopeT(line: PolynomialFit): number {
  const { value, standardError } = derivativeAtZero(line, 1)
  if (value === 0) return 0
  return standardError === 0 ? Math.sign(value) * LARGEST_T : Math.max(-LARGEST_T, Math.min(LARGEST_T, value / standardError))
}
