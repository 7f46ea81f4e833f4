import normalQuantile from '@stdlib/stats-base-dists-normal-quantile'

export interface RankCorrelation {
  /** From −1, one falls wherever the other rises, over 0 to 1. */
  readonly rho: number
  /** Interval; null where ρ is −1 or 1, or there are fewer than four pairs: then it says nothing. */
  readonly low: number | null
  readonly high: number | null
  readonly pairs: number
}

/**
 * Ranks from 1, equal values sharing the mean of their ranks.
 *
 * @example ranks([10, 30, 10, 20])  // [1.5, 4, 1.5, 3]
 */
export function ranks(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => values[a]! - values[b]!)
  const ranked = Array.from(values, () => 0)
  for (let from = 0; from < order.length; ) {
    let to = from + 1
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++
    for (let at = from; at < to; at++) ranked[order[at]!] = (from + 1 + to) / 2
    from = to
  }
  return ranked
}

/**
 * Spearman's rank correlation: whether one goes up with the other, whatever the shape of the curve.
 *
 * The interval is Fisher's z with the standard error √((1 + ρ²/2)/(n − 3)).
 *
 * @returns null with fewer than three pairs, or where one of the two does not vary.
 * @see Bonett and Wright 2000, "Sample size requirements for estimating Pearson, Kendall and Spearman correlations", Psychometrika 65, 23–28.
 */
export function rankCorrelation(x: readonly number[], y: readonly number[], confidence = 0.95): RankCorrelation | null {
  const pairs = x.length
  if (pairs < 3) return null
  const rho = correlation(ranks(x), ranks(y))
  if (rho === null) return null
  if (pairs < 4 || Math.abs(rho) === 1) return { rho, low: null, high: null, pairs }
  const reach = normalQuantile((1 + confidence) / 2, 0, 1) * Math.sqrt((1 + (rho * rho) / 2) / (pairs - 3))
  const z = Math.atanh(rho)
  return { rho, low: Math.tanh(z - reach), high: Math.tanh(z + reach), pairs }
}

function correlation(x: readonly number[], y: readonly number[]): number | null {
  const mean = (x.length + 1) / 2 // of ranks, whatever ties there are
  let [xx, yy, xy] = [0, 0, 0]
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [x[i]! - mean, y[i]! - mean]
    xx += dx * dx
    yy += dy * dy
    xy += dx * dy
  }
  return xx === 0 || yy === 0 ? null : Math.min(1, Math.max(-1, xy / Math.sqrt(xx * yy)))
}
