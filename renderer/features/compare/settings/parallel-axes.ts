import type { FieldValue } from '../../../../main/contract/annotations.ts'

/** An axis of parallel coordinates. */
export interface ParallelAxis {
  /** Field, as `main/contract/filter/fields.ts` calls it. */
  readonly name: string
  readonly label: string
  /** Amounts lie along a line, names at places of their own. */
  readonly isNumber: boolean
  readonly isLog: boolean
  readonly values: readonly FieldValue[]
  readonly text: (value: FieldValue) => string
  /** A number on the axis, shorter than in a text. */
  readonly tick?: (value: number) => string
}

/** A run as a line: its place on each axis, a number or a name. */
export interface ParallelLine {
  readonly run: number
  readonly at: readonly (number | string)[]
}

export interface ParallelLines {
  readonly lines: readonly ParallelLine[]
  /** Runs that have nothing on one of the axes. */
  readonly withoutValue: number
  /** Runs with a value of 0 or less on a logarithmic axis. */
  readonly notPositive: number
}

/** Runs that have a place on every axis: a line that skips one would say that it passes there. */
export function parallelLines(axes: readonly ParallelAxis[], runs: number): ParallelLines {
  const lines: ParallelLine[] = []
  let [withoutValue, notPositive] = [0, 0]
  for (let run = 0; run < runs; run++) {
    const at = axes.map((axis) => placeOn(axis, axis.values[run] ?? null))
    if (at.includes(null)) withoutValue += 1
    else if (axes.some(({ isLog, isNumber }, index) => isLog && isNumber && Number(at[index]) <= 0)) notPositive += 1
    else lines.push({ run, at: at.filter((place) => place !== null) })
  }
  return { lines, withoutValue, notPositive }
}

function placeOn({ isNumber, text }: ParallelAxis, value: FieldValue): number | string | null {
  if (isNumber) return typeof value === 'number' && Number.isFinite(value) ? value : null
  return value === null ? null : text(value)
}

/** Names of an axis, in the order in which they stand along it. */
export function namesOn(lines: readonly ParallelLine[], axis: number): string[] {
  return [...new Set(lines.map(({ at }) => String(at[axis])))].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }))
}

/** Marked parts of axes, by field: from one value up to another, of names by their places. */
export type AxisMarks = Readonly<Record<string, readonly (readonly [number, number])[]>>

/** The lines that pass through a marked part of every axis that has one. */
export function markedLines(lines: readonly ParallelLine[], axes: readonly ParallelAxis[], marks: AxisMarks): ParallelLine[] {
  const marked = axes.flatMap((axis, index) => {
    const intervals = marks[axis.name] ?? []
    return intervals.length === 0 ? [] : [{ index, intervals, names: axis.isNumber ? null : namesOn(lines, index) }]
  })
  return lines.filter(({ at }) =>
    marked.every(({ index, intervals, names }) => {
      const place = names === null ? Number(at[index]) : names.indexOf(String(at[index]))
      return intervals.some(([from, to]) => place >= Math.min(from, to) && place <= Math.max(from, to))
    }),
  )
}

/** The axis that was marked, and where, as ECharts says it; null for anything else. */
export function markOf(event: unknown): { readonly name: string; readonly intervals: readonly (readonly [number, number])[] } | null {
  if (typeof event !== 'object' || event === null) return null
  const name: unknown = Reflect.get(event, 'parallelAxisId')
  const intervals: unknown = Reflect.get(event, 'intervals')
  if (typeof name !== 'string' || !Array.isArray(intervals)) return null
  return { name, intervals: intervals.flatMap((one: unknown) => (Array.isArray(one) && Number.isFinite(Number(one[0])) && Number.isFinite(Number(one[1])) ? [[Number(one[0]), Number(one[1])] as const] : [])) }
}
