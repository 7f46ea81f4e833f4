import studentQuantile from '@stdlib/stats-base-dists-t-quantile'
import type { CurveSpread } from '../contract/compare-curves.ts'

/** One run of a group: its values, and the same smoothed; the same array where nothing is smoothed. */
export interface SmoothedCurve {
  readonly x: Float64Array
  readonly y: Float64Array
  readonly smoothed: Float64Array
}

/** A group over its places: means of the runs that have a value there, the spread of their smoothed curves, and how many they are. */
export interface GroupCurve extends SmoothedCurve {
  /** NaN where fewer than two runs have a value. */
  readonly low: Float64Array
  readonly high: Float64Array
  readonly runs: Float64Array
}

export interface GroupOptions {
  readonly spread: CurveSpread
  /** Whether a value holds until the next, or lies on a straight line between two. */
  readonly isHeld: boolean
}

/**
 * The mean of several runs at every place of the one with the most values, and at places of the others before and after it, with
 *
 *     deviation  m ± s,  s² = Σ(y − m)² / (n − 1)        interval  m ± t(0.975, n − 1) s / √n
 *
 * Each run is read on its own full curve, between two of its values by a straight line; where it has not begun or has ended, it does not count, and
 * `runs` says so. Nothing here knows of other groups, nor of what part of the axis is looked at. The runs are smoothed before they are averaged: the
 * deviation is that of the smoothed curves, and not of the noise that smoothing is to take away.
 */
export function groupCurve(curves: readonly SmoothedCurve[], { spread, isHeld }: GroupOptions): GroupCurve {
  const x = gridOf(curves)
  const size = x.length
  const [y, smoothed, squares, least, greatest, runs] = [0, 0, 0, Infinity, -Infinity, 0].map((value) => new Float64Array(size).fill(value)) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array] // as many as in the list
  for (const curve of curves) {
    const at = reader(curve, isHeld)
    for (let i = 0; i < size; i++) {
      if (!at.moveTo(x[i]!)) continue
      const n = ++runs[i]!
      y[i]! += (at.read(curve.y) - y[i]!) / n
      // Welford's sums: squares about the mean so far, so that equal runs deviate by exactly nothing.
      const value = at.read(curve.smoothed)
      const before = value - smoothed[i]!
      smoothed[i]! += before / n
      squares[i]! += before * (value - smoothed[i]!)
      if (value < least[i]!) least[i] = value
      if (value > greatest[i]!) greatest[i] = value
    }
  }
  return { x, y, smoothed, runs, ...ends({ mean: smoothed, squares, least, greatest, runs }, spread) }
}

interface Sums {
  readonly mean: Float64Array
  readonly squares: Float64Array
  readonly least: Float64Array
  readonly greatest: Float64Array
  readonly runs: Float64Array
}

function ends({ mean, squares, least, greatest, runs }: Sums, spread: CurveSpread): { readonly low: Float64Array; readonly high: Float64Array } {
  const widths = new Map<number, number>()
  const factor = (n: number): number => {
    const known = widths.get(n) ?? (spread === 'interval' ? studentQuantile(0.975, n - 1) / Math.sqrt(n) : 1)
    widths.set(n, known)
    return known
  }
  const end = (sign: number, extreme: Float64Array) =>
    mean.map((middle, i) => {
      const n = runs[i]!
      if (n < 2) return Number.NaN
      return spread === 'range' ? extreme[i]! : middle + sign * factor(n) * Math.sqrt(squares[i]! / (n - 1))
    })
  return { low: end(-1, least), high: end(1, greatest) }
}

/** The places of the longest curve, with those of the others that lie outside of it. */
function gridOf(curves: readonly SmoothedCurve[]): Float64Array {
  const longest = curves.reduce((best, curve) => (curve.x.length > best.x.length ? curve : best), curves[0] ?? { x: new Float64Array(0), y: new Float64Array(0), smoothed: new Float64Array(0) })
  const [first, last] = [longest.x[0] ?? Infinity, longest.x.at(-1) ?? -Infinity]
  const outside = new Set<number>()
  for (const { x } of curves) {
    for (let i = 0; i < x.length && x[i]! < first; i++) outside.add(x[i]!)
    for (let i = x.length - 1; i >= 0 && x[i]! > last; i--) outside.add(x[i]!)
  }
  if (outside.size === 0) return longest.x
  const [before, after] = [(x: number) => x < first, (x: number) => x > last].map((isThere) => Float64Array.from(outside).filter(isThere).sort()) as [Float64Array, Float64Array] // as many as in the list
  const grid = new Float64Array(before.length + longest.x.length + after.length)
  grid.set(before)
  grid.set(longest.x, before.length)
  grid.set(after, before.length + longest.x.length)
  return grid
}

/** Reads a curve at places that only grow. */
function reader({ x }: SmoothedCurve, isHeld: boolean): { moveTo(place: number): boolean; read(values: Float64Array): number } {
  const last = x.length - 1
  let [index, share] = [0, 0]
  return {
    moveTo(place) {
      if (last < 0 || place < x[0]! || place > x[last]!) return false
      while (index < last && x[index + 1]! <= place) index++
      const [from, to] = [x[index]!, x[Math.min(index + 1, last)]!]
      share = isHeld || to <= from ? 0 : (place - from) / (to - from)
      return true
    },
    read(values) {
      const from = values[index]!
      return share === 0 ? from : from + share * (values[index + 1]! - from)
    },
  }
}
