import { baseOption, xAxis, yAxis } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import { withOpacity } from '../../../charts/colors.ts'
import { bandSeries } from '../../../charts/custom-series.ts'
import type { EChartsOption, LineSeriesOption } from '../../../charts/echarts.ts'
import { logSpan } from '../../../charts/log-axis.ts'
import { tickText } from './tick-text.ts'

type Place = readonly [x: number, y: number]

export interface RatioLine {
  readonly name: string
  readonly color: string
  readonly places: readonly Place[]
  readonly dash?: 'dashed'
  /** Stands out among many. */
  readonly isChosen?: boolean
}
export interface RatioChart {
  readonly lines: readonly RatioLine[]
  /** Within which what is sent counts as what was asked for; of the same steps. */
  readonly band: readonly { readonly x: number; readonly low: number; readonly high: number }[]
  readonly until: number
  readonly texts: { readonly x: string; readonly y: string; readonly band: string }
}

/** With more lines than this, the legend would be longer than the chart: the pointer names them. */
const mostNamed = 8
/** Rows of the pointer's text, from both ends of the order. */
const mostRows = 8

/** Shares over the steps on a logarithmic axis, with the band that they should lie in. */
export function ratioOption(context: ChartContext, { lines, band, until, texts }: RatioChart): EChartsOption {
  const { colors, formats } = context
  const shown = lines.map((line) => ({ ...line, places: line.places.filter(([, y]) => y > 0) }))
  const isCrowded = lines.length > mostNamed
  const ys = [...shown.flatMap(({ places }) => places.map(([, y]) => y)), ...band.flatMap(({ low, high }) => [low, high])]
  const base = baseOption(context)
  const drawn = shown.map(({ name, color, places, dash, isChosen = false }): LineSeriesOption => ({
    type: 'line',
    name,
    symbol: places.length === 1 ? 'circle' : 'none',
    symbolSize: 5,
    data: places.map((place) => [...place]),
    itemStyle: { color },
    lineStyle: { color: isCrowded && !isChosen ? withOpacity(color, 0.5) : color, width: isChosen ? 2.6 : isCrowded ? 1 : 1.8, type: dash ?? 'solid' },
    emphasis: { disabled: true },
    z: isChosen ? 5 : 3,
  }))
  const named = isCrowded ? shown.filter(({ isChosen }) => isChosen) : shown
  return {
    ...base,
    legend: { ...base.legend, data: [texts.band, ...named.map(({ name }) => name)] } as NonNullable<EChartsOption['legend']>,
    xAxis: xAxis(context, { name: texts.x, format: formats.compact, from: 0, ...(until > 0 ? { to: until } : {}) }),
    yAxis: yAxis(context, { name: texts.y, format: (value) => tickText(value, formats), log: logSpan(ys, 1.25) }),
    series: [bandSeries({ name: texts.band, x: band.map(({ x }) => x), low: band.map(({ low }) => low), high: band.map(({ high }) => high), color: colors.accent, opacity: 0.16 }), ...drawn],
    tooltip: { ...base.tooltip, trigger: 'axis', formatter: (pointed: unknown) => tooltipText(pointed, texts.x, context) } as NonNullable<EChartsOption['tooltip']>,
  }
}

function tooltipText(pointed: unknown, xName: string, { formats }: ChartContext): string {
  const items = (Array.isArray(pointed) ? pointed : []).filter((item): item is { seriesName: string; seriesType: string; value: number[] } => item?.seriesType === 'line')
  const rows = items.map(({ seriesName, value }) => ({ name: seriesName, y: value[1] ?? Number.NaN })).filter(({ y }) => Number.isFinite(y))
  const x = items[0]?.value[0]
  const ordered = rows.toSorted((a, b) => b.y - a.y)
  const kept = ordered.length <= mostRows ? rows : [...ordered.slice(0, mostRows / 2), null, ...ordered.slice(-mostRows / 2)]
  return [...(x === undefined ? [] : [`${xName}: ${formats.count(x)}`]), ...kept.map((row) => (row === null ? '…' : `${row.name}   ${formats.significant(row.y)}`))].join('\n')
}
