import type { Database } from 'better-sqlite3'
import { metrics } from '../contract/metrics.ts'
import type { MetricSeries } from '../contract/records.ts'
import type { SeriesQuery } from './log.ts'

const range = 'run = ? AND key = ? AND step BETWEEN ? AND ?'
// NULL, which stands for NaN, compares as neither.
const finite = 'value > -9e999 AND value < 9e999'

/** The statements that charts poll; their plans are tested. */
export const seriesQueries = {
  key: 'SELECT id FROM metric_keys WHERE name = ?',
  values: `SELECT step, examples, wall_ms, value FROM metrics WHERE ${range} ORDER BY step LIMIT ?`,
  first: 'SELECT min(step) FROM metrics WHERE run = ? AND key = ? AND step >= ?',
  last: 'SELECT max(step) FROM metrics WHERE run = ? AND key = ? AND step <= ?',
  total: `SELECT count(*) FROM metrics WHERE ${range}`,
  // Numbers from JavaScript arrive as floating point: without the casts the division would not round down.
  buckets: `
    WITH bucket AS MATERIALIZED (
      SELECT max(step) AS last_step, min(value) AS low, max(value) AS high, avg(value) AS mean, count(*) AS values_in
      FROM metrics WHERE ${range} AND ${finite}
      GROUP BY (step - CAST(? AS INTEGER)) / CAST(? AS INTEGER))
    SELECT m.step, m.examples, m.wall_ms, low, high, mean, m.value, values_in
    FROM bucket CROSS JOIN metrics AS m ON m.run = ? AND m.key = ? AND m.step = last_step
    ORDER BY last_step`,
} as const

type Point = readonly [step: number, examples: number, wallMs: number, low: number, high: number, mean: number, last: number, count: number]

/**
 * Reads one curve. Up to `maxPoints` values come as they are. More come as buckets of equal width in steps, each computed
 * by SQLite from every finite value in it, so that a spike of one step is never lost; empty buckets are left out.
 *
 * Of a metric that is logged where it changes, the value that holds at `from` comes with its own place, before the range.
 *
 * Values that are not finite can be drawn nowhere: they are left out of buckets and counted in `total` only, so
 * `total − Σ count` says how many there are.
 */
export function seriesReads(db: Database): (run: number, key: string, query: SeriesQuery) => Omit<MetricSeries, 'runId' | 'key'> {
  const keyId = db.prepare<[string], number>(seriesQueries.key).pluck()
  const values = db.prepare<[number, number, number, number, number], [number, number, number, number | null]>(seriesQueries.values).raw()
  const first = db.prepare<[number, number, number], number | null>(seriesQueries.first).pluck()
  const last = db.prepare<[number, number, number], number | null>(seriesQueries.last).pluck()
  const total = db.prepare<[number, number, number, number], number>(seriesQueries.total).pluck()
  const buckets = db.prepare<[number, number, number, number, number, number, number, number], Point>(seriesQueries.buckets).raw()

  return (run, key, { maxPoints, from, to }) => {
    const id = keyId.get(key)
    if (id === undefined) return toSeries([], 0)
    // What is logged where it changes holds at the range's first step since a row before it.
    const low = from === null ? 0 : holds(key) ? (last.get(run, id, from) ?? from) : from
    const high = to ?? Number.MAX_SAFE_INTEGER
    const few = values.all(run, id, low, high, maxPoints + 1)
    if (few.length <= maxPoints) {
      const points = few.flatMap(([step, examples, wallMs, value]): Point[] =>
        value === null || !Number.isFinite(value) ? [] : [[step, examples, wallMs, value, value, value, value, 1]],
      )
      return toSeries(points, few.length)
    }
    const firstStep = first.get(run, id, low) ?? 0
    const lastStep = last.get(run, id, high) ?? 0
    const width = Math.ceil((lastStep - firstStep + 1) / maxPoints)
    return toSeries(buckets.all(run, id, low, high, firstStep, width, run, id), total.get(run, id, low, high) ?? 0)
  }
}

function holds(key: string): boolean {
  return key in metrics && metrics[key as keyof typeof metrics].per === 'change' // just asked
}

function toSeries(points: readonly Point[], total: number): Omit<MetricSeries, 'runId' | 'key'> {
  return {
    step: points.map((point) => point[0]),
    examples: points.map((point) => point[1]),
    wallMs: points.map((point) => point[2]),
    min: points.map((point) => point[3]),
    max: points.map((point) => point[4]),
    mean: points.map((point) => point[5]),
    last: points.map((point) => point[6]),
    count: points.map((point) => point[7]),
    total,
  }
}
