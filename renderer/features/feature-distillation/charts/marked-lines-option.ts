import { baseOption, xAxis, yAxis } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import type { EChartsOption, LineSeriesOption } from '../../../charts/echarts.ts'
import type { LineDash } from '../../../charts/line-option.ts'
import { logSpan } from '../../../charts/log-axis.ts'

export interface MarkedLine {
  readonly name: string
  readonly color: string
  readonly dash?: LineDash
  readonly places: readonly (readonly [x: number, y: number])[]
}
export interface MarkedLines {
  readonly lines: readonly MarkedLine[]
  /** The place on the horizontal axis that is looked at. */
  readonly at: number
  readonly xFormat: (value: number) => string
  readonly yFormat: (value: number) => string
  readonly xTo?: number
  readonly yFrom?: number
  readonly yTo?: number
  readonly yScale?: 'linear' | 'log'
  /** Shares that add up: areas on each other. */
  readonly isStacked?: true
  readonly texts: { readonly x: string; readonly y: string }
}

/** Quantities along an axis, with a line at the place that is looked at. */
export function markedLinesOption(context: ChartContext, { lines, at, xFormat, yFormat, xTo, yFrom, yTo, yScale = 'linear', isStacked, texts }: MarkedLines): EChartsOption {
  const { colors } = context
  const base = baseOption(context)
  const shown = lines.map((line) => ({ ...line, places: yScale === 'log' ? line.places.filter(([, y]) => y > 0) : line.places }))
  const drawn = shown.map(
    ({ name, color, dash, places }, index): LineSeriesOption => ({
      type: 'line',
      name,
      symbol: places.length > 1 ? 'none' : 'circle',
      symbolSize: 6,
      data: places.map((place) => [...place]),
      itemStyle: { color },
      lineStyle: { color, width: isStacked ? 1 : 1.8, type: dash ?? 'solid' },
      ...(isStacked ? { stack: 'all', areaStyle: { color, opacity: 0.55 } } : {}),
      emphasis: { disabled: true },
      ...(index === 0 ? { markLine: { symbol: 'none', silent: true, animation: false, label: { show: false }, lineStyle: { color: colors.ink, width: 1.2, type: 'dashed' }, data: [{ xAxis: at }] } } : {}),
    }),
  )
  const ends = { ...(yFrom === undefined ? {} : { from: yFrom }), ...(yTo === undefined ? {} : { to: yTo }) }
  return {
    ...base,
    legend: { ...base.legend, data: shown.map(({ name, color }) => ({ name, icon: 'roundRect', itemStyle: { color } })) } as NonNullable<EChartsOption['legend']>,
    xAxis: xAxis(context, { name: texts.x, format: xFormat, from: 0, ...(xTo === undefined ? {} : { to: xTo }) }),
    yAxis: yAxis(context, { name: texts.y, format: yFormat, ...(yScale === 'log' ? { log: logSpan(shown.flatMap(({ places }) => places.map(([, y]) => y)), 1.2) } : ends) }),
    series: drawn,
    tooltip: { ...base.tooltip, trigger: 'axis', formatter: (pointed: unknown) => tooltipText(pointed, { xFormat, yFormat, x: texts.x }) } as NonNullable<EChartsOption['tooltip']>,
  }
}

function tooltipText(pointed: unknown, { xFormat, yFormat, x }: { readonly xFormat: (value: number) => string; readonly yFormat: (value: number) => string; readonly x: string }): string {
  const items = (Array.isArray(pointed) ? pointed : []).filter((item): item is { seriesName: string; value: number[] } => Array.isArray(item?.value))
  const at = items[0]?.value[0]
  return [...(at === undefined ? [] : [`${x}: ${xFormat(at)}`]), ...items.map(({ seriesName, value }) => `${seriesName}   ${yFormat(value[1] ?? Number.NaN)}`)].join('\n')
}
