import { baseOption, xAxis, yAxis } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import { bandSeries } from '../../../charts/custom-series.ts'
import type { EChartsOption } from '../../../charts/echarts.ts'
import { batchSpan, logSpan } from '../../../charts/log-axis.ts'
import type { Curve } from '../../../../main/contract/smoothing.ts'
import { wrapped } from '../reason-text.ts'
import { markSeries, marksNear } from './marks.ts'
import type { Mark, MarkKind } from './marks.ts'
import { plainLine, stepLine } from './step-line.ts'
import type { Place } from './step-line.ts'

export interface ControlChart {
  /** The loss as it was logged, with the range of what a point stands for. */
  readonly raw: Curve | null
  readonly smoothed: readonly Place[]
  /** The batch size from each place on. */
  readonly batches: readonly Place[]
  readonly marks: readonly Mark[]
  readonly until: number
  readonly logY: boolean
  readonly xFormat?: (value: number) => string
  readonly texts: { readonly x: string; readonly y: string; readonly batch: string; readonly raw: string; readonly smoothed: string } & { readonly marks: Readonly<Record<MarkKind, string>> }
}

/** What a controller saw and what it did: loss and smoothed gap on the left axis, the batch size in steps on the right one, a mark at each change. */
export function controlOption(context: ChartContext, chart: ControlChart): EChartsOption {
  const { colors, formats } = context
  const { raw, smoothed, batches, marks, texts, until } = chart
  const isShown = (y: number) => Number.isFinite(y) && (!chart.logY || y > 0)
  const rawPlaces: Place[] = raw === null ? [] : raw.x.flatMap((x, index) => (isShown(raw.mean[index] ?? Number.NaN) ? [[x, raw.mean[index] ?? 0] as const] : []))
  const gap = smoothed.filter(([, y]) => isShown(y))
  const ys = [...rawPlaces, ...gap].map(([, y]) => y)
  const base = baseOption(context)
  const format = chart.xFormat ?? ((value: number) => formats.compact(value))
  const left = yAxis(context, { name: texts.y, format: (value) => formats.significant(value), ...(chart.logY ? { log: logSpan(ys, 1.1) } : {}) })
  const right = yAxis(context, { name: texts.batch, format: formats.count, log: batchSpan([...batches.map(([, size]) => size), ...marks.map((mark) => mark.toBatch)], 1.5), place: 'right', withoutGrid: true })
  const isBucketed = raw !== null && !chart.logY && raw.count.some((count) => count > 1)
  return {
    ...base,
    xAxis: xAxis(context, { name: texts.x, format, from: 0, ...(until > 0 ? { to: until } : {}) }),
    yAxis: [left, right] as NonNullable<EChartsOption['yAxis']>,
    series: [
      ...(isBucketed && raw !== null ? [bandSeries({ name: texts.raw, x: raw.x, low: raw.min, high: raw.max, color: colors.accent, opacity: 0.1 })] : []),
      plainLine({ name: texts.raw, places: rawPlaces, color: colors.accent, width: 1, opacity: 0.45 }),
      ...(gap.length > 0 ? [plainLine({ name: texts.smoothed, places: gap, color: colors.accent, width: 2 })] : []),
      stepLine({ name: texts.batch, places: batches, until, color: colors.second, axis: 1 }),
      ...markSeries({ marks, names: texts.marks, colors, axis: 1 }),
    ],
    tooltip: { ...base.tooltip, trigger: 'axis', formatter: (shown: unknown) => tooltipText(shown, chart, context) } as NonNullable<EChartsOption['tooltip']>,
  }
}

interface Shown {
  readonly seriesType: string
  readonly seriesName: string
  readonly axisValue: number
  readonly value: readonly number[]
}

/** The lines at the pointer, then what happened near it and why. */
function tooltipText(shown: unknown, { marks, texts, xFormat, until, batches }: ControlChart, { formats }: ChartContext): string {
  const items = (Array.isArray(shown) ? shown : []).filter((item): item is Shown => typeof item === 'object' && item !== null && 'axisValue' in item)
  const x = Number(items[0]?.axisValue ?? Number.NaN)
  if (!Number.isFinite(x)) return ''
  const rows = new Map(items.filter((item) => item.seriesType === 'line').map((item) => [item.seriesName, item.value[1] ?? Number.NaN]))
  const size = batches.findLast(([from]) => from <= x)?.[1]
  if (size !== undefined) rows.set(texts.batch, size)
  const head = `${texts.x}: ${(xFormat ?? formats.count)(x)}`
  const lines = [...rows].map(([name, value]) => `${name}   ${name === texts.batch ? formats.count(value) : formats.significant(value, 4)}`)
  const near = marksNear(marks, x, until).slice(0, 3).map((mark) => `\n${texts.marks[mark.kind]}: ${wrapped(mark.text)}`)
  return [head, ...lines, ...near].join('\n')
}
