import type { MetricKey } from '../../../main/contract/metrics.ts'
import type { MetricSeries } from '../../../main/contract/records.ts'

/** What a line search logs at each step. */
export const searchKeys = ['armijo/step-size', 'armijo/tries', 'armijo/fallback'] as const satisfies readonly MetricKey[]

/** The line search of some runs in numbers. */
export interface SearchSummary {
  /** Steps taken; each costs one gradient evaluation of the batch. */
  readonly gradients: number
  /** Forward evaluations that the search took on top: its tries, and one more a step with a batch of its own. */
  readonly forwards: number
  readonly medianTries: number | null
  /** False where several steps came as one mean, so that the median is that of the means. */
  readonly isMedianExact: boolean
  /** Share of the steps where no try was accepted. */
  readonly fallbackShare: number | null
  readonly medianStepSize: number | null
}

/** Counts what the search of some runs took. Sums and shares are those of all steps; medians weigh each bucket by its steps. */
export function summariseSearch(series: readonly MetricSeries[]): SearchSummary {
  const of = (key: (typeof searchKeys)[number]) => series.filter((one) => one.key === key).flatMap(({ mean, count }) => mean.map((value, index) => ({ value, weight: count[index] ?? 1 })))
  const [stepSizes, tries, fallbacks] = [of('armijo/step-size'), of('armijo/tries'), of('armijo/fallback')]
  const steps = weightOf(fallbacks)
  return {
    gradients: weightOf(tries),
    forwards: Math.round(sumOf(tries)),
    medianTries: weightedMedian(tries),
    isMedianExact: tries.every(({ weight }) => weight <= 1),
    fallbackShare: steps === 0 ? null : sumOf(fallbacks) / steps,
    medianStepSize: weightedMedian(stepSizes),
  }
}

interface Weighted {
  readonly value: number
  readonly weight: number
}
const weightOf = (values: readonly Weighted[]) => values.reduce((sum, { weight }) => sum + weight, 0)
const sumOf = (values: readonly Weighted[]) => values.reduce((sum, { value, weight }) => sum + value * weight, 0)

/** The value below and above which half of the weight lies; null without values. */
export function weightedMedian(values: readonly Weighted[]): number | null {
  const half = weightOf(values) / 2
  let below = 0
  for (const { value, weight } of values.toSorted((one, other) => one.value - other.value)) {
    below += weight
    if (below >= half) return value
  }
  return null
}

/** The batch sizes shown first: the smallest, a middle one and the largest. */
export function firstSizes(sizes: readonly number[]): number[] {
  const sorted = [...new Set(sizes)].toSorted((one, other) => one - other)
  return sorted.filter((_, index) => index === 0 || index === sorted.length - 1 || index === Math.floor((sorted.length - 1) / 2))
}
