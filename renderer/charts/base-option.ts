import type { Formats } from '../format.ts'
import type { ChartColors } from './colors.ts'
import type { EChartsOption } from './echarts.ts'
import type { AxisSpan } from './log-axis.ts'

/** What every chart is drawn with. */
export interface ChartContext {
  readonly colors: ChartColors
  readonly formats: Formats
}

export const chartFont = "'Inter Variable', 'Hiragino Sans', 'Noto Sans JP', 'Noto Sans CJK JP', sans-serif"
const top = 60

/** What all charts share: no animation, no HTML in tooltips (the policy forbids its styles), room for a legend, zoom by dragging. */
export function baseOption({ colors }: ChartContext): EChartsOption {
  return {
    animation: false,
    textStyle: { fontFamily: chartFont, fontSize: 12, color: colors.ink },
    grid: { left: 12, right: 20, top, bottom: 28, containLabel: true },
    legend: {
      type: 'scroll',
      top: 2,
      left: 0,
      right: 0,
      itemWidth: 16,
      itemHeight: 8,
      itemGap: 14,
      textStyle: { color: colors.muted, fontSize: 11.5 },
      inactiveColor: colors.line,
      pageIconColor: colors.muted,
      pageIconInactiveColor: colors.line,
      pageTextStyle: { color: colors.muted },
    },
    tooltip: {
      renderMode: 'richText',
      trigger: 'item',
      confine: true,
      backgroundColor: colors.surface,
      borderColor: colors.line,
      borderWidth: 1,
      padding: [8, 10],
      textStyle: { color: colors.ink, fontSize: 12, fontFamily: chartFont },
      axisPointer: { type: 'cross', lineStyle: { color: colors.muted }, crossStyle: { color: colors.muted }, label: { backgroundColor: colors.muted, color: colors.surface, fontSize: 11 } },
    },
    toolbox: { show: true, top: -40, feature: { dataZoom: { filterMode: 'none', brushStyle: { color: `${colors.accent}22`, borderColor: colors.accent } } } },
    dataZoom: [
      { type: 'inside', xAxisIndex: 0, filterMode: 'none', zoomOnMouseWheel: 'ctrl', moveOnMouseMove: false, moveOnMouseWheel: false },
      { type: 'inside', yAxisIndex: 0, filterMode: 'none', zoomOnMouseWheel: 'ctrl', moveOnMouseMove: false, moveOnMouseWheel: false },
    ],
  }
}

export interface AxisOptions {
  readonly name: string
  /** Names the axis and its unit. */
  readonly format?: (value: number) => string
  /** A logarithmic axis over this span; a linear one that fits its data without it. */
  readonly log?: AxisSpan
  readonly from?: number
  readonly to?: number
  readonly place?: 'left' | 'right'
  readonly withoutGrid?: true
}

export function xAxis(context: ChartContext, options: AxisOptions): NonNullable<EChartsOption['xAxis']> {
  return { ...axis(context, options), nameLocation: 'middle', nameGap: 28, nameTextStyle: { color: context.colors.muted, fontSize: 11.5 } } as NonNullable<EChartsOption['xAxis']>
}

export function yAxis(context: ChartContext, options: AxisOptions): NonNullable<EChartsOption['yAxis']> {
  const side = options.place ?? 'left'
  return {
    ...axis(context, options),
    position: side,
    nameLocation: 'end',
    nameGap: 20,
    nameTextStyle: { color: context.colors.muted, fontSize: 11.5, align: side === 'left' ? 'left' : 'right', padding: side === 'left' ? [0, 0, 0, -30] : [0, -10, 0, 0] },
  } as NonNullable<EChartsOption['yAxis']>
}

// ECharts types each axis as a union over its scale; one object that fits both scales needs the assertion above.
function axis({ colors, formats }: ChartContext, options: AxisOptions): Record<string, unknown> {
  const format = options.format ?? formats.compact
  const shared = {
    name: options.name,
    axisLine: { show: true, onZero: false, lineStyle: { color: colors.line } },
    splitLine: { show: options.withoutGrid !== true, lineStyle: { color: colors.grid } },
    axisTick: { show: true, lineStyle: { color: colors.line } },
    axisLabel: { color: colors.muted, fontSize: 11.5, hideOverlap: true, formatter: (value: number) => format(value) },
    axisPointer: { label: { formatter: ({ value }: { value: unknown }) => format(Number(value)) } },
  }
  if (!options.log) return { ...shared, type: 'value', scale: options.from === undefined, ...(options.from === undefined ? {} : { min: options.from }), ...(options.to === undefined ? {} : { max: options.to }) }
  const { min, max, ticks } = options.log
  return {
    ...shared,
    type: 'log',
    min,
    max,
    axisTick: { ...shared.axisTick, customValues: ticks },
    axisLabel: { ...shared.axisLabel, customValues: ticks },
  }
}
