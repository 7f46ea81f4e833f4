import type { Database } from 'better-sqlite3'
import { status as statusOf } from '../contract/records.ts'
import type { Status } from '../contract/records.ts'
import { notFound, rowOf } from './ids.ts'

/** The statements that comparisons of runs ask; their plans are tested. */
export const comparedQueries = {
  place: 'SELECT status, started_at, finished_at, steps, examples, wall_ms FROM runs WHERE id = ?',
  trainExamples: `
    SELECT coalesce(
      (SELECT json_extract(c.json, '$.dataset.trainExamples') FROM configs AS c WHERE c.id = r.config),
      (SELECT json_extract(e.facts, '$.trainExamples') FROM events AS e WHERE e.run = r.id AND e.kind = 'dataset.read' ORDER BY e.id DESC LIMIT 1),
      (SELECT json_extract(e.facts, '$.trainExamples') FROM events AS e WHERE e.study = r.study AND e.kind = 'dataset.read' ORDER BY e.id DESC LIMIT 1))
    FROM runs AS r WHERE r.id = ?`,
  metrics: `
    SELECT k.name, count(*)
    FROM metric_keys AS k CROSS JOIN json_each(?) AS wanted
    WHERE EXISTS (SELECT 1 FROM metrics WHERE run = wanted.value AND key = k.id) OR EXISTS (SELECT 1 FROM metric_blocks WHERE run = wanted.value AND key = k.id)
    GROUP BY k.id ORDER BY k.name`,
  alike: "SELECT json_remove(c.json, '$.seed', '$.name') FROM json_each(?) AS wanted CROSS JOIN runs AS r ON r.id = wanted.value CROSS JOIN configs AS c ON c.id = r.config ORDER BY wanted.key",
} as const

/** Where a run stands: what its curves need to know of it beside their points. */
export interface RunPlace {
  readonly status: Status
  /** Ms since 1970; null before it began. */
  readonly startedAt: number | null
  readonly finishedAt: number | null
  readonly steps: number
  readonly examples: number
  readonly wallMs: number
}

export interface ComparedRunReads {
  /** @throws LoupeError `not-found` */
  place(runId: string): RunPlace
  /** Examples of one epoch of the run; null where the log does not say. */
  trainExamples(runId: string): number | null
  /** Metrics that some of the runs have logged, with how many have. */
  metricsOf(runIds: readonly string[]): { key: string; runs: number }[]
  /** For each run the number of its group of runs that differ in seed and name alone. */
  alike(runIds: readonly string[]): number[]
}

export function comparedRunReads(db: Database): ComparedRunReads {
  const place = db.prepare<[number], [string, number | null, number | null, number, number, number]>(comparedQueries.place).raw()
  const trainExamples = db.prepare<[number], unknown>(comparedQueries.trainExamples).pluck()
  const metrics = db.prepare<[string], [string, number]>(comparedQueries.metrics).raw()
  const alike = db.prepare<[string], string>(comparedQueries.alike).pluck()
  const rows = (runIds: readonly string[]) => JSON.stringify(runIds.map((id) => rowOf('run', id)))
  return {
    place(runId) {
      const row = place.get(rowOf('run', runId))
      if (row === undefined) throw notFound('run', runId)
      const [status, startedAt, finishedAt, steps, examples, wallMs] = row
      return { status: statusOf.parse(status), startedAt, finishedAt, steps, examples, wallMs }
    },
    trainExamples(runId) {
      const examples = trainExamples.get(rowOf('run', runId))
      return typeof examples === 'number' && examples > 0 ? examples : null
    },
    metricsOf: (runIds) => metrics.all(rows(runIds)).map(([key, runs]) => ({ key, runs })),
    alike(runIds) {
      const numbers = new Map<string, number>()
      const configs = alike.all(rows(runIds))
      if (configs.length !== runIds.length) for (const id of runIds) this.place(id) // names the one that is not there
      return configs.map((config) => {
        const known = numbers.get(config) ?? numbers.size
        numbers.set(config, known)
        return known
      })
    },
  }
}
