import type { Database } from 'better-sqlite3'
import type { CheckpointField, CheckpointMetric, CheckpointRow, NearestValue } from '../contract/checkpoint-browser.ts'
import { parseFilter } from '../contract/filter/parse-filter.ts'
import { status } from '../contract/records.ts'
import { z } from '../contract/zod.ts'
import type { Guarded } from './checkpoint-protection.ts'
import { filterSql, searched } from './filter-sql.ts'
import type { Sql } from './filter-sql.ts'
import { idOf, rowOf } from './ids.ts'
import type { Page } from './log.ts'

export interface CheckpointSearch extends Page {
  /** Over the runs that they are of, as in the list of runs; those of archived runs are found, too. */
  readonly filter: string
  /** Null for kept ones and others. */
  readonly isKept: boolean | null
  readonly sort: { readonly field: CheckpointField; readonly isDescending: boolean }
  /** Ms since 1970, for `today` in the filter. */
  readonly now?: number
}

export interface FoundCheckpoints {
  readonly rows: CheckpointRow[]
  readonly total: number
  /** Of all that fit. */
  readonly bytes: number
}

/** What rules over checkpoints are about. */
export type PrunableCheckpoint = Guarded & Pick<CheckpointRow, 'id' | 'runId' | 'runName' | 'runKey' | 'step' | 'bytes' | 'createdAt' | 'label'>

const joined = `checkpoints AS k CROSS JOIN ${searched.replace('runs AS r', 'runs AS r ON r.id = k.run')}`
/** The greatest step of a run stands last in its index. */
const isNewest = 'k.step = (SELECT max(step) FROM checkpoints WHERE run = k.run)'
const keyOf = '(SELECT id FROM metric_keys WHERE name = ?)'

/** The statements that checkpoints are read by; their plans are tested. */
export const checkpointQueries = {
  before: `SELECT step, value FROM metrics WHERE run = ? AND key = ${keyOf} AND step <= ? ORDER BY step DESC LIMIT 1`,
  after: `SELECT step, value FROM metrics WHERE run = ? AND key = ${keyOf} AND step > ? ORDER BY step LIMIT 1`,
  /** Runs that others, which wait or may go on, begin from. */
  starts: `
    SELECT json_extract(c.json, '$.distillation.frontInit.run'), json_extract(c.json, '$.distillation.rearInit.run')
    FROM runs AS r CROSS JOIN configs AS c ON c.id = r.config WHERE r.status IN ('queued', 'running', 'paused', 'interrupted')`,
  rows: `
    SELECT k.id, k.run, k.step, k.examples, k.bytes, k.sha256, k.created_at, k.kept, k.label, r.name AS run_name, r.key AS run_key, r.status AS run_status, r.study, s.name AS study_name, ${isNewest} AS newest
    FROM json_each(?) AS wanted CROSS JOIN checkpoints AS k ON k.id = wanted.value CROSS JOIN runs AS r ON r.id = k.run LEFT JOIN studies AS s ON s.id = r.study
    ORDER BY wanted.key`,
} as const

/** The value of a metric that was evaluated nearest to a checkpoint's step, of two as near the earlier one's. */
const nearest = `
  (SELECT value FROM (
    SELECT * FROM (SELECT step, value FROM metrics WHERE run = k.run AND key = ${keyOf} AND step <= k.step ORDER BY step DESC LIMIT 1)
    UNION ALL
    SELECT * FROM (SELECT step, value FROM metrics WHERE run = k.run AND key = ${keyOf} AND step > k.step ORDER BY step LIMIT 1)
  ) ORDER BY abs(step - k.step), step LIMIT 1)`

const sorts: Readonly<Record<CheckpointField, Sql>> = {
  run: { text: 'coalesce(nullif(r.key, \'\'), nullif(r.name, \'\'), printf(\'run-%06d\', r.id)) COLLATE NOCASE', bound: [] },
  study: { text: 's.name COLLATE NOCASE', bound: [] },
  step: { text: 'k.step', bound: [] },
  examples: { text: 'k.examples', bound: [] },
  bytes: { text: 'k.bytes', bound: [] },
  saved: { text: 'k.created_at', bound: [] },
  kept: { text: 'k.kept', bound: [] },
  loss: { text: nearest, bound: ['validation/loss', 'validation/loss'] },
  accuracy: { text: nearest, bound: ['validation/accuracy', 'validation/accuracy'] },
}

/** All checkpoints that fit, in order. @throws LoupeError `invalid-input` for a filter that does not read. */
export function checkpointSearchSql({ filter, isKept, sort, now }: Pick<CheckpointSearch, 'filter' | 'isKept' | 'sort' | 'now'>): Sql {
  const { text, bound } = conditions({ filter, isKept, now })
  const order = sorts[sort.field]
  return { text: `SELECT k.id, k.bytes FROM ${joined} WHERE ${text} ORDER BY ${order.text} ${sort.isDescending ? 'DESC' : 'ASC'} NULLS LAST, k.id DESC`, bound: [...bound, ...order.bound] }
}

function conditions({ filter, isKept, now }: { readonly filter: string; readonly isKept: boolean | null; readonly now: number | undefined }): Sql {
  const node = parseFilter(filter, now)
  const parts: readonly Sql[] = [{ text: 'r.trashed_at IS NULL', bound: [] }, ...(isKept === null ? [] : [{ text: 'k.kept = ?', bound: [Number(isKept)] }]), ...(node === null ? [] : [filterSql(node)])]
  return { text: parts.map(({ text }) => text).join(' AND '), bound: parts.flatMap(({ bound }) => bound) }
}

const row = z.object({
  id: z.int(),
  run: z.int(),
  step: z.int(),
  examples: z.int(),
  bytes: z.int(),
  sha256: z.string(),
  created_at: z.int(),
  kept: z.int(),
  label: z.string(),
  run_name: z.string(),
  run_key: z.string(),
  run_status: status,
  study: z.int().nullable(),
  study_name: z.string().nullable(),
  newest: z.int(),
})

export interface CheckpointSearches {
  search(search: CheckpointSearch): FoundCheckpoints
  /** In the order of the ids; those that are gone are left out. */
  rows(ids: readonly string[]): CheckpointRow[]
  /** Every checkpoint of the runs that fit, by run, the newest first. */
  prunable(options: { readonly filter: string; readonly now: number }): PrunableCheckpoint[]
  /** What was evaluated nearest to a step; null where nothing was. */
  nearest(options: { readonly runId: string; readonly step: number; readonly metric: CheckpointMetric }): NearestValue
  /** Of all runs outside the trash, and in it. */
  totals(): { readonly checkpoints: number; readonly bytes: number; readonly trashBytes: number }
}

export function checkpointSearches(db: Database): CheckpointSearches {
  const before = db.prepare<[number, string, number], { step: number; value: number | null }>(checkpointQueries.before)
  const after = db.prepare<[number, string, number], { step: number; value: number | null }>(checkpointQueries.after)
  const rows = db.prepare<[string], unknown>(checkpointQueries.rows)
  const starts = startReads(db)
  const totals = db.prepare<[], [number, number, number]>(`SELECT total(r.trashed_at IS NULL), total(CASE WHEN r.trashed_at IS NULL THEN k.bytes END), total(CASE WHEN r.trashed_at IS NOT NULL THEN k.bytes END) FROM checkpoints AS k CROSS JOIN runs AS r ON r.id = k.run`).raw()

  const nearestOf = (run: number, step: number, metric: CheckpointMetric): NearestValue => {
    const [earlier, later] = [before.get(run, metric, step), after.get(run, metric, step)]
    const found = earlier === undefined || (later !== undefined && later.step - step < step - earlier.step) ? later : earlier
    if (found === undefined) return null
    return { step: found.step, value: found.value !== null && Number.isFinite(found.value) ? found.value : null }
  }
  const read = (found: unknown): CheckpointRow => {
    const { id, run, step, examples, bytes, sha256, created_at, kept, label, run_name, run_key, run_status, study, study_name, newest } = row.parse(found)
    return {
      id: idOf('checkpoint', id),
      runId: idOf('run', run),
      step,
      examples,
      bytes,
      sha256,
      createdAt: created_at,
      isKept: kept === 1,
      label,
      runName: run_name,
      runKey: run_key,
      runStatus: run_status,
      studyId: study === null ? null : idOf('study', study),
      studyName: study_name,
      isNewest: newest === 1,
      loss: nearestOf(run, step, 'validation/loss'),
      accuracy: nearestOf(run, step, 'validation/accuracy'),
    }
  }
  const readAll = (ids: readonly number[]): CheckpointRow[] => rows.all(JSON.stringify(ids)).map(read)
  return {
    search(search) {
      const { text, bound } = checkpointSearchSql(search)
      const found = db.prepare<(string | number)[], [number, number]>(text).raw().all(...bound)
      return {
        rows: readAll(found.slice(search.offset, search.offset + search.limit).map(([id]) => id)),
        total: found.length,
        bytes: found.reduce((sum, [, bytes]) => sum + bytes, 0),
      }
    },
    rows: (ids) => readAll(ids.map((id) => rowOf('checkpoint', id))),
    prunable({ filter, now }) {
      const { text, bound } = conditions({ filter, isKept: null, now })
      const isStart = starts()
      const found = db
        .prepare<(string | number)[], [number, number, number, number, number, number, string, string | null, number, string, string, string]>(
          `SELECT k.id, k.run, k.step, k.bytes, k.created_at, k.kept, r.status, s.status, ${isNewest}, k.label, r.name, r.key FROM ${joined} WHERE ${text} ORDER BY k.run, k.step DESC`,
        )
        .raw()
        .all(...bound)
      return found.map(([id, run, step, bytes, createdAt, kept, runStatus, studyStatus, newest, label, runName, runKey]) => ({
        id: idOf('checkpoint', id),
        runId: idOf('run', run),
        step,
        bytes,
        createdAt,
        isKept: kept === 1,
        runStatus: status.parse(runStatus),
        studyStatus: studyStatus === null ? null : status.parse(studyStatus),
        isNewest: newest === 1,
        label,
        runName,
        runKey,
        isStart: isStart.has(run),
      }))
    },
    nearest: ({ runId, step, metric }) => nearestOf(rowOf('run', runId), step, metric),
    totals() {
      const [checkpoints = 0, bytes = 0, trashBytes = 0] = totals.get() ?? []
      return { checkpoints, bytes, trashBytes }
    },
  }
}

/** Rows of the runs whose newest weights others begin from that wait, train, or may go on. */
export function startReads(db: Database): () => ReadonlySet<number> {
  const starts = db.prepare<[], [string | null, string | null]>(checkpointQueries.starts).raw()
  // An id that is none keeps nothing.
  return () => new Set(starts.all().flatMap((runs) => runs.flatMap((run) => (run !== null && /^run-\d{1,15}$/.test(run) ? [rowOf('run', run)] : []))))
}
