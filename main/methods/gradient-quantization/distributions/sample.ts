import { LoupeError } from '../../../contract/errors.ts'

/**
 * Values made ready for a fit: exact zeros apart, the others sorted.
 *
 * Exact zeros (dead units, dark pixels) follow no continuous distribution, and would make the likelihood of a Student-t
 * unbounded. So a mixture is fitted: zero with probability `zeros / count`, else the distribution.
 */
export interface Sample {
  /** All values, zeros included. */
  readonly count: number
  /** Exact zeros that are kept out of the fit. */
  readonly zeros: number
  /** What the distribution is fitted to, ascending. */
  readonly sorted: Float64Array
}

/** `mix` fits the non-zeros; `ignore` takes zeros for values like all others. */
export type ZeroHandling = 'mix' | 'ignore'

/**
 * Sorts the values and sets exact zeros apart.
 *
 * @throws LoupeError `not-finite`, naming how many values are NaN or infinite.
 */
export function takeSample(values: ArrayLike<number>, zeroHandling: ZeroHandling = 'mix'): Sample {
  const kept = new Float64Array(values.length)
  let size = 0
  let notFinite = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!Number.isFinite(value)) notFinite++
    if (value !== 0 || zeroHandling === 'ignore') kept[size++] = value
  }
  if (notFinite > 0) {
    throw new LoupeError('not-finite', `${notFinite} of ${values.length} values are NaN or infinite. A distribution is fitted to finite values only.`, { notFinite, count: values.length })
  }
  return { count: values.length, zeros: values.length - size, sorted: kept.subarray(0, size).sort() }
}

/** The quantile of sorted values, between two of them along a straight line. */
export function quantileOf(sorted: Float64Array, probability: number): number {
  const rank = probability * (sorted.length - 1)
  const below = Math.floor(rank)
  const low = sorted[below]!
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!
  return low + (rank - below) * (high - low)
}

export function medianOf(sorted: Float64Array): number {
  return quantileOf(sorted, 0.5)
}

export function meanOf(values: Float64Array): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum / values.length
}

/** The mean of |x − centre|. */
export function meanDistance(values: Float64Array, centre: number): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += Math.abs(values[i]! - centre)
  return sum / values.length
}

/** The median of |x − centre|, walking outwards from the centre on both sides until half of the values are passed. */
export function medianDistance(sorted: Float64Array, centre: number): number {
  let above = firstAtLeast(sorted, centre)
  let below = above - 1
  const next = () => {
    const down = below >= 0 ? centre - sorted[below]! : Infinity
    const up = above < sorted.length ? sorted[above]! - centre : Infinity
    if (down <= up) below--
    else above++
    return Math.min(down, up)
  }
  const lower = Math.floor((sorted.length - 1) / 2)
  for (let i = 0; i < lower; i++) next()
  const distance = next()
  return sorted.length % 2 === 1 ? distance : (distance + next()) / 2
}

/** The place of the first value ≥ limit; the length where there is none. */
export function firstAtLeast(sorted: Float64Array, limit: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! < limit) low = middle + 1
    else high = middle
  }
  return low
}

/** The place of the first value > limit; the length where there is none. */
export function firstAbove(sorted: Float64Array, limit: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! <= limit) low = middle + 1
    else high = middle
  }
  return low
}
