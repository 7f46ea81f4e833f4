import { baseOption, xAxis, yAxis } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import type { EChartsOption } from '../../../charts/echarts.ts'
import { fittedLine, spanned } from './density-option.ts'
import type { FittedLine } from './density-option.ts'
import { tickText } from './tick-text.ts'

export interface QuantileChart {
  /** For each family, quantiles that it expects and those found; on the diagonal where the values follow it. */
  readonly lines: readonly FittedLine[]
  /** Of the values. */
  readonly from: number
  readonly to: number
  readonly texts: { readonly x: string; readonly y: string; readonly diagonal: string }
}

/** Quantile against quantile. Both axes span what was found; a family that expects more than that leaves the chart. */
export function quantileOption(context: ChartContext, { lines, from, to, texts }: QuantileChart): EChartsOption {
  const { colors, formats } = context
  const room = 0.06 * (to - from) || 1
  const [min, max] = [from - room, to + room] as const
  const format = (value: number) => tickText(value, formats)
  const base = baseOption(context)
  return {
    ...base,
    xAxis: spanned(xAxis(context, { name: texts.x, format }), min, max),
    yAxis: spanned(yAxis(context, { name: texts.y, format }), min, max),
    series: [
      fittedLine({ name: texts.diagonal, color: colors.line, dash: 'solid', places: [[min, min], [max, max]] }),
      ...lines.map((line) => fittedLine(line)),
    ],
    tooltip: { ...base.tooltip, trigger: 'axis', valueFormatter: (value: unknown) => formats.significant(Number(value)) } as NonNullable<EChartsOption['tooltip']>,
  }
}
