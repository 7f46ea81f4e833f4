import { baseOption, xAxis, yAxis } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import { withOpacity } from '../../../charts/colors.ts'
import { errorBarSeries } from '../../../charts/custom-series.ts'
import type { EChartsOption, LineSeriesOption, ScatterSeriesOption } from '../../../charts/echarts.ts'
import type { StudentLook } from '../looks.ts'

export interface CostPoint {
  readonly name: string
  readonly look: StudentLook
  readonly cost: number
  readonly accuracy: number
  readonly low: number
  readonly high: number
  readonly isPareto: boolean
  readonly isChosen: boolean
  /** Of the whole stack, which is no candidate. */
  readonly isWhole: boolean
}
export interface CostChart {
  readonly points: readonly CostPoint[]
  /** Most that a student may cost and least accuracy that it must have; null for no limit. */
  readonly limits: { readonly cost: number | null; readonly accuracy: number | null }
  readonly format: (value: number) => string
  readonly texts: { readonly x: string; readonly y: string; readonly front: string; readonly limit: string }
}

/** Accuracy against what a student costs: what lies up and to the left is better. The front is what nothing beats in both. */
export function costOption(context: ChartContext, { points, limits, format, texts }: CostChart): EChartsOption {
  const { colors, formats } = context
  const base = baseOption(context)
  const costs = [...points.map(({ cost }) => cost), ...(limits.cost === null ? [] : [limits.cost])]
  const [least, most] = [Math.min(...costs), Math.max(...costs)]
  const room = 0.08 * (most - least) + 0.02 * most
  const heights = [...points.flatMap(({ low, high }) => [low, high]), ...(limits.accuracy === null ? [] : [limits.accuracy])]
  const [bottom, top] = [Math.min(...heights), Math.max(...heights)]
  const headroom = 0.08 * (top - bottom) + 0.002
  const [from, to, low, high] = [Math.max(0, least - room), most + room, Math.max(0, bottom - headroom), Math.min(1, top + headroom)]
  const text = (point: CostPoint) => [point.name, `${texts.y}   ${formats.percent(point.accuracy, 2)} (${formats.percent(point.low, 2)} – ${formats.percent(point.high, 2)})`, `${texts.x}   ${format(point.cost)}`].join('\n')
  const front = points.filter(({ isPareto }) => isPareto).toSorted((one, other) => one.cost - other.cost)
  return {
    ...base,
    legend: { show: false },
    grid: { ...base.grid, top: 34 } as NonNullable<EChartsOption['grid']>,
    xAxis: withoutEnds(xAxis(context, { name: texts.x, format, from, to })),
    yAxis: withoutEnds(yAxis(context, { name: texts.y, format: (value) => formats.percent(value, 1), from: low, to: high })),
    series: [
      frontSeries(texts.front, front, colors.accent),
      ...limitSeries(texts.limit, [...(limits.cost === null ? [] : [[[limits.cost, low], [limits.cost, high]]]), ...(limits.accuracy === null ? [] : [[[from, limits.accuracy], [to, limits.accuracy]]])], colors.bad),
      ...points.flatMap((point) => [errorBarSeries({ name: point.name, color: point.look.color, points: [{ x: point.cost, y: point.accuracy, low: point.low, high: point.high }], text: () => text(point) }), marker(point, context)]),
    ],
    tooltip: { ...base.tooltip, trigger: 'item' } as NonNullable<EChartsOption['tooltip']>,
  }
}

/** Its ends are no round numbers, so they are not labelled. */
function withoutEnds<Axis extends NonNullable<EChartsOption['xAxis']> | NonNullable<EChartsOption['yAxis']>>(axis: Axis): Axis {
  const labels: unknown = Reflect.get(axis, 'axisLabel')
  return { ...axis, axisLabel: { ...(typeof labels === 'object' ? labels : {}), showMinLabel: false, showMaxLabel: false } }
}

/** What one gets for what one pays: a step at each student of the front. */
function frontSeries(name: string, front: readonly CostPoint[], color: string): LineSeriesOption {
  return { type: 'line', name, step: 'end', symbol: 'none', silent: true, data: front.map(({ cost, accuracy }) => [cost, accuracy]), itemStyle: { color }, lineStyle: { color, width: 1.5, opacity: 0.7 }, tooltip: { show: false }, z: 2 }
}

function limitSeries(name: string, lines: readonly (readonly (readonly number[])[])[], color: string): LineSeriesOption[] {
  return lines.map((line) => ({ type: 'line', name, symbol: 'none', silent: true, data: line.map((place) => [...place]), itemStyle: { color }, lineStyle: { color, width: 1.4, type: 'dashed' }, tooltip: { show: false }, z: 3 }))
}

/** The chosen one has a ring around it; only students of the front, the whole stack and the chosen one are named, so that names do not lie on each other. */
function marker({ name, look, cost, accuracy, isPareto, isChosen, isWhole }: CostPoint, { colors }: ChartContext): ScatterSeriesOption {
  return {
    type: 'scatter',
    name,
    silent: true,
    symbol: look.symbol,
    symbolSize: isChosen ? 15 : 10,
    data: [[cost, accuracy]],
    itemStyle: { color: look.color, ...(isChosen ? { borderColor: colors.ink, borderWidth: 2 } : {}) },
    label: { show: isPareto || isChosen || isWhole, formatter: name, position: isWhole ? 'left' : 'right', distance: 8, color: colors.ink, fontSize: 11.5, backgroundColor: withOpacity(colors.surface, 0.8), padding: [1, 3] },
    labelLayout: { hideOverlap: true },
    z: 7,
  }
}
