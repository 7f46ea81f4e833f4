import type { FieldValue } from '../../../../main/contract/annotations.ts'
import { baseOption, xAxis, yAxis } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import { categoryLook, mostCategories } from '../../../charts/category-looks.ts'
import { orderedColors } from '../../../charts/colors.ts'
import { errorBarSeries } from '../../../charts/custom-series.ts'
import type { EChartsOption, ScatterSeriesOption, Series } from '../../../charts/echarts.ts'
import { fewSpan } from '../../../charts/log-axis.ts'
import type { Better } from './pareto-front.ts'
import type { GroupMean, ScatterPoint } from './scatter-points.ts'

/** An axis, or what colours mean. */
export interface ShownField {
  readonly name: string
  readonly label: string
  readonly isNumber: boolean
  readonly isLog: boolean
  /** A value as people read it. */
  readonly text: (value: FieldValue) => string
  /** The name of its axis, with the unit, and a number there; those of texts without it. */
  readonly axis?: { readonly name: string; readonly tick: (value: number) => string }
}

export interface ScatterChart {
  readonly points: readonly ScatterPoint[]
  readonly means: readonly GroupMean[]
  /** Points of the front, from left to right, and which end of each axis is better; null without one. */
  readonly front: { readonly points: readonly ScatterPoint[]; readonly better: readonly [Better, Better] } | null
  readonly x: ShownField
  readonly y: ShownField
  readonly color: ShownField | null
  readonly titleOf: (run: number) => string
  readonly texts: { readonly runs: string; readonly means: string; readonly front: string; readonly none: string; readonly others: string; readonly mean: (runs: number) => string }
}

/** Runs as points, coloured by a third field; means with intervals and a Pareto front over them. */
export function scatterOption(context: ChartContext, chart: ScatterChart): EChartsOption {
  const base = baseOption(context)
  const colored = coloredSeries(context, chart)
  return {
    ...base,
    ...(colored.legend === null ? {} : { visualMap: colored.legend }),
    legend: { ...base.legend, show: colored.legend === null || chart.front !== null || chart.means.length > 0, ...(colored.legend === null ? {} : { left: 330 }) } as NonNullable<EChartsOption['legend']>,
    tooltip: { ...base.tooltip, trigger: 'item', formatter: (shown: unknown) => tooltipText(shown, chart) } as NonNullable<EChartsOption['tooltip']>,
    xAxis: xAxis(context, axisOf(chart.x, chart.points.map(({ x }) => x), 1.06)),
    yAxis: yAxis(context, axisOf(chart.y, chart.points.map(({ y }) => y), 1.06)),
    // Of means and the front there is nothing to choose.
    brush: { toolbox: [], seriesIndex: [...colored.series.keys()], xAxisIndex: 0, yAxisIndex: 0, throttleType: 'debounce', throttleDelay: 120, brushStyle: { borderWidth: 1, color: `${context.colors.accent}1c`, borderColor: context.colors.accent }, outOfBrush: { colorAlpha: 0.18 } },
    series: [...colored.series, ...frontSeries(context, chart), ...meanSeries(context, chart)],
  }
}

function axisOf(field: ShownField, values: readonly number[], padding: number) {
  return { name: field.axis?.name ?? field.label, format: (value: number) => field.axis?.tick(value) ?? field.text(value), ...(field.isLog ? { log: fewSpan(values, padding) } : {}) }
}

/** Points hollow towards each other where they are many. */
function looks(count: number): Pick<ScatterSeriesOption, 'symbolSize' | 'large'> & { readonly opacity: number } {
  return count > 3000 ? { symbolSize: 4, opacity: 0.5 } : count > 400 ? { symbolSize: 6, opacity: 0.65 } : { symbolSize: 9, opacity: 0.85 }
}

interface Colored {
  readonly series: Series[]
  readonly legend: NonNullable<EChartsOption['visualMap']> | null
}

function coloredSeries({ colors }: ChartContext, { points, color, texts }: ScatterChart): Colored {
  const { symbolSize, opacity } = looks(points.length)
  const one = (name: string, own: readonly ScatterPoint[], style: { readonly color: string; readonly symbol: string }): ScatterSeriesOption => ({
    type: 'scatter',
    name,
    symbol: style.symbol,
    symbolSize: symbolSize ?? 8,
    itemStyle: { color: style.color, opacity },
    emphasis: { scale: 1.4, itemStyle: { opacity: 1 } },
    data: own.map(({ x, y, run }) => [x, y, Number.NaN, run]),
  })
  if (color === null) return { series: [one(texts.runs, points, { color: colors.accent, symbol: 'circle' })], legend: null }
  const isKnown = ({ color: value }: ScatterPoint) => typeof value === 'number' && Number.isFinite(value) && !(color.isLog && value <= 0)
  if (!color.isNumber) return { series: categories(points, color, texts.others).map(({ name, own }, place) => one(name, own, name === texts.others ? { color: colors.muted, symbol: 'pin' } : categoryLook(place, colors))), legend: null }
  const known = points.filter(isKnown)
  const unknown = points.filter((point) => !isKnown(point))
  const scaled = ({ color: value }: ScatterPoint) => (color.isLog ? Math.log10(Number(value)) : Number(value))
  const [low, high] = [known.reduce((least, point) => Math.min(least, scaled(point)), Infinity), known.reduce((most, point) => Math.max(most, scaled(point)), -Infinity)]
  const textAt = (place: number) => color.text(Number((color.isLog ? 10 ** place : place).toPrecision(12)))
  const legend = {
    type: 'continuous' as const,
    orient: 'horizontal' as const,
    left: 0,
    top: 0,
    min: low,
    max: high > low ? high : low + 1,
    dimension: 2,
    seriesIndex: 0,
    calculable: false,
    hoverLink: false,
    itemWidth: 10,
    itemHeight: 120,
    padding: [4, 0],
    inRange: { color: orderedColors(19, colors) },
    text: [textAt(high), `${color.label}   ${textAt(low)}`],
    textStyle: { color: colors.muted, fontSize: 11.5 },
  }
  const main = { ...one(texts.runs, known, { color: colors.accent, symbol: 'circle' }), data: known.map((point) => [point.x, point.y, scaled(point), point.run]) }
  return { series: [main, ...(unknown.length === 0 ? [] : [one(texts.none, unknown, { color: colors.line, symbol: 'emptyCircle' })])], legend: known.length === 0 ? null : legend }
}

/** The commonest names first; those beyond the palette share one. */
function categories(points: readonly ScatterPoint[], color: ShownField, others: string): { readonly name: string; readonly own: readonly ScatterPoint[] }[] {
  const groups = new Map<string, ScatterPoint[]>()
  for (const point of points) {
    const name = color.text(point.color)
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [point])
    else group.push(point)
  }
  const byCount = [...groups].sort(([a, first], [b, second]) => second.length - first.length || (a < b ? -1 : 1))
  const shown = byCount.length <= mostCategories ? byCount : byCount.slice(0, mostCategories - 1)
  const rest = byCount.slice(shown.length).flatMap(([, own]) => own)
  return [...shown.map(([name, own]) => ({ name, own })), ...(rest.length === 0 ? [] : [{ name: others, own: rest }])]
}

function frontSeries({ colors }: ChartContext, { front, texts }: ScatterChart): Series[] {
  if (front === null || front.points.length === 0) return []
  return [
    {
      type: 'line',
      name: texts.front,
      step: front.better[0] === 'low' ? 'end' : 'start',
      symbol: 'circle',
      symbolSize: 12,
      itemStyle: { color: 'transparent', borderColor: colors.bad, borderWidth: 1.6 },
      lineStyle: { color: colors.bad, width: 1.4, type: 'dashed' },
      emphasis: { disabled: true },
      z: 4,
      data: front.points.map(({ x, y, run }) => [x, y, Number.NaN, run]),
    },
  ]
}

function meanSeries({ colors }: ChartContext, { means, texts, x, y }: ScatterChart): Series[] {
  if (means.length === 0) return []
  const least = means.reduce((low, mean) => (mean.low > 0 ? Math.min(low, mean.low) : low), Infinity)
  const shown = means.filter((mean) => !(x.isLog && mean.x <= 0) && !(y.isLog && mean.y <= 0))
  // An end at or below 0 lies below any logarithmic axis: the bar goes down to its edge.
  const bars = shown.map((mean) => ({ x: mean.x, y: mean.y, low: y.isLog && mean.low <= 0 ? Math.min(least, mean.y) / 1e6 : mean.low, high: mean.high }))
  return [errorBarSeries({ name: texts.means, color: colors.ink, points: bars, text: (point) => meanText(shown[bars.findIndex((bar) => bar === point)]!, { x, y, texts }) })]
}

function meanText(mean: GroupMean, { x, y, texts }: Pick<ScatterChart, 'x' | 'y' | 'texts'>): string {
  return `${texts.mean(mean.runs.length)}\n${x.label}   ${x.text(mean.x)}\n${y.label}   ${y.text(mean.y)} (${y.text(mean.low)} – ${y.text(mean.high)})`
}

function tooltipText(shown: unknown, { points, titleOf, x, y, color }: ScatterChart): string {
  const run = runOf(shown)
  const point = run === null ? undefined : points.find((one) => one.run === run)
  if (run === null || point === undefined) return ''
  const lines = [titleOf(run), `${x.label}   ${x.text(point.x)}`, `${y.label}   ${y.text(point.y)}`]
  return [...lines, ...(color === null ? [] : [`${color.label}   ${color.text(point.color)}`])].join('\n')
}

/** The run of what was pointed at or clicked; null where it is none. */
export function runOf(item: unknown): number | null {
  const value: unknown = typeof item === 'object' && item !== null ? Reflect.get(item, 'value') : undefined
  const run: unknown = Array.isArray(value) ? value[3] : undefined
  return typeof run === 'number' && Number.isInteger(run) ? run : null
}

/** The runs within the area drawn; null where none is drawn. */
export function chosenRuns(chosen: unknown, option: EChartsOption): number[] | null {
  const [batch] = listAt(chosen, 'batch')
  if (listAt(batch, 'areas').length === 0) return null
  const series: readonly unknown[] = Array.isArray(option.series) ? option.series : []
  const runs = listAt(batch, 'selected').flatMap((selected) => {
    const own = series[Number(numberAt(selected, 'seriesIndex'))]
    if (Reflect.get(Object(own), 'type') !== 'scatter') return []
    const data = listAt(own, 'data')
    return listAt(selected, 'dataIndex').flatMap((index) => runOf({ value: data[Number(index)] }) ?? [])
  })
  return [...new Set(runs)].sort((a, b) => a - b)
}

function listAt(of: unknown, key: string): readonly unknown[] {
  const value: unknown = typeof of === 'object' && of !== null ? Reflect.get(of, key) : undefined
  return Array.isArray(value) ? value : []
}
function numberAt(of: unknown, key: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, key) : undefined
}
