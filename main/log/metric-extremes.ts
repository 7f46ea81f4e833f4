import type { Database } from 'better-sqlite3'
import { metrics } from '../contract/metrics.ts'
import type { MetricRows } from './row-columns.ts'

const finite = 'CASE WHEN value > -9e999 AND value < 9e999 THEN value END'
const greatest = `
  SELECT m.run, m.key, m.step, m.value, e.low, e.high
  FROM (SELECT run, key, max(step) AS last_step, min(${finite}) AS low, max(${finite}) AS high FROM metrics WHERE run = ? AND key = ? GROUP BY run, key) AS e
  CROSS JOIN metrics AS m ON m.run = e.run AND m.key = e.key AND m.step = e.last_step`

/** The statements that keep extremes; their plans are tested. */
export const extremeQueries = {
  anew: `INSERT OR REPLACE INTO metric_extremes ${greatest}`,
} as const

export interface ExtremeWrites {
  /** To be called after the rows themselves were written, in the same transaction. */
  follow(rows: Iterable<MetricRows>): void
  /** After rows of a run were dropped, in the same transaction. */
  recompute(run: number): void
}

/**
 * Keeps the last, least and greatest value of each metric of a run that is logged by evaluations: what lists of runs filter and sort by. Metrics of
 * single steps have none, so that training pays for it at evaluations alone.
 */
export function extremeWrites(db: Database): ExtremeWrites {
  const keyId = db.prepare<[string], number>('SELECT id FROM metric_keys WHERE name = ?').pluck()
  const keysOf = db.prepare<[number], number>('SELECT key FROM metric_extremes WHERE run = ?').pluck()
  const remove = db.prepare<[number]>('DELETE FROM metric_extremes WHERE run = ?')
  const anew = db.prepare<[number, number]>(extremeQueries.anew)
  // Values after all others can only widen what is there; anything else is read anew.
  const widen = db.prepare<[{ last: number; value: number; low: number | null; high: number | null; run: number; key: number; first: number }]>(
    `UPDATE metric_extremes SET last_step = @last, last = @value, low = coalesce(min(low, @low), low, @low), high = coalesce(max(high, @high), high, @high)
     WHERE run = @run AND key = @key AND last_step < @first`,
  )
  return {
    follow(rows) {
      for (const { run, key, count, steps, values } of rows) {
        if (count === 0 || !(metrics[key].per === 'evaluation' || metrics[key].per === 'run')) continue
        const id = keyId.get(key)
        if (id === undefined) continue
        let [first, last, value, low, high] = [Infinity, -Infinity, Number.NaN, Infinity, -Infinity]
        for (let i = 0; i < count; i++) {
          const [step, at] = [steps[i]!, values[i]!]
          first = Math.min(first, step)
          if (step >= last) [last, value] = [step, at]
          if (Number.isFinite(at)) [low, high] = [Math.min(low, at), Math.max(high, at)]
        }
        const isAny = low <= high
        if (widen.run({ last, value, low: isAny ? low : null, high: isAny ? high : null, run, key: id, first }).changes === 0) anew.run(run, id)
      }
    },
    recompute(run) {
      const keys = keysOf.all(run)
      remove.run(run)
      for (const key of keys) anew.run(run, key)
    },
  }
}
