import type { FieldValue } from '../../../../main/contract/annotations.ts'
import { baseOption } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import { categoryLook, mostCategories } from '../../../charts/category-looks.ts'
import { orderedColors, withOpacity } from '../../../charts/colors.ts'
import type { EChartsOption, ParallelSeriesOption } from '../../../charts/echarts.ts'
import { fewSpan } from '../../../charts/log-axis.ts'
import { namesOn } from './parallel-axes.ts'
import type { ParallelAxis, ParallelLine } from './parallel-axes.ts'
import type { ShownField } from './scatter-option.ts'

export interface ParallelChart {
  readonly axes: readonly ParallelAxis[]
  readonly lines: readonly ParallelLine[]
  readonly color: (ShownField & { readonly values: readonly FieldValue[] }) | null
  readonly titleOf: (run: number) => string
  readonly texts: { readonly runs: string; readonly none: string; readonly others: string }
}

/** Runs as lines over parallel axes; marking a part of an axis lets the other lines fade. */
export function parallelOption(context: ChartContext, chart: ParallelChart): EChartsOption {
  const { colors } = context
  const { axes, lines } = chart
  const base = baseOption(context)
  const colored = coloredSeries(context, chart)
  return {
    animation: false,
    ...(base.textStyle === undefined ? {} : { textStyle: base.textStyle }),
    tooltip: { ...base.tooltip, trigger: 'item', formatter: (shown: unknown) => tooltipText(shown, chart) } as NonNullable<EChartsOption['tooltip']>,
    legend: { ...base.legend, show: colored.legend === null && colored.series.length > 1 } as NonNullable<EChartsOption['legend']>,
    ...(colored.legend === null ? {} : { visualMap: colored.legend }),
    parallel: { left: 70, right: 90, top: 84, bottom: 24, parallelAxisDefault: { areaSelectStyle: { width: 18, borderWidth: 1, borderColor: colors.accent, color: colors.accent, opacity: 0.25 } } },
    parallelAxis: axes.map((axis, dim) => ({ ...axisOption(context, axis, { lines, dim }), dim, id: axis.name, name: shortened(axis.label) })),
    series: colored.series,
  } as EChartsOption // the axes are of three kinds, each with what it needs
}

function axisOption({ colors }: ChartContext, axis: ParallelAxis, { lines, dim }: { readonly lines: readonly ParallelLine[]; readonly dim: number }): Record<string, unknown> {
  // Lines run across labels: an edge in the colour of the ground keeps them readable.
  const edge = { textBorderColor: colors.surface, textBorderWidth: 4 }
  const shared = {
    z: 20,
    nameTextStyle: { color: colors.ink, fontSize: 12, fontWeight: 600 },
    nameGap: 14,
    axisLine: { lineStyle: { color: colors.line, width: 1.4 } },
    axisTick: { lineStyle: { color: colors.line } },
  }
  if (!axis.isNumber) return { ...shared, type: 'category', data: namesOn(lines, dim), axisLabel: { ...edge, color: colors.ink, fontSize: 11.5, width: 110, overflow: 'truncate', hideOverlap: true } }
  const label = { ...edge, color: colors.muted, fontSize: 11.5, hideOverlap: true, formatter: (value: number) => (axis.tick ?? axis.text)(Number(value.toPrecision(12))) }
  if (!axis.isLog) return { ...shared, type: 'value', scale: true, axisLabel: label }
  const { min, max, ticks } = fewSpan(lines.map(({ at }) => Number(at[dim])), 1.05)
  return { ...shared, type: 'log', min, max, axisTick: { ...shared.axisTick, customValues: ticks }, axisLabel: { ...label, customValues: ticks } }
}

/** Names of axes stand side by side: long ones are cut, and stand in full in the list of axes. */
function shortened(label: string): string {
  return label.length > 22 ? `${label.slice(0, 21)}…` : label
}

function coloredSeries({ colors }: ChartContext, { axes, lines, color, texts }: ParallelChart): { readonly series: ParallelSeriesOption[]; readonly legend: Record<string, unknown> | null } {
  const opacity = Math.max(0.06, Math.min(0.75, 14 / Math.sqrt(lines.length + 1)))
  const one = (name: string, own: readonly (readonly (number | string)[])[], stroke: string): ParallelSeriesOption => ({
    type: 'parallel',
    name,
    progressive: 1000,
    inactiveOpacity: lines.length > 500 ? 0.01 : 0.04,
    activeOpacity: Math.min(0.9, opacity * 3),
    lineStyle: { color: stroke, width: lines.length > 1000 ? 1 : 1.4, opacity },
    emphasis: { lineStyle: { width: 2.5, opacity: 1 } },
    data: own.map((place) => [...place]),
  })
  const place = ({ at, run }: ParallelLine, shade: number): readonly (number | string)[] => [...at, shade, run]
  if (color === null) return { series: [one(texts.runs, lines.map((line) => place(line, 0)), colors.accent)], legend: null }
  if (!color.isNumber) {
    const groups = new Map<string, ParallelLine[]>()
    for (const line of lines) {
      const name = color.text(color.values[line.run] ?? null)
      groups.set(name, [...(groups.get(name) ?? []), line])
    }
    const byCount = [...groups].sort(([, a], [, b]) => b.length - a.length)
    const shown = byCount.length <= mostCategories ? byCount : byCount.slice(0, mostCategories - 1)
    const rest = byCount.slice(shown.length).flatMap(([, own]) => own)
    const series = shown.map(([name, own], index) => one(name, own.map((line) => place(line, 0)), categoryLook(index, colors).color))
    return { series: [...series, ...(rest.length === 0 ? [] : [one(texts.others, rest.map((line) => place(line, 0)), colors.muted)])], legend: null }
  }
  const shadeOf = ({ run }: ParallelLine): number | null => {
    const value = color.values[run]
    if (typeof value !== 'number' || !Number.isFinite(value) || (color.isLog && value <= 0)) return null
    return color.isLog ? Math.log10(value) : value
  }
  const known = lines.flatMap((line) => {
    const shade = shadeOf(line)
    return shade === null ? [] : [{ line, shade }]
  })
  const unknown = lines.filter((line) => shadeOf(line) === null)
  const [low, high] = [known.reduce((least, { shade }) => Math.min(least, shade), Infinity), known.reduce((most, { shade }) => Math.max(most, shade), -Infinity)]
  const textAt = (shade: number) => color.text(Number((color.isLog ? 10 ** shade : shade).toPrecision(12)))
  const legend = {
    type: 'continuous',
    orient: 'horizontal',
    left: 0,
    top: 0,
    min: low,
    max: high > low ? high : low + 1,
    dimension: axes.length,
    seriesIndex: 0,
    calculable: false,
    hoverLink: false,
    itemWidth: 10,
    itemHeight: 160,
    padding: [4, 0],
    inRange: { color: orderedColors(19, colors) },
    text: [textAt(high), `${color.label}   ${textAt(low)}`],
    textStyle: { color: colors.muted, fontSize: 11.5 },
  }
  const series = [one(texts.runs, known.map(({ line, shade }) => place(line, shade)), colors.accent), ...(unknown.length === 0 ? [] : [one(texts.none, unknown.map((line) => place(line, low)), withOpacity(colors.line, 0.6))])]
  return { series: known.length === 0 ? series.slice(1) : series, legend: known.length === 0 ? null : legend }
}

function tooltipText(shown: unknown, { axes, color, titleOf }: ParallelChart): string {
  const run = lineRunOf(shown, axes.length)
  if (run === null) return ''
  const rows = axes.map(({ label, values, text }) => `${label}   ${text(values[run] ?? null)}`)
  const isAxis = color !== null && axes.some(({ name }) => name === color.name)
  return [titleOf(run), ...rows, ...(color === null || isAxis ? [] : [`${color.label}   ${color.text(color.values[run] ?? null)}`])].join('\n')
}

/** The run of a line that was pointed at or clicked: it stands behind the places on the axes and the shade. */
export function lineRunOf(item: unknown, axes: number): number | null {
  const value: unknown = typeof item === 'object' && item !== null ? Reflect.get(item, 'value') : undefined
  const run: unknown = Array.isArray(value) ? value[axes + 1] : undefined
  return typeof run === 'number' && Number.isInteger(run) ? run : null
}
