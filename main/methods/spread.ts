import type { Ratio, Spread } from '../contract/spread.ts'
import { studentQuantile } from './student.ts'

/**
 * Mean, deviation and Student interval of a sample; null of an empty one.
 *
 * @example 1, 2, 3 at 95 %: 2 ± 1, and 2 ± 4.3027/√3 = −0.484 to 4.484.
 */
export function spreadOf(values: readonly number[], confidence: number): Spread | null {
  const n = values.length
  if (n === 0) return null
  const mean = values.reduce((total, value) => total + value, 0) / n
  if (n === 1) return { mean, deviation: null, n, low: null, high: null }
  const deviation = Math.sqrt(values.reduce((total, value) => total + (value - mean) ** 2, 0) / (n - 1))
  const reach = (studentQuantile(confidence, n - 1) * deviation) / Math.sqrt(n)
  return { mean, deviation, n, low: mean - reach, high: mean + reach }
}

/**
 * Geometric mean of ratios with its Student interval on the logarithms; null without a ratio that is above 0.
 *
 * Paired by seed, so that what two runs share by starting alike cancels.
 */
export function ratioOf(pairs: readonly { readonly value: number; readonly base: number }[], confidence: number): Ratio | null {
  const logs = pairs.filter(({ value, base }) => value > 0 && base > 0).map(({ value, base }) => Math.log(value / base))
  const spread = spreadOf(logs, confidence)
  if (spread === null) return null
  const bound = (end: number | null) => (end === null ? null : Math.exp(end))
  return { value: Math.exp(spread.mean), low: bound(spread.low), high: bound(spread.high), n: spread.n }
}
