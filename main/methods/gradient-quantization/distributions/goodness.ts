import type { Curve, Distribution } from './distribution.ts'

/** The sum of ln density over the values. */
export function logLikelihood(curve: Curve, sorted: Float64Array): number {
  let sum = 0
  for (let i = 0; i < sorted.length; i++) sum += curve.logDensity(sorted[i]!)
  return sum
}

/**
 * Akaike's criterion, 2k − 2 ln L for k fitted constants: the smaller, the better. What is constant over the families, such as
 * the likelihood of the share of zeros, is left out.
 */
export function akaike({ constants }: Pick<Distribution, 'constants'>, logLikelihood: number): number {
  return 2 * constants.length - 2 * logLikelihood
}

/**
 * The Kolmogorov-Smirnov distance: the largest gap between the distribution function and the share of values up to there. Exact.
 *
 * Both rise, so between two values whose gaps are known the gap cannot be larger than both allow: stretches that cannot beat the largest
 * gap found so far are skipped. Ten million values then take some thousand evaluations.
 */
export function kolmogorovSmirnov(curve: Curve, sorted: Float64Array): number {
  const count = sorted.length
  let largest = 0
  /** The gaps just below and at the value of this rank. */
  const visit = (rank: number): number => {
    const probability = curve.cdf(sorted[rank]!)
    largest = Math.max(largest, probability - rank / count, (rank + 1) / count - probability)
    return probability
  }
  const stretches: { readonly from: number; readonly to: number; readonly low: number; readonly high: number }[] = []
  // Largest gaps first come from wide stretches, so a list used as a queue finds them early.
  stretches.push({ from: 0, to: count - 1, low: visit(0), high: visit(count - 1) })
  for (let i = 0; i < stretches.length; i++) {
    const { from, to, low, high } = stretches[i]!
    // In between, F lies from low to high, and the share of values from (from + 1) / count to to / count.
    if (to - from < 2 || Math.max(high - (from + 1) / count, to / count - low) <= largest) continue
    const middle = (from + to) >> 1
    const probability = visit(middle)
    stretches.push({ from, to: middle, low, high: probability }, { from: middle, to, low: probability, high })
  }
  return largest
}

/** Up to `most` ranks of sorted values, dense at both ends: the tails matter, and hold few values. */
export function tailRanks(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, rank) => rank)
  const end = Math.log(2 * count - 1) // logit of the plotting position (rank + ½) / count of the last one
  const ranks = new Set(Array.from({ length: most }, (_, i) => Math.floor(count / (1 + Math.exp(end * (1 - (2 * i) / (most - 1)))))))
  return [...ranks].map((rank) => Math.min(rank, count - 1)).sort((a, b) => a - b)
}

/**
 * The Anderson-Darling distance A²/n: the mean over the distribution of (share of values − F)² / (F(1 − F)). It weighs tails as much as
 * the middle, where Kolmogorov-Smirnov sees the middle only.
 *
 * About 1/n for values of the very distribution. From at most 4096 of the values, dense in the tails; between two of them the share is
 * taken as their mean, over which the integral is known.
 */
export function andersonDarling(curve: Curve, sorted: Float64Array): number {
  const count = sorted.length
  // By the smaller tail each, for 1 − F loses its digits: G is 1 − F, from the mirror image.
  const location = curve.quantile(0.5)
  const points = tailRanks(count, 4096).map((rank) => ({ after: (rank + 1) / count, before: rank / count, below: curve.cdf(sorted[rank]!), above: curve.cdf(2 * location - sorted[rank]!) }))
  let total = 0
  let previous = { after: 0, below: 0, above: 1 }
  for (const point of points) {
    total += weighedSquares((previous.after + point.before) / 2, previous, point)
    previous = point
  }
  return total + weighedSquares(1, previous, { below: 1, above: 0 })
}

interface Ends {
  readonly below: number
  readonly above: number
}

/** ∫ (p − F)² / (F(1 − F)) dF = p² ln F − (1 − p)² ln(1 − F) − F between two places. */
function weighedSquares(share: number, from: Ends, to: Ends): number {
  const logs = (squared: number, high: number, low: number) => (squared === 0 ? 0 : squared * (safeLog(high) - safeLog(low)))
  return logs(share ** 2, to.below, from.below) - logs((1 - share) ** 2, to.above, from.above) - (to.below - from.below)
}

/** A value so far out that its tail is 0 in floating point would make the distance infinite; it is very large instead. */
function safeLog(probability: number): number {
  return Math.log(Math.max(probability, Number.MIN_VALUE))
}

/** A point of a Q-Q plot: on the diagonal where the values follow the distribution. */
export interface QuantilePair {
  readonly expected: number
  readonly found: number
}

/** Quantiles of the distribution beside those of the values, dense in the tails, at plotting positions (rank + ½)/n. */
export function quantilePairs(curve: Curve, sorted: Float64Array, most = 201): QuantilePair[] {
  return tailRanks(sorted.length, most).map((rank) => ({ expected: curve.quantile((rank + 0.5) / sorted.length), found: sorted[rank]! }))
}
