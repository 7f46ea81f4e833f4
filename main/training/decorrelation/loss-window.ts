import type { ConditionFacts, HistoryPoint } from './condition-facts.ts'
import type { LossPoint } from './loss-forecast.ts'

/** With fewer points nothing is said of a course. */
export const LEAST_POINTS = 8
/** More are averaged into so many, which evens out what is alike from one to the next. */
const MOST_POINTS = 64

/**
 * The part of a run's course that tells where it is heading: the later half of what came after the warm-up, at least 8 points; none before there are.
 *
 * The later half and no more: of a loss that falls ever more slowly, as a power of the steps does, a longer window shows a decay that its end no longer
 * follows. Of more than 64 points, neighbours are averaged.
 *
 * @param read  Undefined for a point that does not have the value.
 */
export function windowOf({ config, history }: Pick<ConditionFacts, 'config' | 'history'>, read: (point: HistoryPoint) => number | undefined): readonly LossPoint[] {
  const { warmupSteps } = config.decorrelation
  const settled = history.filter((_, i) => (history[i - 1]?.step ?? 0) >= warmupSteps)
  const points = settled.slice(-Math.max(LEAST_POINTS, Math.ceil(settled.length / 2))).flatMap((point): LossPoint[] => {
    const loss = read(point)
    return loss === undefined || !Number.isFinite(loss) ? [] : [{ step: point.step, loss }]
  })
  return points.length < LEAST_POINTS ? [] : averaged(points, Math.ceil(points.length / MOST_POINTS))
}

/** A straight line through a window. */
export interface Trend {
  /** Per step. */
  readonly slope: number
  readonly standardError: number
  /** Of the line, at the last point. */
  readonly end: number
}

/** Fits a straight line by least squares. @param window  From 3 points on, at different steps. */
export function trendOf(window: readonly LossPoint[]): Trend {
  const [step, loss] = [meanOf(window.map((point) => point.step)), meanOf(window.map((point) => point.loss))]
  const spread = sumOf(window.map((point) => (point.step - step) ** 2))
  const slope = sumOf(window.map((point) => (point.step - step) * (point.loss - loss))) / spread
  const squares = sumOf(window.map((point) => (point.loss - loss - slope * (point.step - step)) ** 2))
  return { slope, standardError: Math.sqrt(squares / (window.length - 2) / spread), end: loss + slope * ((window.at(-1)?.step ?? step) - step) }
}

/** The mean of some losses and how far they scatter around it. */
export function levelOf(losses: readonly number[]): { readonly mean: number; readonly deviation: number } {
  const mean = meanOf(losses)
  return { mean, deviation: Math.sqrt(sumOf(losses.map((loss) => (loss - mean) ** 2)) / Math.max(1, losses.length - 1)) }
}

export function meanOf(values: readonly number[]): number {
  return sumOf(values) / values.length
}

function averaged(points: readonly LossPoint[], length: number): readonly LossPoint[] {
  if (length === 1) return points
  const whole = points.slice(points.length % length)
  return Array.from({ length: whole.length / length }, (_, i) => {
    const block = whole.slice(i * length, (i + 1) * length)
    return { step: meanOf(block.map(({ step }) => step)), loss: meanOf(block.map(({ loss }) => loss)) }
  })
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}
