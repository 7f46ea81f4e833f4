import type { Chart, ChartAxis, ChartSeries } from '../contract/report-document.ts'

/** A point that can be drawn; ends of its interval are null where it has none that can. */
export interface DrawnPoint {
  readonly x: number
  readonly y: number
  readonly low: number | null
  readonly high: number | null
}

export interface DrawnSeries {
  readonly series: ChartSeries
  readonly points: readonly DrawnPoint[]
}

/** What of a chart can be drawn: no value that is not finite, and none at or below 0 on a logarithmic axis. `leftOut` counts the others. */
export function drawnSeries(chart: Chart): { readonly drawn: readonly DrawnSeries[]; readonly leftOut: number } {
  let leftOut = 0
  const drawn = chart.series.map((series): DrawnSeries => {
    const points = series.x.flatMap((x, index): DrawnPoint[] => {
      const y = series.y[index] ?? Number.NaN
      if (!fits(chart.x, x) || !fits(chart.y, y)) {
        leftOut++
        return []
      }
      const along = series.interval === 'x' ? chart.x : chart.y
      const end = (value: number | null | undefined) => (value !== null && value !== undefined && fits(along, value) ? value : null)
      return [{ x, y, low: end(series.low?.[index]), high: end(series.high?.[index]) }]
    })
    return { series, points }
  })
  return { drawn, leftOut }
}

/** What a caption adds about values that are not drawn; empty where all are. */
export function leftOutInWords(leftOut: number): string {
  return leftOut === 0 ? '' : ` Not drawn: ${leftOut} ${leftOut === 1 ? 'value that is' : 'values that are'} not finite, or not above 0 on a logarithmic axis.`
}

function fits({ scale }: ChartAxis, value: number): boolean {
  return Number.isFinite(value) && (scale === 'linear' || value > 0)
}

/** Smallest and largest of the drawn values along an axis, intervals and marks included, with some room around them; null where nothing is drawn. */
export function rangeAlong(chart: Chart, along: 'x' | 'y'): { readonly low: number; readonly high: number } | null {
  const axis = chart[along]
  if (axis.names !== null) return { low: -0.5, high: axis.names.length - 0.5 }
  const values = [
    ...drawnSeries(chart).drawn.flatMap(({ series, points }) => points.flatMap((point) => [point[along], ...((series.interval === 'x') === (along === 'x') ? [point.low, point.high] : [])])),
    ...chart.marks.filter((mark) => mark.axis === along && fits(axis, mark.value)).map(({ value }) => value),
  ].filter((value) => value !== null)
  if (values.length === 0) return null
  const [smallest, largest] = values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity])
  if (axis.scale === 'log') return { low: smallest / 1.15, high: largest * 1.15 }
  const room = largest > smallest ? (largest - smallest) * 0.05 : Math.max(Math.abs(smallest) * 0.05, 1e-9)
  return { low: smallest - room, high: largest + room }
}
