import { baseOption, xAxis, yAxis } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import { withOpacity } from '../../../charts/colors.ts'
import type { CustomSeriesOption, EChartsOption, LineSeriesOption } from '../../../charts/echarts.ts'
import { logSpan } from '../../../charts/log-axis.ts'
import { tickText } from './tick-text.ts'
import type { Stair } from '../bars.ts'
import type { Look } from './family-looks.ts'

/** A fitted density or anything else that is drawn as a line over the values. */
export interface FittedLine extends Look {
  readonly name: string
  readonly places: readonly (readonly [x: number, y: number])[]
}
/** What is sent lies at or beyond these; null where nothing is sent on that side. */
export interface DrawnLimits {
  readonly lower: number | null
  readonly upper: number | null
}
export interface DensityChart {
  readonly stairs: readonly Stair[]
  readonly lines: readonly FittedLine[]
  readonly limits: DrawnLimits | null
  readonly from: number
  readonly to: number
  readonly logY: boolean
  readonly texts: { readonly x: string; readonly y: string; readonly values: string; readonly sent: string; readonly threshold: string }
}

/** The histogram of a unit as a density, what is sent of it filled, with the fitted densities over it and the thresholds as lines. */
export function densityOption(context: ChartContext, { stairs, lines, limits, from, to, logY, texts }: DensityChart): EChartsOption {
  const { colors, formats } = context
  const heights = stairs.map(({ density }) => density).filter((density) => density > 0)
  const highest = heights.reduce((most, height) => Math.max(most, height), 0)
  const lowest = heights.reduce((least, height) => Math.min(least, height), highest)
  // A fit that is far off must not squeeze the histogram: what lies beyond is cut.
  const span = logY ? logSpan([lowest / 2, highest * 2], 1) : { min: 0, max: tidy(highest * 1.18) }
  const { rest, sent } = cutStairs(stairs, limits)
  const base = baseOption(context)
  return {
    ...base,
    xAxis: spanned(xAxis(context, { name: texts.x, format: (value) => tickText(value, formats) }), from, to),
    yAxis: yAxis(context, { name: texts.y, format: (value) => tickText(value, formats), ...('ticks' in span ? { log: span } : { from: 0, to: span.max }) }),
    series: [
      stairsSeries({ name: texts.values, stairs: rest, color: colors.muted, opacity: 0.3, floor: span.min }),
      ...(limits === null ? [] : [stairsSeries({ name: texts.sent, stairs: sent, color: colors.bad, opacity: 0.5, floor: span.min })]),
      ...lines.map(fittedLine),
      ...thresholdLines({ limits, name: texts.threshold, color: colors.bad, from: span.min, to: span.max }),
    ],
    tooltip: { ...base.tooltip, trigger: 'axis', formatter: (shown: unknown) => tooltipText(shown, { stairs, lines, texts }, context) } as NonNullable<EChartsOption['tooltip']>,
  }
}

/** An axis over exactly this span; its ends are no round numbers, so they are not labelled. */
export function spanned<Axis extends NonNullable<EChartsOption['xAxis']> | NonNullable<EChartsOption['yAxis']>>(axis: Axis, min: number, max: number): Axis {
  const labels: unknown = Reflect.get(axis, 'axisLabel')
  return { ...axis, min, max, axisLabel: { ...(typeof labels === 'object' ? labels : {}), showMinLabel: false, showMaxLabel: false } }
}

/** Stairs on each side of the limits; one that a limit cuts is on both. */
export function cutStairs(stairs: readonly Stair[], limits: DrawnLimits | null): { readonly rest: readonly Stair[]; readonly sent: readonly Stair[] } {
  if (limits === null) return { rest: stairs, sent: [] }
  const lower = limits.lower ?? Number.NEGATIVE_INFINITY
  const upper = limits.upper ?? Number.POSITIVE_INFINITY
  const within = (from: number, to: number) => stairs.flatMap((stair) => (stair.high <= from || stair.low >= to ? [] : [{ ...stair, low: Math.max(stair.low, from), high: Math.min(stair.high, to) }]))
  return { rest: within(lower, upper), sent: [...within(Number.NEGATIVE_INFINITY, lower), ...within(upper, Number.POSITIVE_INFINITY)] }
}

interface StairsSeries {
  readonly name: string
  readonly stairs: readonly Stair[]
  readonly color: string
  readonly opacity: number
  /** Where they stand: 0, or the foot of a logarithmic axis. */
  readonly floor: number
}

/** Filled bars of any width, drawn as one shape, so that they are right on a logarithmic axis. */
function stairsSeries({ name, stairs, color, opacity, floor }: StairsSeries): CustomSeriesOption {
  const shown = stairs.filter(({ density }) => density > floor)
  return {
    type: 'custom',
    name,
    silent: true,
    clip: true,
    z: 1,
    itemStyle: { color },
    data: shown[0] ? [[shown[0].low, shown[0].density]] : [],
    renderItem: (_, api) => ({
      type: 'group',
      children: shown.map(({ low, high, density }) => {
        const [left = 0, top = 0] = api.coord([low, density])
        const [right = 0, bottom = 0] = api.coord([high, floor])
        return { type: 'rect' as const, shape: { x: left, y: top, width: Math.max(right - left, 0.5), height: bottom - top }, style: { fill: withOpacity(color, opacity) } }
      }),
    }),
  }
}

export function fittedLine({ name, color, dash, places }: FittedLine): LineSeriesOption {
  return { type: 'line', name, symbol: 'none', clip: true, data: places.map((place) => [...place]), itemStyle: { color }, lineStyle: { color, width: 1.8, type: dash }, emphasis: { disabled: true }, z: 3 }
}

/** Upright lines over the whole height, under one name. */
export function thresholdLines({ limits, name, color, from, to }: { readonly limits: DrawnLimits | null; readonly name: string; readonly color: string; readonly from: number; readonly to: number }): LineSeriesOption[] {
  return [limits?.lower ?? null, limits?.upper ?? null].flatMap((place) =>
    place === null || !Number.isFinite(place) ? [] : [{ type: 'line', name, symbol: 'none', silent: true, clip: true, data: [[place, from], [place, to]], itemStyle: { color }, lineStyle: { color, width: 1.4, type: 'dashed' }, emphasis: { disabled: true }, tooltip: { show: false }, z: 5 } satisfies LineSeriesOption],
  )
}

function tooltipText(shown: unknown, { stairs, lines, texts }: Pick<DensityChart, 'stairs' | 'lines' | 'texts'>, { formats }: ChartContext): string {
  const first: unknown = Array.isArray(shown) ? shown[0] : undefined
  const x = typeof first === 'object' && first !== null ? Number(Reflect.get(first, 'axisValue')) : Number.NaN
  const own = stairs.find(({ low, high }) => x >= low && x < high)
  const rows = lines.map(({ name, places }) => `${name}   ${formats.significant(nearest(places, x))}`)
  return [`${texts.x}: ${formats.significant(x)}`, ...(own ? [`${texts.values}   ${formats.significant(own.density)}`] : []), ...rows].join('\n')
}

function nearest(places: readonly (readonly [number, number])[], x: number): number {
  return places.reduce((best, place) => (Math.abs(place[0] - x) < Math.abs(best[0] - x) ? place : best), places[0] ?? [Number.NaN, Number.NaN])[1]
}

/** Up to two figures, so that the axis ends at a number one reads. */
function tidy(value: number): number {
  return value > 0 ? Number(value.toPrecision(2)) : 1
}
