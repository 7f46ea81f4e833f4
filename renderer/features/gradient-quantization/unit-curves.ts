import type { Curve } from '../../../main/methods/gradient-quantization/distributions/distribution.ts'
import { countBelow, shareEnd, stairs } from './bars.ts'
import type { Bars, Stair } from './bars.ts'

export type Place = readonly [x: number, y: number]

/** What is shown of the axis of the values. */
export interface Window {
  readonly from: number
  readonly to: number
}

/** All but a thousandth of the values at each end, widened so that the thresholds lie inside, and no wider than the values reach. */
export function windowOf(bars: Bars, limits: readonly (number | null)[]): Window {
  const [first = 0, last = 0] = [bars.low[0], bars.high.at(-1)]
  const inside = limits.filter((limit): limit is number => limit !== null && Number.isFinite(limit))
  const centre = shareEnd(bars, 0.5)
  const reach = Math.max(...[shareEnd(bars, 0.001), shareEnd(bars, 0.999), ...inside].map((place) => Math.abs(place - centre))) * 1.12
  const widest = Math.max(last - centre, centre - first, ...inside.map((limit) => Math.abs(limit - centre) * 1.05))
  const half = Number(Math.min(reach, widest).toPrecision(2)) || 1
  return { from: centre - half, to: centre + half }
}

/** The histogram as stairs, about 140 over the window; in the tails as wide as what was logged. */
export function densityStairs(bars: Bars, { from, to }: Window): readonly Stair[] {
  return stairs(bars, { from, to, width: (to - from) / 140 })
}

/** A fitted density over the window, denser near its peak, which may be a cusp. */
export function densityPlaces(curve: Curve, { from, to }: Window): readonly Place[] {
  const centre = Math.min(to, Math.max(from, curve.quantile(0.5)))
  const side = (end: number) => Array.from({ length: 121 }, (_, index) => centre + (end - centre) * (index / 120) ** 2)
  return [...side(from).toReversed(), ...side(to).slice(1)].map((x) => [x, Math.exp(curve.logDensity(x))] as const)
}

/** Distances from the centre at which tails are read: from where nearly all values lie farther out to the farthest. */
function distances(bars: Bars, centre: number): readonly number[] {
  const farthest = Math.max((bars.high.at(-1) ?? 0) - centre, centre - (bars.low[0] ?? 0))
  const middle = Math.max(Math.abs(shareEnd(bars, 0.45) - centre), Math.abs(shareEnd(bars, 0.55) - centre)) || farthest / 1e4
  const from = Math.min(middle, farthest / 10)
  return Array.from({ length: 100 }, (_, index) => from * (farthest / from) ** (index / 99))
}

/** The share of the values at each distance from the centre or farther out: P(|X − m| ≥ d). */
export function foundTail(bars: Bars, centre: number): readonly Place[] {
  return distances(bars, centre).flatMap((distance): Place[] => {
    const beyond = countBelow(bars, centre - distance) + bars.total - countBelow(bars, centre + distance)
    // Less than one value is none: the last bar is not as wide as its bin.
    return beyond < 1 ? [] : [[distance, beyond / bars.total]]
  })
}

/** The same as a family expects it, each tail taken where it keeps its digits. */
export function expectedTail(curve: Curve, bars: Bars, centre: number): readonly Place[] {
  const location = curve.quantile(0.5)
  return distances(bars, centre).map((distance) => [distance, curve.cdf(centre - distance) + curve.cdf(2 * location - centre - distance)] as const)
}

/** What is expected beside what is found, at shares that are dense in both tails. */
export function quantilePlaces(curve: Curve, bars: Bars): readonly Place[] {
  const end = Math.log(2 * bars.total - 1)
  return Array.from({ length: 161 }, (_, index) => {
    const share = 1 / (1 + Math.exp(end * (1 - index / 80)))
    return [curve.quantile(share), shareEnd(bars, share)] as const
  })
}
