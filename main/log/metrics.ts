import type { Database } from 'better-sqlite3'
import { metrics } from '../contract/metrics.ts'
import type { LoggedEvaluation, StepTotal } from './log.ts'
import type { MetricRows } from './row-columns.ts'

/** The statements that read metrics; their plans are tested. */
export const metricQueries = {
  keys: 'SELECT name FROM metric_keys AS k WHERE EXISTS (SELECT 1 FROM metrics WHERE run = ? AND key = k.id) ORDER BY name',
  evaluations: `
    SELECT k.name, m.step, m.examples, m.wall_ms, m.value
    FROM json_each(?) AS wanted CROSS JOIN metric_keys AS k ON k.name = wanted.value CROSS JOIN metrics AS m ON m.run = ? AND m.key = k.id
    ORDER BY m.step`,
  sum: 'SELECT total(value) FROM metrics WHERE run = ? AND key = (SELECT id FROM metric_keys WHERE name = ?) AND step <= ?',
  last: 'SELECT value FROM metrics WHERE run = ? AND key = (SELECT id FROM metric_keys WHERE name = ?) ORDER BY step DESC LIMIT 1',
  total: 'SELECT count(value), total(value), total(value = 0) FROM metrics WHERE run = ? AND key = (SELECT id FROM metric_keys WHERE name = ?)',
} as const

const evaluationKeys = JSON.stringify(Object.entries(metrics).flatMap(([key, { per }]) => (per === 'evaluation' || per === 'run' ? [key] : [])))

export interface MetricReads {
  keys(run: number): string[]
  evaluations(run: number): LoggedEvaluation[]
  sum(run: number, key: string, toStep: number): number
  total(run: number, key: string): StepTotal
}

export function metricReads(db: Database): MetricReads {
  const keys = db.prepare<[number], string>(metricQueries.keys).pluck()
  const evaluations = db.prepare<[string, number], [string, number, number, number, number | null]>(metricQueries.evaluations).raw()
  const sum = db.prepare<[number, string, number], number>(metricQueries.sum).pluck()
  const total = db.prepare<[number, string], [number, number, number]>(metricQueries.total).raw()
  return {
    keys: (run) => keys.all(run),
    evaluations(run) {
      const byStep = new Map<number, { step: number; examples: number; wallMs: number; values: Record<string, number> }>()
      for (const [key, step, examples, wallMs, value] of evaluations.iterate(evaluationKeys, run)) {
        const evaluation = byStep.get(step) ?? { step, examples, wallMs, values: {} }
        evaluation.values[key] = value ?? Number.NaN
        byStep.set(step, evaluation)
      }
      return [...byStep.values()]
    },
    sum: (run, key, toStep) => sum.get(run, key, toStep) ?? 0,
    total(run, key) {
      const [count, all, zeros] = total.get(run, key) ?? [0, 0, 0]
      return { count, sum: all, zeros }
    },
  }
}

/** Rows of one statement: half the time of one statement a row (1.1 us a row against 1.9); more at once gain nothing. */
const rowsAtOnce = 50
/** Numbers of a row that are bound for it alone. */
const boundWidth = 4

export interface MetricWrites {
  /** Of a run's metric, at the greatest step that is in the table; undefined where there is none. */
  last(run: number, key: string): number | undefined
  /** To be called inside a transaction; `rollBack` where it fails. */
  insert(rows: Iterable<MetricRows>): void
  dropAfter(run: number, step: number): void
  /** Forgets key ids that the failed transaction may have made up. */
  rollBack(): void
}

export function metricWrites(db: Database): MetricWrites {
  const insertKey = db.prepare<[string]>('INSERT INTO metric_keys (name) VALUES (?) ON CONFLICT (name) DO NOTHING')
  const selectKey = db.prepare<[string], number>('SELECT id FROM metric_keys WHERE name = ?').pluck()
  const insertRows = (rows: number) =>
    db.prepare<[readonly number[], { readonly run: number; readonly key: number }]>(
      `INSERT INTO metrics (run, key, step, examples, wall_ms, value) VALUES ${Array<string>(rows).fill('(@run, @key, ?, ?, ?, ?)').join(', ')}
       ON CONFLICT DO UPDATE SET examples = excluded.examples, wall_ms = excluded.wall_ms, value = excluded.value`,
    )
  const [insertOne, insertMany] = [insertRows(1), insertRows(rowsAtOnce)]
  const [one, many] = [new Array<number>(boundWidth).fill(0), new Array<number>(rowsAtOnce * boundWidth).fill(0)]
  const drop = db.prepare<[number, number]>('DELETE FROM metrics WHERE run = ? AND key IN (SELECT id FROM metric_keys) AND step > ?')
  const last = db.prepare<[number, string], number | null>(metricQueries.last).pluck()
  const ids = new Map<string, number>()
  const idOfKey = (key: string): number => {
    insertKey.run(key)
    const id = selectKey.get(key) ?? 0
    ids.set(key, id)
    return id
  }
  return {
    last(run, key) {
      const value = last.get(run, key)
      return value === null ? Number.NaN : value
    },
    insert(rows) {
      for (const columns of rows) {
        if (columns.count === 0) continue
        const place = { run: columns.run, key: ids.get(columns.key) ?? idOfKey(columns.key) }
        let row = 0
        for (; row + rowsAtOnce <= columns.count; row += rowsAtOnce) insertMany.run(bind(many, columns, row), place)
        for (; row < columns.count; row++) insertOne.run(bind(one, columns, row), place)
      }
    },
    dropAfter(run, step) {
      drop.run(run, step)
    },
    rollBack() {
      ids.clear()
    },
  }
}

/** Fills the array with as many rows as it has room for, from one on. */
function bind(bound: number[], { steps, examples, wallMs, values }: MetricRows, from: number): number[] {
  for (let row = from, at = 0; at < bound.length; row++) {
    bound[at++] = steps[row]!
    bound[at++] = examples[row]!
    bound[at++] = wallMs[row]!
    bound[at++] = values[row]!
  }
  return bound
}
