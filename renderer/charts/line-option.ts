import { baseOption, xAxis, yAxis } from './base-option.ts'
import type { ChartContext } from './base-option.ts'
import { withOpacity } from './colors.ts'
import { bandSeries } from './custom-series.ts'
import type { EChartsOption, Series } from './echarts.ts'
import { logSpan } from './log-axis.ts'
import { smooth } from '../../main/contract/smoothing.ts'
import type { Curve } from '../../main/contract/smoothing.ts'

/** Kinds of line beside a solid one; numbers are lengths of strokes and gaps, in pixels. */
export type LineDash = 'dashed' | 'dotted' | number[]

export interface Line {
  /** Lines of one name share an entry of the legend. */
  readonly name: string
  readonly color: string
  readonly dash?: LineDash
  readonly curve: Curve
  /** A value holds until the next: the line is drawn as stairs. */
  readonly isHeld?: boolean
}

/** A level to read the lines against: a threshold, a floor. */
export interface ReferenceLine {
  readonly name: string
  readonly value: number
  readonly color: string
  readonly dash: LineDash
}

export interface LineChart {
  readonly lines: readonly Line[]
  readonly xName: string
  readonly yName: string
  readonly xFormat?: (value: number) => string
  readonly yFormat?: (value: number) => string
  /** Ends of a linear y axis; where they are not given it spans what is drawn. */
  readonly yFrom?: number
  readonly yTo?: number
  readonly xScale: 'linear' | 'log'
  readonly yScale: 'linear' | 'log'
  /** Decay of the running mean, 0 for none. */
  readonly smoothing: number
  readonly references?: readonly ReferenceLine[]
}

/**
 * Curves over training: the smoothed line over its raw one, with a band from the smallest to the largest value where a point stands
 * for several. `hidden` counts the values that a logarithmic axis has no place for.
 */
export function lineOption(context: ChartContext, chart: LineChart): { option: EChartsOption; hidden: number } {
  const prepared = chart.lines.map((line) => prepare(line, chart))
  const references = (chart.references ?? []).filter(({ value }) => chart.yScale !== 'log' || value > 0)
  const ys = [...prepared.flatMap(({ curve }) => curve.mean), ...references.map(({ value }) => value)]
  const xs = prepared.flatMap(({ curve }) => curve.x)
  // Bands lie over each other: the more there are, the fainter each.
  const bandOpacity = Math.max(0.02, 0.16 / Math.sqrt(prepared.length))
  const option: EChartsOption = {
    ...baseOption(context),
    xAxis: xAxis(context, { name: chart.xName, ...(chart.xFormat ? { format: chart.xFormat } : {}), ...(chart.xScale === 'log' ? { log: logSpan(xs, 1.02) } : { from: 0 }) }),
    yAxis: yAxis(context, { name: chart.yName, format: chart.yFormat ?? ((value) => context.formats.significant(value)), ...(chart.yScale === 'log' ? { log: logSpan(ys, 1.1) } : linearSpan(chart)) }),
    series: [...prepared.flatMap((line) => lineSeries(line, chart.smoothing, bandOpacity)), ...referenceSeries(references, xs)],
  }
  const base = option.tooltip
  return {
    option: {
      ...option,
      legend: { ...option.legend, data: [...new Map(chart.lines.map((line) => [line.name, { name: line.name, icon: 'roundRect', itemStyle: { color: line.color } }])).values(), ...references.map(({ name, color }) => ({ name, icon: DASHES, itemStyle: { color } }))] } as NonNullable<EChartsOption['legend']>,
      tooltip: { ...base, trigger: 'axis', formatter: (shown: unknown) => tooltipText(shown, chart, context) } as NonNullable<EChartsOption['tooltip']>,
    },
    hidden: prepared.reduce((sum, { hidden }) => sum + hidden, 0),
  }
}

function linearSpan({ yFrom, yTo }: LineChart): { from?: number; to?: number } {
  return { ...(yFrom === undefined ? {} : { from: yFrom }), ...(yTo === undefined ? {} : { to: yTo }) }
}

const DASHES = 'path://M0 3h5v2H0zM7 3h5v2H7zM14 3h5v2h-5z'

/** Straight across, from the first place of any line to the last. */
function referenceSeries(references: readonly ReferenceLine[], xs: readonly number[]): Series[] {
  const [from, to] = [xs.reduce((least, x) => Math.min(least, x), Number.POSITIVE_INFINITY), xs.reduce((most, x) => Math.max(most, x), Number.NEGATIVE_INFINITY)]
  if (!(from < to)) return []
  return references.map(({ name, value, color, dash }) => ({ type: 'line', name, symbol: 'none', silent: true, data: [[from, value], [to, value]], itemStyle: { color }, lineStyle: { color, width: 1.4, type: dash }, emphasis: { disabled: true }, tooltip: { show: false }, z: 4 }))
}

interface Prepared extends Line {
  readonly hidden: number
  readonly smoothed: readonly number[]
}

/** Smooths everything first, then drops what a logarithmic axis cannot show: the smoothed line knows of all values. */
function prepare(line: Line, chart: LineChart): Prepared {
  const { curve } = line
  const smoothed = chart.smoothing > 0 ? smooth(curve.mean, curve.count, chart.smoothing) : curve.mean
  const kept = [...curve.x.keys()].filter((index) => isShown(curve, index, chart))
  const pick = (values: readonly number[]) => kept.map((index) => values[index] ?? Number.NaN)
  return {
    ...line,
    hidden: curve.x.length - kept.length,
    smoothed: pick(smoothed),
    curve: { x: pick(curve.x), mean: pick(curve.mean), min: pick(curve.min), max: pick(curve.max), count: pick(curve.count) },
  }
}

function isShown(curve: Curve, index: number, chart: LineChart): boolean {
  if (chart.yScale === 'log' && !((curve.mean[index] ?? 0) > 0)) return false
  return chart.xScale !== 'log' || (curve.x[index] ?? 0) > 0
}

function lineSeries(line: Prepared, smoothing: number, bandOpacity: number): Series[] {
  const { curve, color, name, isHeld, dash: type = 'solid' } = line
  const pairs = (ys: readonly number[]) => curve.x.map((x, index) => [x, ys[index] ?? Number.NaN])
  const shared = { type: 'line' as const, name, symbol: curve.x.length === 1 ? 'circle' : 'none', symbolSize: 5, itemStyle: { color }, emphasis: { disabled: true }, ...(isHeld ? { step: 'end' as const } : {}) }
  const isBucketed = curve.count.some((count, index) => count > 1 && curve.max[index] !== curve.min[index])
  const band = isBucketed ? [bandSeries({ name, x: curve.x, low: curve.min, high: curve.max, color, opacity: bandOpacity })] : []
  if (smoothing === 0) return [...band, { ...shared, data: pairs(curve.mean), lineStyle: { color, width: 1.6, type } }]
  return [
    ...band,
    { ...shared, data: pairs(curve.mean), lineStyle: { color: withOpacity(color, 0.25), width: 1 }, silent: true, tooltip: { show: false }, z: 2 },
    { ...shared, data: pairs(line.smoothed), lineStyle: { color, width: 1.8, type }, z: 3 },
  ]
}

/** One row a name: the lines drawn last (the smoothed ones), averaged where runs share a name. */
function tooltipText(shown: unknown, chart: LineChart, { formats }: ChartContext): string {
  const items = (Array.isArray(shown) ? shown : []).filter((item): item is { seriesName: string; seriesType: string; value: number[]; seriesIndex: number } => item?.seriesType === 'line' && !(chart.references ?? []).some(({ name }) => name === item.seriesName))
  const rows = new Map<string, number[]>()
  const perLine = chart.smoothing > 0 ? 2 : 1
  items.forEach((item, index) => {
    if (perLine === 2 && index % 2 === 0 && items[index + 1]?.seriesName === item.seriesName) return
    rows.set(item.seriesName, [...(rows.get(item.seriesName) ?? []), item.value[1] ?? Number.NaN])
  })
  const x = items[0]?.value[0]
  const format = chart.yFormat ?? ((value: number) => formats.significant(value, 4))
  const head = x === undefined ? '' : `${chart.xName}: ${chart.xFormat ? chart.xFormat(x) : formats.count(x)}\n`
  return head + [...rows].map(([name, values]) => `${name}   ${format(values.reduce((sum, value) => sum + value, 0) / values.length)}`).join('\n')
}
