import { LoupeError } from '../../contract/errors.ts'

/** A loss as it was at a step. */
export interface LossPoint {
  readonly step: number
  readonly loss: number
}

/** Where a loss is heading. */
export interface LossForecast {
  /** What the loss comes to in the end, if it goes on as in the window. */
  readonly limit: number
  /** Of the limit; infinite where the window is too straight to show one. */
  readonly standardError: number
  /** Steps in which the distance to the limit falls to 1/e; null where the loss is level. */
  readonly decaySteps: number | null
}

/** Whether a loss comes to its completion threshold; see {@link judgeCompletion}. */
export type Completion = { readonly kind: 'reached' } | { readonly kind: 'open' } | { readonly kind: 'will-not-reach'; readonly forecast: LossForecast }

const LEAST_POINTS = 8

/** Decay times that are tried, in lengths of the window: with longer ones a curve is straight, with shorter ones a step. */
const [SHORTEST, LONGEST] = [0.02, 5]

/** What 3 parameters gain over a constant by chance, of F(2, n − 3), is below this in 19 of 20 windows of 30 points or more. */
const F_LIMIT = 3.4

/**
 * Fits the last steps of a loss by a decay to a limit: the least squares of
 *
 *     L(s) = L∞ + a·exp(−s/h)
 *
 * For each h, L∞ and a follow from a linear fit; h is found by trying 60 in even ratios, then by golden section. The standard error is that
 * of the linearised fit, with the scatter as it is in the window; noise that is alike from step to step makes it too small. Where the decay
 * explains no more than a constant would by chance, the limit is the mean.
 *
 * Take a window of three decay times or more: of 60 points with independent noise, the limit then lies more than two standard errors below
 * the estimate in 2 to 4 of 100 windows, as it should; of a window shorter than one decay time, in up to 11.
 *
 * @param window  From 8 points on, in the order of their steps.
 * @throws LoupeError `invalid-input` for fewer points or steps that do not rise, `not-finite` for a loss that is not.
 *
 * @example Of 0.3 + 0.5·exp(−s/40) at s = 0, 5, ..., 145: limit 0.3, decay 40 steps.
 */
export function forecastLoss(window: readonly LossPoint[]): LossForecast {
  requireWindow(window)
  const [from, to] = [window[0]!.step, window.at(-1)!.step] // 8 points or more
  const length = to - from
  const times = window.map(({ step }) => (step - from) / length)
  const losses = window.map(({ loss }) => loss)
  const level = levelFit(losses)
  const decay = bestDecay((log) => decayFit(times, losses, Math.exp(log)).squares)
  const fit = decayFit(times, losses, decay)
  const freedom = losses.length - 3
  const gain = level.squares - fit.squares
  if (!(gain / 2 > (F_LIMIT * fit.squares) / freedom)) return { limit: level.limit, standardError: level.standardError, decaySteps: null }
  const isStraight = decay > LONGEST * 0.99
  return { limit: fit.limit, standardError: isStraight ? Number.POSITIVE_INFINITY : limitError({ times, fit, decay, variance: fit.squares / freedom }), decaySteps: decay * length }
}

/**
 * Says whether a loss met its threshold, will not if it goes on as it does, or is still open.
 *
 * It will not where the limit less two standard errors lies above the threshold. Met is met: at its last point the loss is not above.
 *
 * @param window  As {@link forecastLoss}; with fewer than 8 points nothing is foretold.
 */
export function judgeCompletion(window: readonly LossPoint[], threshold: number): Completion {
  if ((window.at(-1)?.loss ?? Number.POSITIVE_INFINITY) <= threshold) return { kind: 'reached' }
  if (window.length < LEAST_POINTS) return { kind: 'open' }
  const forecast = forecastLoss(window)
  return forecast.limit - 2 * forecast.standardError > threshold ? { kind: 'will-not-reach', forecast } : { kind: 'open' }
}

interface DecayFit {
  readonly limit: number
  readonly amplitude: number
  /** Sum of squared residuals. */
  readonly squares: number
}

function levelFit(losses: readonly number[]): { readonly limit: number; readonly squares: number; readonly standardError: number } {
  const limit = mean(losses)
  const squares = sumOver(losses, (loss) => (loss - limit) ** 2)
  return { limit, squares, standardError: Math.sqrt(squares / (losses.length - 1) / losses.length) }
}

function decayFit(times: readonly number[], losses: readonly number[], decay: number): DecayFit {
  const falls = times.map((time) => Math.exp(-time / decay))
  const [meanFall, meanLoss] = [mean(falls), mean(losses)]
  const amplitude = sumOver(falls, (fall, i) => (fall - meanFall) * (losses[i]! - meanLoss)) / sumOver(falls, (fall) => (fall - meanFall) ** 2) // one loss a time
  const limit = meanLoss - amplitude * meanFall
  const squares = sumOver(falls, (fall, i) => (losses[i]! - limit - amplitude * fall) ** 2)
  return { limit, amplitude, squares }
}

/** The decay time with the least squares. */
function bestDecay(squares: (log: number) => number): number {
  const [low, high] = [Math.log(SHORTEST), Math.log(LONGEST)]
  const ratio = (high - low) / 59
  const tried = Array.from({ length: 60 }, (_, i) => squares(low + i * ratio))
  const best = tried.indexOf(Math.min(...tried))
  let [left, right] = [low + Math.max(0, best - 1) * ratio, low + Math.min(59, best + 1) * ratio]
  const golden = (Math.sqrt(5) - 1) / 2
  for (let i = 0; i < 40; i++) {
    const [a, b] = [right - golden * (right - left), left + golden * (right - left)]
    if (squares(a) < squares(b)) right = b
    else left = a
  }
  return Math.exp((left + right) / 2)
}

/** √(σ²·(JᵀJ)⁻¹) of the limit, J: slopes of the curve by limit, amplitude and decay. */
function limitError({ times, fit, decay, variance }: { readonly times: readonly number[]; readonly fit: DecayFit; readonly decay: number; readonly variance: number }): number {
  const rows = times.map((time) => {
    const fall = Math.exp(-time / decay)
    return [1, fall, (fit.amplitude * fall * time) / decay] as const // by ln h: of the size of the others
  })
  const entry = (i: 0 | 1 | 2, j: 0 | 1 | 2) => sumOver(rows, (row) => row[i] * row[j])
  const [a, b, c, d, e, f] = [entry(0, 0), entry(0, 1), entry(0, 2), entry(1, 1), entry(1, 2), entry(2, 2)]
  const minor = d * f - e * e
  const determinant = a * minor - b * (b * f - c * e) + c * (b * e - c * d)
  return determinant > 0 ? Math.sqrt((variance * minor) / determinant) : Number.POSITIVE_INFINITY
}

function mean(values: readonly number[]): number {
  return sumOver(values, (value) => value) / values.length
}

function sumOver<T>(items: readonly T[], term: (item: T, i: number) => number): number {
  return items.reduce((sum, item, i) => sum + term(item, i), 0)
}

function requireWindow(window: readonly LossPoint[]): void {
  if (window.length < LEAST_POINTS) throw new LoupeError('invalid-input', `A forecast of a loss needs ${LEAST_POINTS} points or more, got ${window.length}. Wait for more steps.`, { points: window.length })
  for (const [i, { step, loss }] of window.entries()) {
    if (!Number.isFinite(loss)) throw new LoupeError('not-finite', `The loss was ${loss} at step ${step}, where a forecast needs numbers. Lower the learning rate, or look for the term that is not finite.`, { step, loss })
    const before = window[i - 1]?.step ?? Number.NEGATIVE_INFINITY
    if (!(step > before)) throw new LoupeError('invalid-input', `A forecast needs steps that rise, and ${step} comes after ${before}.`, { step, before })
  }
}
