import { Random } from '../main/training/random.ts'

/** The middle of the values, the mean of the middle two of an even number; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/**
 * The geometric mean: the mean of ratios that does not care which side is divided by which. NaN of none.
 *
 * @example geometricMean([2, 0.5]) is 1.
 */
export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)
}

/** An estimate, and where it lies with a probability of 95 %. */
export interface Interval {
  readonly estimate: number
  readonly low: number
  readonly high: number
}

const RESAMPLES = 2000

/**
 * The bootstrap's 95 % interval of a statistic of one or more groups of rounds: the percentiles of what it comes to where rounds of each
 * group are drawn anew, with replacement. The same values give the same interval.
 *
 * @see Efron 1979, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7.
 */
export function bootstrap<T>(groups: readonly (readonly T[])[], statistic: (groups: readonly (readonly T[])[]) => number): Interval {
  const random = Random.seeded(0, 'bootstrap')
  const draws = Array.from({ length: RESAMPLES }, () => statistic(groups.map((group) => group.map(() => group[random.integer(group.length)]!)))).sort((a, b) => a - b)
  const at = (share: number) => draws[Math.round(share * (RESAMPLES - 1))]!
  return { estimate: statistic(groups), low: at(0.025), high: at(0.975) }
}

/** What an interval says about an aim that asks for less than it. */
export function verdict({ low, high }: Interval, aim: number): 'met' | 'not met' | 'not shown' {
  if (high < aim) return 'met'
  return low >= aim ? 'not met' : 'not shown'
}
