import type { Database } from 'better-sqlite3'
import { LoupeError, wireError } from '../contract/errors.ts'
import { environment, status } from '../contract/records.ts'
import type { RunRecord } from '../contract/records.ts'
import { runConfig } from '../contract/run-config.ts'
import type { RunConfig } from '../contract/run-config.ts'
import { z } from '../contract/zod.ts'
import { documentReader, documentWriter } from './documents.ts'
import { importedRefusal } from './imported-runs.ts'
import { idOf, notFound, rowOf } from './ids.ts'
import type { Page, RunPatch } from './log.ts'

const runRow = z.object({
  id: z.int(),
  study: z.int().nullable(),
  key: z.string(),
  name: z.string(),
  status,
  config: z.int(),
  environment: z.int().nullable(),
  created_at: z.int(),
  started_at: z.int().nullable(),
  finished_at: z.int().nullable(),
  steps: z.int(),
  examples: z.int(),
  wall_ms: z.number(),
  function_evaluations: z.int(),
  censored: z.union([z.literal(0), z.literal(1)]).nullable(),
  error: z.string().nullable(),
})
const columns = Object.keys(runRow.shape).join(', ')

const isOwn = 'NOT EXISTS (SELECT 1 FROM imported_runs WHERE run = runs.id)'

/** The statements that lists of Loupe's own runs are made of; their plans are tested. Imported ones are no records of runs, and belong to no study. */
export const runQueries = {
  newest: `SELECT ${columns} FROM runs WHERE trashed_at IS NULL AND ${isOwn} ORDER BY id DESC LIMIT ? OFFSET ?`,
  newestOf: `SELECT ${columns} FROM runs WHERE study = ? ORDER BY id DESC LIMIT ? OFFSET ?`,
  ofStudy: `SELECT ${columns} FROM runs WHERE study = ? ORDER BY id`,
} as const

export interface RunReads {
  list(filter: Page & { readonly studyId: string | null }): { runs: RunRecord[]; total: number }
  ofStudy(studyId: string): RunRecord[]
  /** @throws LoupeError `not-found`, or `unsupported` for an imported run */
  get(id: string): RunRecord
  /** @throws LoupeError `not-found` */
  rowOf(id: string): number
}

export function runReads(db: Database): RunReads {
  const config = documentReader(db, 'configs', runConfig)
  const environments = documentReader(db, 'environments', environment)
  const one = db.prepare(`SELECT ${columns} FROM runs WHERE id = ?`)
  const exists = db.prepare<[number], number>('SELECT 1 FROM runs WHERE id = ?').pluck()
  const newest = db.prepare(runQueries.newest)
  const newestOf = db.prepare(runQueries.newestOf)
  const ofStudy = db.prepare(runQueries.ofStudy)
  const count = db.prepare<[], number>(`SELECT count(*) FROM runs WHERE trashed_at IS NULL AND ${isOwn}`).pluck()
  const refuseImported = importedRefusal(db)
  const countOf = db.prepare<[number], number>('SELECT count(*) FROM runs WHERE study = ?').pluck()

  const read = (found: unknown): RunRecord => {
    const row = runRow.parse(found)
    const document = config(row.config)
    return {
      id: idOf('run', row.id),
      studyId: row.study === null ? null : idOf('study', row.study),
      key: row.key,
      name: row.name,
      status: row.status,
      config: document.value,
      configHash: document.hash,
      environment: row.environment === null ? null : environments(row.environment).value,
      createdAt: row.created_at,
      startedAt: row.started_at,
      finishedAt: row.finished_at,
      steps: row.steps,
      examples: row.examples,
      wallMs: row.wall_ms,
      functionEvaluations: row.function_evaluations,
      censored: row.censored === null ? null : row.censored === 1,
      error: row.error === null ? null : wireError.parse(JSON.parse(row.error)),
    }
  }
  return {
    list({ studyId, limit, offset }) {
      if (studyId === null) return { runs: newest.all(limit, offset).map(read), total: count.get() ?? 0 }
      const study = rowOf('study', studyId)
      return { runs: newestOf.all(study, limit, offset).map(read), total: countOf.get(study) ?? 0 }
    },
    ofStudy(studyId) {
      return ofStudy.all(rowOf('study', studyId)).map(read)
    },
    get(id) {
      const found = one.get(rowOf('run', id))
      if (found === undefined) throw notFound('run', id)
      refuseImported(rowOf('run', id))
      return read(found)
    },
    rowOf(id) {
      const row = rowOf('run', id)
      if (exists.get(row) === undefined) throw notFound('run', id)
      return row
    },
  }
}

export interface NewRun {
  readonly studyId: string | null
  readonly key: string
  readonly config: RunConfig
}

export interface RunWrites {
  insert(run: NewRun, now: number): string
  update(before: RunRecord, patch: RunPatch): void
}

export function runWrites(db: Database): RunWrites {
  const configs = documentWriter(db, 'configs')
  const environments = documentWriter(db, 'environments')
  const same = db.prepare<[number, string], number>('SELECT id FROM runs WHERE study = ? AND key = ?').pluck()
  const insert = db.prepare("INSERT INTO runs (study, key, name, status, config, created_at) VALUES (?, ?, ?, 'queued', ?, ?)")
  const update = db.prepare(
    `UPDATE runs SET status = ?, environment = ?, started_at = ?, finished_at = ?, steps = ?, examples = ?, wall_ms = ?,
       function_evaluations = ?, censored = ?, error = ? WHERE id = ?`,
  )
  return {
    insert({ studyId, key, config }, now) {
      const study = studyId === null ? null : rowOf('study', studyId)
      const twin = study === null ? undefined : same.get(study, key)
      if (twin !== undefined) {
        const message = `Study ${studyId ?? ''} has a run "${key}" already: ${idOf('run', twin)}. Keys are unique within a study.`
        throw new LoupeError('conflict', message, { studyId, key, runId: idOf('run', twin) })
      }
      return idOf('run', Number(insert.run(study, key, config.name, configs(config), now).lastInsertRowid))
    },
    update(before, patch) {
      const after = { ...before, ...patch }
      update.run(
        after.status,
        after.environment === null ? null : environments(after.environment),
        after.startedAt,
        after.finishedAt,
        after.steps,
        after.examples,
        after.wallMs,
        after.functionEvaluations,
        after.censored === null ? null : Number(after.censored),
        after.error === null ? null : JSON.stringify(after.error),
        rowOf('run', before.id),
      )
    },
  }
}
