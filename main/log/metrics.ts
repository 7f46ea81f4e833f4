import type { Database } from 'better-sqlite3'
import { metrics } from '../contract/metrics.ts'
import type { MetricPoints } from './block-codec.ts'
import type { LoggedEvaluation, StepTotal } from './log.ts'
import { blockReads, columnsOf, merge } from './metric-blocks.ts'

/** The statements that read metrics; their plans are tested. */
export const metricQueries = {
  key: 'SELECT id FROM metric_keys WHERE name = ?',
  keys: `
    SELECT name FROM metric_keys AS k
    WHERE EXISTS (SELECT 1 FROM metrics WHERE run = ? AND key = k.id) OR EXISTS (SELECT 1 FROM metric_blocks WHERE run = ? AND key = k.id)
    ORDER BY name`,
  evaluations: `
    SELECT k.name, m.step, m.examples, m.wall_ms, m.value
    FROM json_each(?) AS wanted CROSS JOIN metric_keys AS k ON k.name = wanted.value CROSS JOIN metrics AS m ON m.run = ? AND m.key = k.id
    ORDER BY m.step`,
  last: 'SELECT step, value FROM metrics WHERE run = ? AND key = ? ORDER BY step DESC LIMIT 1',
  logged: 'SELECT step, examples, wall_ms, value FROM metrics WHERE run = ? AND key = ? ORDER BY step',
  total: 'SELECT count(value), total(value), total(value = 0) FROM metrics WHERE run = ? AND key = ? AND step <= ?',
} as const

const evaluationKeys = JSON.stringify(Object.entries(metrics).flatMap(([key, { per }]) => (per === 'evaluation' || per === 'run' ? [key] : [])))

export interface MetricReads {
  keys(run: number): string[]
  evaluations(run: number): LoggedEvaluation[]
  sum(run: number, key: string, toStep: number): number
  total(run: number, key: string): StepTotal
  logged(run: number, key: string): MetricPoints
}

export function metricReads(db: Database): MetricReads {
  const keyId = db.prepare<[string], number>(metricQueries.key).pluck()
  const keys = db.prepare<[number, number], string>(metricQueries.keys).pluck()
  const evaluations = db.prepare<[string, number], [string, number, number, number, number | null]>(metricQueries.evaluations).raw()
  const total = db.prepare<[number, number, number], [number, number, number]>(metricQueries.total).raw()
  const logged = db.prepare<[number, number], [number, number, number, number | null]>(metricQueries.logged).raw()
  const blocks = blockReads(db)
  const totalTo = (run: number, key: string, toStep: number): StepTotal => {
    const id = keyId.get(key)
    if (id === undefined) return { count: 0, sum: 0, zeros: 0 }
    let [count, sum, zeros] = total.get(run, id, toStep) ?? [0, 0, 0]
    for (const { values } of blocks.between(run, id, { from: 0, to: toStep })) {
      for (const value of values) {
        if (Number.isNaN(value)) continue
        count += 1
        sum += value
        if (value === 0) zeros += 1
      }
    }
    return { count, sum, zeros }
  }
  return {
    keys: (run) => keys.all(run, run),
    evaluations(run) {
      const byStep = new Map<number, { step: number; examples: number; wallMs: number; values: Record<string, number> }>()
      for (const [key, step, examples, wallMs, value] of evaluations.iterate(evaluationKeys, run)) {
        const evaluation = byStep.get(step) ?? { step, examples, wallMs, values: {} }
        evaluation.values[key] = value ?? Number.NaN
        byStep.set(step, evaluation)
      }
      return [...byStep.values()]
    },
    sum: (run, key, toStep) => totalTo(run, key, toStep).sum,
    total: (run, key) => totalTo(run, key, Number.MAX_SAFE_INTEGER),
    logged(run, key) {
      const id = keyId.get(key)
      if (id === undefined) return merge()
      return merge(...blocks.between(run, id, { from: 0, to: Number.MAX_SAFE_INTEGER }), columnsOf(logged.all(run, id)))
    },
  }
}
