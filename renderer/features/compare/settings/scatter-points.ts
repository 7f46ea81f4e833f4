import { spreadOf } from '../../../../main/methods/spread.ts'
import type { FieldValue } from '../../../../main/contract/annotations.ts'

/** A run as a point. */
export interface ScatterPoint {
  /** Place of the run among the compared ones. */
  readonly run: number
  readonly x: number
  readonly y: number
  readonly color: FieldValue
}

export interface ScatterPoints {
  readonly points: readonly ScatterPoint[]
  /** Runs without a finite value on one of the axes. */
  readonly withoutValue: number
  /** Runs with a value of 0 or less on a logarithmic axis. */
  readonly notPositive: number
}

/** Runs that have a place on both axes, and how many have none and why. */
export function scatterPoints(options: {
  readonly x: readonly FieldValue[]
  readonly y: readonly FieldValue[]
  readonly color: readonly FieldValue[] | null
  readonly isLogX: boolean
  readonly isLogY: boolean
}): ScatterPoints {
  const points: ScatterPoint[] = []
  let [withoutValue, notPositive] = [0, 0]
  for (const run of options.x.keys()) {
    const [x, y] = [options.x[run], options.y[run]]
    if (typeof x !== 'number' || typeof y !== 'number' || !Number.isFinite(x) || !Number.isFinite(y)) withoutValue += 1
    else if ((options.isLogX && x <= 0) || (options.isLogY && y <= 0)) notPositive += 1
    else points.push({ run, x, y, color: options.color?.[run] ?? null })
  }
  return { points, withoutValue, notPositive }
}

/** The mean of runs that differ in their seed alone. */
export interface GroupMean {
  readonly runs: readonly number[]
  readonly x: number
  readonly y: number
  /** Student interval of the mean of y. */
  readonly low: number
  readonly high: number
}

/** Means of groups with at least two points, each from its own runs alone. */
export function groupMeans(points: readonly ScatterPoint[], groups: readonly (readonly number[])[], confidence = 0.95): GroupMean[] {
  const byRun = new Map(points.map((point) => [point.run, point] as const))
  return groups.flatMap((runs) => {
    const own = runs.flatMap((run) => byRun.get(run) ?? [])
    const y = spreadOf(own.map((point) => point.y), confidence)
    if (y === null || y.low === null || y.high === null) return []
    return [{ runs: own.map(({ run }) => run), x: own.reduce((sum, point) => sum + point.x, 0) / own.length, y: y.mean, low: y.low, high: y.high }]
  })
}
