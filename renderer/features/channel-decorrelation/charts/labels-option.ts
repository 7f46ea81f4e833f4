import { baseOption, xAxis, yAxis } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import { errorBarSeries } from '../../../charts/custom-series.ts'
import type { EChartsOption, LineSeriesOption } from '../../../charts/echarts.ts'
import { batchSpan } from '../../../charts/log-axis.ts'
import type { WayLook } from '../way-looks.ts'

export interface LabelPoint {
  readonly labels: number
  readonly fraction: number
  readonly value: number
  readonly low: number
  readonly high: number
}
export interface LabelsChart {
  readonly ways: readonly { readonly name: string; readonly look: WayLook; readonly points: readonly LabelPoint[] }[]
  readonly format: (value: number) => string
  readonly texts: { readonly x: string; readonly y: string }
}

/** Points of one place are moved apart by this factor. */
const apart = 1.035

/** A quantity against the number of labels, a line for each way, with intervals. */
export function labelsOption(context: ChartContext, { ways, format, texts }: LabelsChart): EChartsOption {
  const { formats } = context
  const base = baseOption(context)
  const shares = new Map(ways.flatMap(({ points }) => points.map(({ labels, fraction }) => [labels, fraction] as const)))
  const span = batchSpan(shares.keys(), 1.4)
  const tick = (value: number) => (shares.has(value) ? `${formats.compact(value)} (${formats.percent(shares.get(value) ?? Number.NaN, 2)})` : formats.compact(value))
  return {
    ...base,
    legend: { ...base.legend, data: ways.map(({ name, look: { color } }) => ({ name, icon: 'roundRect', itemStyle: { color } })) } as NonNullable<EChartsOption['legend']>,
    xAxis: xAxis(context, { name: texts.x, format: tick, log: span }),
    yAxis: yAxis(context, { name: texts.y, format }),
    series: ways.flatMap(({ name, look: { color, dash }, points }, index) => {
      const factor = apart ** (index - (ways.length - 1) / 2)
      const moved = points.map((point) => ({ x: point.labels * factor, y: point.value, low: point.low, high: point.high, point }))
      const line: LineSeriesOption = { type: 'line', name, symbol: 'none', silent: true, data: moved.map(({ x, y }) => [x, y]), itemStyle: { color }, lineStyle: { color, width: 1.6, type: dash ?? 'solid' }, tooltip: { show: false }, z: 3 }
      // Bars do not widen an axis; what they reach to does.
      const reach: LineSeriesOption = { type: 'line', symbol: 'none', silent: true, data: moved.flatMap(({ x, low, high }) => [[x, low], [x, high]]), lineStyle: { opacity: 0 }, tooltip: { show: false } }
      return [line, reach, errorBarSeries({ name, color, points: moved, text: ({ x }) => textOf(moved.find((one) => one.x === x)?.point, { name, format, tick }) })]
    }),
    tooltip: { ...base.tooltip, trigger: 'item' } as NonNullable<EChartsOption['tooltip']>,
  }
}

function textOf(point: LabelPoint | undefined, { name, format, tick }: { readonly name: string; readonly format: (value: number) => string; readonly tick: (value: number) => string }): string {
  return point === undefined ? name : [`${name} · ${tick(point.labels)}`, `${format(point.value)} (${format(point.low)} – ${format(point.high)})`].join('\n')
}
