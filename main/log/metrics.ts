import type { Database } from 'better-sqlite3'
import { metrics } from '../contract/metrics.ts'
import type { LoggedEvaluation, StepTotal } from './log.ts'
import { rowWidth } from './row-columns.ts'
import type { RowColumns } from './row-columns.ts'

/** The statements that read metrics; their plans are tested. */
export const metricQueries = {
  keys: 'SELECT name FROM metric_keys AS k WHERE EXISTS (SELECT 1 FROM metrics WHERE run = ? AND key = k.id) ORDER BY name',
  evaluations: `
    SELECT k.name, m.step, m.examples, m.wall_ms, m.value
    FROM json_each(?) AS wanted CROSS JOIN metric_keys AS k ON k.name = wanted.value CROSS JOIN metrics AS m ON m.run = ? AND m.key = k.id
    ORDER BY m.step`,
  sum: 'SELECT total(value) FROM metrics WHERE run = ? AND key = (SELECT id FROM metric_keys WHERE name = ?) AND step <= ?',
  total: 'SELECT count(value), total(value), total(value = 0) FROM metrics WHERE run = ? AND key = (SELECT id FROM metric_keys WHERE name = ?)',
} as const

const evaluationKeys = JSON.stringify(Object.entries(metrics).flatMap(([key, { per }]) => (per === 'step' ? [] : [key])))

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

export interface MetricWrites {
  /** To be called inside a transaction; `rollBack` where it fails. */
  insert(rows: Pick<RowColumns, 'count' | 'numbers' | 'keys'>): void
  dropAfter(run: number, step: number): void
  /** Forgets key ids that the failed transaction may have made up. */
  rollBack(): void
}

export function metricWrites(db: Database): MetricWrites {
  const insertKey = db.prepare<[string]>('INSERT INTO metric_keys (name) VALUES (?) ON CONFLICT (name) DO NOTHING')
  const selectKey = db.prepare<[string], number>('SELECT id FROM metric_keys WHERE name = ?').pluck()
  const insertRows = (rows: number) =>
    db.prepare<[readonly number[]]>(
      `INSERT INTO metrics (run, key, step, examples, wall_ms, value) VALUES ${Array<string>(rows).fill('(?, ?, ?, ?, ?, ?)').join(', ')}
       ON CONFLICT DO UPDATE SET examples = excluded.examples, wall_ms = excluded.wall_ms, value = excluded.value`,
    )
  const [insertOne, insertMany] = [insertRows(1), insertRows(rowsAtOnce)]
  const [one, many] = [new Array<number>(rowWidth).fill(0), new Array<number>(rowsAtOnce * rowWidth).fill(0)]
  const drop = db.prepare<[number, number]>('DELETE FROM metrics WHERE run = ? AND key IN (SELECT id FROM metric_keys) AND step > ?')
  const ids = new Map<string, number>()
  const idOfKey = (key: string): number => {
    insertKey.run(key)
    const id = selectKey.get(key) ?? 0
    ids.set(key, id)
    return id
  }
  return {
    insert({ count, numbers, keys }) {
      const keyIds = keys.map((key) => ids.get(key) ?? idOfKey(key))
      const fill = (bound: number[], from: number) => {
        for (let i = 0; i < bound.length; i++) bound[i] = numbers[from + i]!
        for (let i = 1; i < bound.length; i += rowWidth) bound[i] = keyIds[bound[i]!]!
        return bound
      }
      const end = count * rowWidth
      let at = 0
      for (; at + many.length <= end; at += many.length) insertMany.run(fill(many, at))
      for (; at < end; at += rowWidth) insertOne.run(fill(one, at))
    },
    dropAfter(run, step) {
      drop.run(run, step)
    },
    rollBack() {
      ids.clear()
    },
  }
}
