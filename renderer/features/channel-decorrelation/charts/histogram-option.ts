import { baseOption, xAxis, yAxis } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import type { EChartsOption, LineSeriesOption } from '../../../charts/echarts.ts'
import type { CorrelationBar } from '../correlation-histogram.ts'

export interface HistogramChart {
  readonly bars: readonly CorrelationBar[]
  readonly texts: { readonly x: string; readonly y: string; readonly measured: string; readonly chance: string }
}

/** How often each correlation occurs, as stairs, with the curve that chance alone would make. */
export function histogramOption(context: ChartContext, { bars, texts }: HistogramChart): EChartsOption {
  const { colors, formats } = context
  const base = baseOption(context)
  const total = Math.max(1, bars.reduce((sum, { count }) => sum + count, 0))
  const reach = Math.max(0.1, ...bars.flatMap(({ from, to, count, expected }) => (count > 0 || (expected ?? 0) > 0.5 ? [Math.abs(from), Math.abs(to)] : [])))
  const shown = bars.filter(({ from, to }) => Math.abs(from + to) / 2 <= reach)
  const stairs: LineSeriesOption = {
    type: 'line',
    name: texts.measured,
    step: 'end',
    symbol: 'none',
    data: [...shown.map(({ from, count }) => [from, count / total]), [shown.at(-1)?.to ?? 1, 0]],
    itemStyle: { color: colors.accent },
    lineStyle: { color: colors.accent, width: 1.2 },
    areaStyle: { color: colors.accent, opacity: 0.32 },
    emphasis: { disabled: true },
  }
  const series: LineSeriesOption[] = [stairs]
  const isKnown = bars.some(({ expected }) => expected !== null)
  if (isKnown) series.push({ type: 'line', name: texts.chance, symbol: 'none', smooth: true, data: shown.map(({ from, to, expected }) => [(from + to) / 2, (expected ?? 0) / total]), itemStyle: { color: colors.second }, lineStyle: { color: colors.second, width: 1.8, type: 'dashed' }, emphasis: { disabled: true }, z: 4 })
  return {
    ...base,
    legend: { ...base.legend, data: [{ name: texts.measured, icon: 'roundRect', itemStyle: { color: colors.accent } }, ...(isKnown ? [{ name: texts.chance, icon: 'roundRect', itemStyle: { color: colors.second } }] : [])] } as NonNullable<EChartsOption['legend']>,
    xAxis: xAxis(context, { name: texts.x, format: (value) => formats.significant(value, 2), from: -roundUp(reach), to: roundUp(reach) }),
    yAxis: yAxis(context, { name: texts.y, format: (value) => formats.percent(value, 1), from: 0 }),
    series,
    tooltip: { ...base.tooltip, trigger: 'axis', formatter: (pointed: unknown) => tooltipText(pointed, { x: texts.x, format: (value) => formats.significant(value, 2), share: (value) => formats.percent(value, 2) }) } as NonNullable<EChartsOption['tooltip']>,
  }
}

function roundUp(reach: number): number {
  return Math.min(1, Math.ceil(reach * 10) / 10)
}

function tooltipText(pointed: unknown, { x, format, share }: { readonly x: string; readonly format: (value: number) => string; readonly share: (value: number) => string }): string {
  const items = (Array.isArray(pointed) ? pointed : []).filter((item): item is { seriesName: string; value: number[] } => Array.isArray(item?.value))
  const at = items[0]?.value[0]
  return [...(at === undefined ? [] : [`${x}: ${format(at)}`]), ...items.map(({ seriesName, value }) => `${seriesName}   ${share(value[1] ?? Number.NaN)}`)].join('\n')
}
