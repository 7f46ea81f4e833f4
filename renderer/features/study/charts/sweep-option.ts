import { baseOption, xAxis, yAxis } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import { withOpacity } from '../../../charts/colors.ts'
import { bandSeries, errorBarSeries } from '../../../charts/custom-series.ts'
import type { EChartsOption, Series } from '../../../charts/echarts.ts'
import { batchSpan, logSpan } from '../../../charts/log-axis.ts'
import type { AxisSpan } from '../../../charts/log-axis.ts'
import type { StudyReport } from '../study.store.ts'

export interface SweepTexts {
  readonly xName: string
  readonly yName: string
  readonly series: Readonly<Record<'runs' | 'mean' | 'censored' | 'iiduka' | 'mccandlish' | 'combined' | 'linear' | 'criticalBatchSize' | 'asymptote' | 'current' | 'efficient', string>>
  readonly seed: string
}

export interface SweepChart {
  readonly report: StudyReport
  /** K(b) or N(b) = K·b. */
  readonly quantity: 'steps' | 'examples'
  readonly texts: SweepTexts
}

/** Steps or examples to the target against the batch size, on logarithmic axes: runs, means, both laws, and what was read from them. */
export function sweepOption(context: ChartContext, { report, quantity, texts }: SweepChart): EChartsOption {
  const { colors, formats } = context
  // Learning rates that were tried and not taken are no measurements of the batch size.
  const points = report.points.filter((point) => point.role === 'sweep')
  const reached = points.flatMap((point) => {
    const y = point[quantity]
    return y === null || point.censored ? [] : [{ x: point.batchSize, y, seed: point.seed }]
  })
  const censored = points.flatMap((point) =>
    point.censored && point.censoredAtSteps !== null ? [{ x: point.batchSize, y: quantity === 'steps' ? point.censoredAtSteps : point.censoredAtSteps * point.batchSize, seed: point.seed }] : [],
  )
  const means = report.batches.flatMap((batch) => {
    const y = quantity === 'steps' ? batch.meanSteps : batch.meanExamples
    const sd = (quantity === 'steps' ? batch.sdSteps : batch.sdExamples) ?? 0
    return y === null ? [] : [{ x: batch.batchSize, y, low: Math.max(y - sd, y / 1000), high: y + sd }]
  })
  const sizes = [...report.batches.map((batch) => batch.batchSize), ...points.map((point) => point.batchSize)]
  const point = (name: string, data: readonly { x: number; y: number; seed: number }[], look: { symbol: string; color: string; size: number }): Series => ({
    type: 'scatter',
    name,
    data: data.map(({ x, y, seed }) => [x, y, seed]),
    symbol: look.symbol,
    symbolSize: look.size,
    itemStyle: { color: 'transparent', borderColor: look.color, borderWidth: 1.4 },
    z: 5,
    tooltip: {
      formatter: (shown: unknown) => {
        const value = (shown as { value: number[] }).value
        return `b = ${formats.count(value[0] ?? 0)}, ${texts.seed} ${value[2] ?? ''}\n${quantity === 'steps' ? 'K' : 'N'} = ${formats.count(value[1] ?? 0)}`
      },
    },
  })
  const base = baseOption(context)
  const series: Series[] = [
    ...lawSeries(context, { report, quantity, texts }),
    ...(quantity === 'steps' ? linearSeries(context, means, texts) : []),
    point(texts.series.runs, reached, { symbol: 'circle', color: colors.muted, size: 7 }),
    ...(censored.length > 0 ? [point(texts.series.censored, censored, { symbol: 'triangle', color: colors.bad, size: 10 })] : []),
    errorBarSeries({ name: texts.series.mean, points: means, color: colors.ink }),
    ...markSeries(context, { report, quantity, texts }),
  ]
  return {
    ...base,
    xAxis: xAxis(context, { name: texts.xName, log: spanWith(batchSpan(sizes), report.asymptote), format: formats.count }),
    yAxis: yAxis(context, { name: texts.yName, log: logSpan([...reached, ...censored, ...means].map(({ y }) => y), 1.35) }),
    legend: { ...base.legend, data: legendEntries(series, texts) } as NonNullable<EChartsOption['legend']>,
    series,
  }
}

/** The span with room for b₀ and its label, where that is not far below. */
function spanWith(span: AxisSpan, asymptote: number | null): AxisSpan {
  return asymptote !== null && asymptote > span.min / 3 && asymptote < span.min * 1.5 ? { ...span, min: asymptote / 1.5 } : span
}

/** The series that are drawn, in reading order; the marks carry their own labels. */
function legendEntries(drawn: readonly Series[], { series }: SweepTexts): object[] {
  // A line shows as a line: its marker is left out.
  const line = (name: string) => ({ name, itemStyle: { opacity: 0 } })
  const entries = [{ name: series.mean, icon: 'circle' }, { name: series.runs }, line(series.iiduka), line(series.mccandlish), line(series.combined), line(series.linear), { name: series.censored }]
  return entries.filter(({ name }) => drawn.some((one) => one.name === name))
}

function lawSeries({ colors }: ChartContext, { report, quantity, texts }: SweepChart): Series[] {
  return report.fits.flatMap((fit) => {
    const curve = quantity === 'steps' ? fit.steps : fit.examples
    const color = { iiduka: colors.accent, mccandlish: colors.second, combined: colors.third }[fit.law]
    const name = texts.series[fit.law]
    const isPreferred = report.preferredLaw === null || report.preferredLaw === fit.law
    const band = curve.low && curve.high && isPreferred ? [bandSeries({ name, x: curve.batchSize, low: curve.low, high: curve.high, color })] : []
    const line: Series = {
      type: 'line',
      name,
      data: curve.batchSize.map((x, index) => [x, curve.value[index] ?? Number.NaN]),
      symbol: 'none',
      silent: true,
      z: 3,
      itemStyle: { color },
      lineStyle: { color, width: isPreferred ? 2 : 1.4, type: isPreferred ? 'solid' : [6, 4] },
      emphasis: { disabled: true },
    }
    return [line, ...band]
  })
}

/** What K would be if every doubling of the batch halved the steps. */
function linearSeries({ colors }: ChartContext, means: readonly { x: number; y: number }[], texts: SweepTexts): Series[] {
  const [first] = means
  if (!first || means.length < 2) return []
  const last = means.at(-1) ?? first
  const data = [first.x, last.x].map((x) => [x, (first.y * first.x) / x])
  return [{ type: 'line', name: texts.series.linear, data, symbol: 'none', silent: true, z: 2, itemStyle: { color: colors.muted }, lineStyle: { color: colors.muted, width: 1.2, type: [2, 4] }, emphasis: { disabled: true } }]
}

/**
 * Vertical lines and shaded ranges, each a series of its own under a lasting id: ECharts hands the label of one line on to the next
 * otherwise, with its rotation, when a line comes or goes while the study runs.
 */
function markSeries({ colors, formats }: ChartContext, { report, quantity, texts }: SweepChart): Series[] {
  const { estimate, low, high } = report.criticalBatchSize
  const line = (id: string, at: number, look: { label: string; color: string; width: number; dash: 'solid' | number[]; place: 'end' | 'insideEndTop' }): Series => ({
    id: `mark-${id}`,
    type: 'line',
    data: [],
    silent: true,
    markLine: {
      symbol: 'none',
      silent: true,
      lineStyle: { color: look.color, width: look.width, type: look.dash },
      label: { show: true, formatter: look.label, color: look.color, position: look.place, fontSize: 11.5, fontWeight: look.place === 'end' ? 650 : 400 },
      data: [{ xAxis: at }],
    },
  })
  const area = (id: string, from: number | 'min', to: number | 'max', color: string, label?: string): Series => ({
    id: `mark-${id}`,
    type: 'line',
    data: [],
    silent: true,
    markArea: { silent: true, itemStyle: { color }, label: { show: label !== undefined, position: 'insideBottom', color: colors.muted, fontSize: 11 }, data: [[{ xAxis: from, ...(label === undefined ? {} : { name: label }) }, { xAxis: to }]] },
  })
  const { criticalBatchSize, asymptote, current, efficient } = texts.series
  return [
    ...(quantity === 'examples' && report.efficientRange ? [area('efficient', report.efficientRange.low, report.efficientRange.high, withOpacity(colors.muted, 0.07), efficient)] : []),
    // An end that is not bounded goes on to the edge.
    ...(low !== null || high !== null ? [area('interval', low ?? 'min', high ?? 'max', withOpacity(colors.accent, 0.12))] : []),
    ...(report.asymptote === null ? [] : [line('asymptote', report.asymptote, { label: `${asymptote} ${formats.significant(report.asymptote)}`, color: colors.muted, width: 1, dash: [3, 3], place: 'insideEndTop' })]),
    ...(report.saving === null ? [] : [line('current', report.saving.currentBatchSize, { label: `${current} ${formats.count(report.saving.currentBatchSize)}`, color: colors.second, width: 1.2, dash: [5, 4], place: 'insideEndTop' })]),
    ...(estimate === null ? [] : [line('critical', estimate, { label: `${criticalBatchSize} ${formats.count(estimate)}`, color: colors.accent, width: 1.8, dash: 'solid', place: 'end' })]),
  ]
}
