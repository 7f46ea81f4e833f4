import { metrics } from '../../contract/metrics.ts'
import type { MetricKey } from '../../contract/metrics.ts'
import type { PinSource } from '../../contract/composed-report.ts'
import type { MetricSeries } from '../../contract/records.ts'
import type { Block, ChartSeries } from '../../contract/report-document.ts'
import { heldUntil, meanCurve, smooth } from '../../contract/smoothing.ts'
import type { Curve } from '../../contract/smoothing.ts'
import { chartBlock, numbers, series } from '../blocks.ts'
import { metricInWords } from './words.ts'

/** A run of a chart, as far as its curves need it. */
export interface DrawnRun {
  readonly id: string
  /** What the legend calls it, or its group: runs of one name are of one colour. */
  readonly name: string
  readonly steps: number
  readonly examples: number
  readonly wallMs: number
  /** Examples of one epoch; null where nobody knows. */
  readonly epochExamples: number | null
}

type ChartSource = Extract<PinSource, { kind: 'chart' }>

/** The legend names so many; the others are drawn all the same. */
const LISTED = 24
const xLabels = { step: 'Step', examples: 'Examples seen', epoch: 'Epoch', wall: 'Training time, s' } as const

/**
 * Curves of runs as charts, one for each unit: what is drawn together shares an axis.
 *
 * Everything is smoothed and averaged before anything is left out, and the mean of a group depends on its own runs alone.
 */
export function pinnedCharts({ source, runs, curves }: { readonly source: ChartSource; readonly runs: readonly DrawnRun[]; readonly curves: readonly MetricSeries[] }): readonly Block[] {
  const units = [...new Set(source.metrics.map((key) => metrics[key].unit))]
  const names = [...new Set(runs.map(({ name }) => name))]
  return units.flatMap((unit) => {
    const keys = source.metrics.filter((key) => metrics[key].unit === unit)
    const drawn = names.flatMap((name, group) => keys.flatMap((key, place) => groupSeries({ source, runs: runs.filter((run) => run.name === name), curves, key, name: keys.length === 1 ? name : `${name}, ${metricInWords(key).toLowerCase()}`, colour: group * keys.length + place })))
    const listed = new Set([...new Set(drawn.map(({ name }) => name))].slice(0, LISTED))
    const what = keys.map(metricInWords).join(', ')
    return chartBlock(captionOf({ source, what, curves: curves.filter(({ key }) => keys.some((one) => one === key)), names: names.length, runs: runs.length }), {
      title: source.title === '' ? what : source.title,
      x: numbers(xLabels[source.x], source.xScale),
      y: numbers(`${keys.length === 1 ? what : 'Value'}, ${unit}`, source.yScale),
      series: firstsListed(drawn, listed),
    })
  })
}

/** The legend names each name once. */
function firstsListed(drawn: readonly ChartSeries[], listed: ReadonlySet<string>): ChartSeries[] {
  const seen = new Set<string>()
  return drawn.map((one) => {
    const isListed = !one.isFaint && listed.has(one.name) && !seen.has(one.name)
    if (isListed) seen.add(one.name)
    return { ...one, isListed }
  })
}

function groupSeries(options: { readonly source: ChartSource; readonly runs: readonly DrawnRun[]; readonly curves: readonly MetricSeries[]; readonly key: MetricKey; readonly name: string; readonly colour: number }): ChartSeries[] {
  const { source, runs, curves, key, name, colour } = options
  const isHeld = metrics[key].per === 'change'
  const own = runs.flatMap((run) => {
    const found = curves.find((curve) => curve.runId === run.id && curve.key === key && curve.step.length > 0)
    const curve = found === undefined ? null : curveOf({ found, run, source, isHeld })
    return curve === null ? [] : [curve]
  })
  if (own.length === 0) return []
  const together = source.show === 'mean' ? [meanCurve(own, isHeld)] : own
  return together.flatMap((curve) => lines({ curve, source, isHeld, name, colour }))
}

function curveOf({ found, run, source, isHeld }: { readonly found: MetricSeries; readonly run: DrawnRun; readonly source: ChartSource; readonly isHeld: boolean }): Curve | null {
  const place = (at: { readonly step: number; readonly examples: number; readonly wallMs: number }): number => {
    switch (source.x) {
      case 'step':
        return at.step
      case 'examples':
        return at.examples
      case 'wall':
        return at.wallMs / 1000
      case 'epoch':
        return run.epochExamples === null ? Number.NaN : at.examples / run.epochExamples
    }
  }
  const x = found.step.map((step, index) => place({ step, examples: found.examples[index] ?? Number.NaN, wallMs: found.wallMs[index] ?? Number.NaN }))
  if (x.some((value) => !Number.isFinite(value))) return null
  const curve = { x, mean: found.mean, min: found.min, max: found.max, count: found.count }
  return isHeld ? heldUntil(curve, place({ step: run.steps, examples: run.examples, wallMs: run.wallMs })) : curve
}

function lines(options: { readonly curve: Curve; readonly source: ChartSource; readonly isHeld: boolean; readonly name: string; readonly colour: number }): ChartSeries[] {
  const { curve, source, isHeld, name, colour } = options
  const drawn = isHeld ? stairs(curve) : curve
  const isBand = drawn.min.some((value, index) => value !== drawn.max[index])
  const line = series({ name, drawn: 'line', interval: 'band', colour, x: [...drawn.x], y: [...drawn.mean], low: isBand ? [...drawn.min] : null, high: isBand ? [...drawn.max] : null })
  if (source.smoothing === 0 || isHeld) return [line]
  return [
    { ...line, isFaint: true },
    series({ name, drawn: 'line', interval: 'band', colour, x: [...curve.x], y: smooth(curve.mean, curve.count, source.smoothing) }),
  ]
}

/** A value that holds until the next, as a line with corners. */
function stairs(curve: Curve): Curve {
  const doubled = (values: readonly number[], isPlace: boolean) => values.flatMap((value, index) => (index === 0 ? [value] : isPlace ? [value, value] : [values[index - 1] ?? value, value]))
  return { x: doubled(curve.x, true), mean: doubled(curve.mean, false), min: doubled(curve.min, false), max: doubled(curve.max, false), count: doubled(curve.count, false) }
}

function captionOf({ source, what, curves, names, runs }: { readonly source: ChartSource; readonly what: string; readonly curves: readonly MetricSeries[]; readonly names: number; readonly runs: number }): string {
  const isBucketed = curves.some(({ total, step }) => total > step.length)
  const parts = [
    `${what} of ${runs} ${runs === 1 ? 'run' : 'runs'}${source.groupBy === null ? '' : `, by ${source.groupBy}`}.`,
    ...(source.show === 'mean' && names < runs ? ['Lines: means of each group. Bands: from its smallest to its largest.'] : isBucketed ? ['A curve of more values than the chart has room for is drawn by means, with the band from the smallest to the largest of each.'] : []),
    ...(source.smoothing === 0 ? [] : [`Smoothed by a debiased running mean of decay ${source.smoothing}; the values themselves are faint behind it.`]),
  ]
  return parts.join(' ')
}
