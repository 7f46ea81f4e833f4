import type { ComparedCheckpoints } from '../../../../main/contract/checkpoint-browser.ts'
import { baseOption, xAxis, yAxis } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import type { EChartsOption, LineSeriesOption } from '../../../charts/echarts.ts'
import { logSpan } from '../../../charts/log-axis.ts'

export interface DifferencesChart {
  readonly histogram: ComparedCheckpoints['histogram']
  readonly texts: { readonly x: string; readonly y: string }
}

/** How often each difference occurs, as stairs on a logarithmic axis: most differences are near 0, and the few that are not say most. */
export function differencesOption(context: ChartContext, { histogram, texts }: DifferencesChart): EChartsOption {
  const { colors, formats } = context
  const base = baseOption(context)
  const { from, to, counts } = histogram
  const width = (to - from) / Math.max(1, counts.length)
  const most = Math.max(1, ...counts)
  // A bin without any has no height on a logarithmic axis: its place is left open.
  const stairs: LineSeriesOption = {
    type: 'line',
    name: texts.y,
    step: 'end',
    symbol: 'none',
    connectNulls: false,
    data: [...counts.map((count, index) => [from + index * width, count === 0 ? null : count]), [to, counts.at(-1) || null]] as NonNullable<LineSeriesOption['data']>, // null ends a line; the type lacks it
    itemStyle: { color: colors.accent },
    lineStyle: { color: colors.accent, width: 1.4 },
    areaStyle: { color: colors.accent, opacity: 0.25, origin: 'start' },
    emphasis: { disabled: true },
  }
  return {
    ...base,
    legend: { show: false },
    grid: { left: 12, right: 20, top: 36, bottom: 28, containLabel: true },
    xAxis: xAxis(context, { name: texts.x, format: (value) => formats.significant(value, 2), from, to }),
    yAxis: yAxis(context, { name: texts.y, log: logSpan([0.8, most * 1.2]) }),
    series: [stairs],
    tooltip: { ...base.tooltip, trigger: 'axis', formatter: (pointed: unknown) => tooltipText(pointed, { width, format: (value) => formats.significant(value, 3), count: formats.count, y: texts.y }) } as NonNullable<EChartsOption['tooltip']>,
  }
}

function tooltipText(pointed: unknown, options: { readonly width: number; readonly format: (value: number) => string; readonly count: (value: number) => string; readonly y: string }): string {
  const { width, format, count, y } = options
  const [item] = (Array.isArray(pointed) ? pointed : []).filter((one): one is { value: [number, number | null] } => Array.isArray(one?.value))
  return item === undefined ? '' : `${format(item.value[0])} … ${format(item.value[0] + width)}\n${y}: ${count(item.value[1] ?? 0)}`
}
