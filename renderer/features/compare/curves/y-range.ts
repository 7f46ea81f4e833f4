import { readLine } from './drawn-lines.ts'
import type { DrawnLine } from './drawn-lines.ts'
import type { ScaleKind, Span } from './scale.ts'

export interface YRangeOptions {
  readonly lines: readonly DrawnLine[]
  /** Part of the horizontal axis that is looked at. */
  readonly view: Span
  readonly scale: ScaleKind
  /** Leaves out what lies beyond the middle 96 % of the points. */
  readonly ignoreOutliers: boolean
}

export interface YRange extends Span {
  /** Points of lines that are above or below. */
  readonly outside: number
}

/** How much of the points at each end `ignoreOutliers` leaves out. */
const tail = 0.02
const padding = 0.05

/** The vertical axis that fits what is looked at: every value of every point, or the bulk of the lines. */
export function yRange(options: YRangeOptions): YRange {
  const { scale, ignoreOutliers } = options
  const isShown = (value: number) => Number.isFinite(value) && (scale === 'linear' || value > 0)
  if (ignoreOutliers) {
    const values = Float64Array.from([...readValues(options)].filter(isShown)).sort()
    if (values.length > 0) {
      const padded = padRange({ from: values[Math.floor(tail * (values.length - 1))]!, to: values[Math.ceil((1 - tail) * (values.length - 1))]! }, scale)
      return { ...padded, outside: values.reduce((count, value) => count + Number(value < padded.from || value > padded.to), 0) }
    }
  }
  let [from, to] = [Infinity, -Infinity]
  forEachPoint(options, (line, i) => {
    for (const column of [line.min, line.max, line.smoothed, line.low, line.high]) {
      const value = column?.[i]
      if (value === undefined || !isShown(value)) continue
      if (value < from) from = value
      if (value > to) to = value
    }
  })
  if (from > to) return scale === 'log' ? { from: 0.1, to: 1, outside: 0 } : { from: 0, to: 1, outside: 0 }
  return { ...padRange({ from, to }, scale), outside: 0 }
}

function* readValues({ lines, view }: YRangeOptions): Generator<number> {
  for (const line of lines) {
    const values = readLine(line)
    for (let i = 0; i < line.x.length; i++) if (line.x[i]! >= view.from && line.x[i]! <= view.to) yield values[i]!
  }
}

function forEachPoint({ lines, view }: YRangeOptions, visit: (line: DrawnLine, index: number) => void): void {
  for (const line of lines) {
    for (let i = 0; i < line.x.length; i++) if (line.x[i]! >= view.from && line.x[i]! <= view.to) visit(line, i)
  }
}

/** A little more than the values; a constant gets an axis around it. */
function padRange({ from, to }: Span, scale: ScaleKind): Span {
  if (scale === 'log') {
    const factor = from === to ? 2 : (to / from) ** padding
    return { from: from / factor, to: to * factor }
  }
  const room = from === to ? Math.abs(from) * 0.1 || 1 : (to - from) * padding
  return { from: from - room, to: to + room }
}
