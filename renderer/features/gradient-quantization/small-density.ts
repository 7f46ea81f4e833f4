import { cutStairs } from './charts/density-option.ts'
import { densityStairs, windowOf } from './unit-curves.ts'
import type { Bars, Stair } from './bars.ts'

export interface SmallDensity {
  /** Outlines of filled shapes, as an SVG path has them. */
  readonly rest: string
  readonly sent: string
  /** Places of the thresholds, in the same measure. */
  readonly limits: readonly number[]
}

export interface SmallFrame {
  readonly width: number
  readonly height: number
}

/** Powers of ten under the highest bar that are shown. */
const decades = 4

/** A histogram small enough to stand beside sixty others: a density on a logarithmic axis of four decades, without words. */
export function smallDensity(bars: Bars, limits: { readonly lower: number | null; readonly upper: number | null } | null, { width, height }: SmallFrame): SmallDensity {
  const span = windowOf(bars, [limits?.lower ?? null, limits?.upper ?? null])
  const all = densityStairs(bars, span)
  const highest = all.reduce((most, { density }) => Math.max(most, density), 0)
  const x = (value: number) => Math.min(width, Math.max(0, ((value - span.from) / (span.to - span.from)) * width))
  const y = (density: number) => (density <= 0 ? height : height * Math.min(1, Math.log10(highest / density) / decades))
  const outline = (stairs: readonly Stair[]) => stairs.filter(({ density }) => y(density) < height).map(({ low, high, density }) => `M${short(x(low))} ${height}V${short(y(density))}H${short(x(high))}V${height}Z`).join('')
  const { rest, sent } = cutStairs(all, limits)
  return { rest: outline(rest), sent: outline(sent), limits: [limits?.lower, limits?.upper].flatMap((limit) => (limit === null || limit === undefined ? [] : [Number(short(x(limit)))])) }
}

function short(value: number): string {
  return value.toFixed(1)
}

/** A layer's name where there is little room: its last parts, which tell it apart. */
export function shortUnit(name: string, most = 22): string {
  const parts = name.split('/')
  while (parts.length > 1 && parts.join('/').length > most) parts.shift()
  const short = parts.join('/')
  return short === name ? name : `…/${short}`
}
