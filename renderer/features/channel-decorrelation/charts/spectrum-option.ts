import { baseOption, xAxis, yAxis } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import type { EChartsOption, LineSeriesOption } from '../../../charts/echarts.ts'
import { logSpan } from '../../../charts/log-axis.ts'

export interface SpectrumChart {
  readonly lines: readonly { readonly name: string; readonly color: string; readonly isFaint?: true; readonly eigenvalues: readonly number[] }[]
  readonly texts: { readonly x: string; readonly y: string; readonly even: string }
}

/** Below it an eigenvalue is rounding. */
const least = 1e-4

/** Eigenvalues of the correlations, the largest first; channels that are not correlated have only ones. */
export function spectrumOption(context: ChartContext, { lines, texts }: SpectrumChart): EChartsOption {
  const { colors, formats } = context
  const base = baseOption(context)
  const shown = lines.map((line) => ({ ...line, places: line.eigenvalues.flatMap((value, index) => (value > least ? [[index + 1, value]] : [])) }))
  const most = Math.max(2, ...lines.map(({ eigenvalues }) => eigenvalues.length))
  const series = shown.map(({ name, color, isFaint, places }): LineSeriesOption => ({ type: 'line', name, symbol: isFaint || places.length > 40 ? 'none' : 'circle', symbolSize: 4, data: places, itemStyle: { color }, lineStyle: { color, width: isFaint ? 1.4 : 1.8, type: isFaint ? 'dashed' : 'solid' }, emphasis: { disabled: true } }))
  return {
    ...base,
    legend: { ...base.legend, data: [...shown.map(({ name, color }) => ({ name, icon: 'roundRect', itemStyle: { color } })), { name: texts.even, icon: 'roundRect', itemStyle: { color: colors.muted } }] } as NonNullable<EChartsOption['legend']>,
    xAxis: xAxis(context, { name: texts.x, format: formats.count, from: 1, to: most }),
    yAxis: yAxis(context, { name: texts.y, format: (value) => formats.significant(value), log: logSpan([1, ...shown.flatMap(({ places }) => places.map(([, value]) => value ?? 1))], 1.3) }),
    series: [...series, { type: 'line', name: texts.even, symbol: 'none', silent: true, data: [[1, 1], [most, 1]], itemStyle: { color: colors.muted }, lineStyle: { color: colors.muted, width: 1.2, type: 'dotted' }, tooltip: { show: false } }],
    tooltip: { ...base.tooltip, trigger: 'axis', formatter: (pointed: unknown) => tooltipText(pointed, texts, formats) } as NonNullable<EChartsOption['tooltip']>,
  }
}

function tooltipText(pointed: unknown, { x, even }: SpectrumChart['texts'], formats: ChartContext['formats']): string {
  const items = (Array.isArray(pointed) ? pointed : []).filter((item): item is { seriesName: string; value: number[] } => Array.isArray(item?.value) && item.seriesName !== even)
  const at = items[0]?.value[0]
  return [...(at === undefined ? [] : [`${x}: ${formats.count(at)}`]), ...items.map(({ seriesName, value }) => `${seriesName}   ${formats.significant(value[1] ?? Number.NaN)}`)].join('\n')
}
