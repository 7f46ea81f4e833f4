import { baseOption, xAxis, yAxis } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import { errorBarSeries } from '../../../charts/custom-series.ts'
import type { EChartsOption, ScatterSeriesOption } from '../../../charts/echarts.ts'
import { logSpan } from '../../../charts/log-axis.ts'
import { fittedLine, spanned } from './density-option.ts'

/** What an arm came to and what that took. */
export interface TradePoint {
  readonly name: string
  readonly color: string
  /** Hollow: without memory; a diamond: of weight deltas. */
  readonly look: 'dot' | 'hollow' | 'diamond'
  readonly bytes: number
  readonly accuracy: number
  readonly low: number
  readonly high: number
}
export interface TradeChart {
  readonly points: readonly TradePoint[]
  /** Accuracy down to which an arm is within the tolerance of the baseline; null without a baseline. */
  readonly within: number | null
  readonly texts: { readonly x: string; readonly y: string; readonly within: string }
}

/** Accuracy against bytes on a logarithmic axis: what lies up and to the left is better. */
export function tradeOption(context: ChartContext, { points, within, texts }: TradeChart): EChartsOption {
  const { colors, formats } = context
  const span = logSpan(points.map(({ bytes }) => bytes), 1.9)
  const [lowest, highest] = [points.reduce((least, { low }) => Math.min(least, low), within ?? 1), points.reduce((most, { high }) => Math.max(most, high), within ?? 0)]
  const room = 0.05 * (highest - lowest) + 0.001
  const base = baseOption(context)
  const text = ({ name, bytes, accuracy, low, high }: TradePoint) => [name, `${texts.y}   ${formats.percent(accuracy, 2)} (${formats.percent(low, 2)} – ${formats.percent(high, 2)})`, `${texts.x}   ${formats.bytes(bytes)}`].join('\n')
  return {
    ...base,
    xAxis: xAxis(context, { name: texts.x, format: formats.bytes, log: span }),
    yAxis: spanned(yAxis(context, { name: texts.y, format: (value) => formats.percent(value, 1) }), lowest - room, highest + room),
    series: [
      ...points.flatMap((point) => [
        errorBarSeries({ name: point.name, color: point.color, points: [{ x: point.bytes, y: point.accuracy, low: point.low, high: point.high }], text: () => text(point) }),
        marker(point, context),
      ]),
      ...(within === null ? [] : [fittedLine({ name: texts.within, color: colors.muted, dash: 'dotted', places: [[span.min, within], [span.max, within]] })]),
    ],
    tooltip: { ...base.tooltip, trigger: 'item' } as NonNullable<EChartsOption['tooltip']>,
  }
}

/** The name beside the point where there is room; points of one method are told apart without colour. */
function marker({ name, color, look, bytes, accuracy }: TradePoint, { colors }: ChartContext): ScatterSeriesOption {
  return {
    type: 'scatter',
    name,
    silent: true,
    symbol: look === 'diamond' ? 'diamond' : 'circle',
    symbolSize: look === 'diamond' ? 11 : 9,
    data: [[bytes, accuracy]],
    itemStyle: look === 'hollow' ? { color: colors.surface, borderColor: color, borderWidth: 2 } : { color },
    label: { show: true, formatter: name, position: 'right', distance: 7, color: colors.ink, fontSize: 11.5 },
    labelLayout: { hideOverlap: true },
    z: 7,
  }
}
