import { LoupeError } from '../../../contract/errors.ts'
import type { Curve } from './distribution.ts'
import { firstAbove, firstAtLeast } from './sample.ts'
import type { Sample } from './sample.ts'

/** Which tails are extracted: values far from the location on both sides, or on one. */
export const sides = ['both', 'upper', 'lower'] as const
export type Side = (typeof sides)[number]

/** The largest ratio of a side: at a ratio of 1 everything is kept; a single tail begins at the location at the latest. */
const largestRatio: Readonly<Record<Side, number>> = { both: 1, upper: 0.5, lower: 0.5 }

/** Refuses a ratio outside (0, 1], or outside (0, 0.5] for one side. */
export function checkRatio(ratio: number, side: Side): void {
  const most = largestRatio[side]
  if (ratio > 0 && ratio <= most) return
  const reason = side === 'both' ? 'It is the share of the values that is kept' : `With side "${side}" it is the share of the values that is kept, all on one side of the location`
  throw new LoupeError('invalid-input', `The ratio must be above 0 and at most ${most}, got ${ratio}. ${reason}: 0.01 keeps one in a hundred.`, { ratio, side })
}

/**
 * How far from the location a value must lie to be kept (claim 8): ratio / 2 of the distribution lies beyond it on each side, or all of
 * the ratio on one.
 *
 * Normal σ·Φ⁻¹(1 − δ/2), Laplace −b·ln δ, Cauchy γ·cot(πδ/2), Student-t s·t(1 − δ/2; ν); one-sided with 2δ for δ.
 *
 * @param ratio  Of the values that the curve was fitted to. Above ½ on one side the distance is negative.
 */
export function thresholdDistance(curve: Curve, { ratio, side }: { readonly ratio: number; readonly side: Side }): number {
  return curve.tailDistance(side === 'both' ? ratio / 2 : ratio)
}

/**
 * The ratio to ask of the non-zeros, so that the wanted share of all values is kept: δ / (1 − π₀).
 *
 * Null where there are not as many non-zeros: then all of them are kept.
 */
export function ratioOfNonZeros({ ratio, count, zeros }: { readonly ratio: number; readonly count: number; readonly zeros: number }): number | null {
  if (zeros === 0) return ratio
  const asked = (ratio * count) / (count - zeros)
  return asked < 1 ? asked : null
}

/** The limits that a distance from the location means; values equal to one are kept. */
export interface Limits {
  /** Kept: values ≤ this. −Infinity keeps none. */
  readonly lower: number
  /** Kept: values ≥ this. Infinity keeps none. */
  readonly upper: number
}

export function limitsAt({ location, distance, side }: { readonly location: number; readonly distance: number; readonly side: Side }): Limits {
  return { lower: side === 'upper' ? -Infinity : location - distance, upper: side === 'lower' ? Infinity : location + distance }
}

/** Whether a value is extracted: equal to or beyond a limit (claim 8). */
export function isBeyond(value: number, { lower, upper }: Limits): boolean {
  return value >= upper || value <= lower
}

/** How many values of a sample are extracted, zeros among them where a limit lets them in. */
export function countBeyond({ sorted, zeros }: Sample, limits: Limits): number {
  if (limits.lower >= limits.upper) return sorted.length + zeros
  const kept = firstAbove(sorted, limits.lower) + sorted.length - firstAtLeast(sorted, limits.upper)
  return kept + (isBeyond(0, limits) ? zeros : 0)
}
