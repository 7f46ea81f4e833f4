import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import type { Trashed } from '../contract/annotations.ts'
import { LoupeError } from '../contract/errors.ts'
import { idOf, notFound, rowOf } from './ids.ts'
import type { WorkspacePaths } from './workspace.ts'

/** Which runs and studies. A study is trashed with all of its runs. */
export interface RunsAndStudies {
  readonly runIds: readonly string[]
  readonly studyIds: readonly string[]
}

/** The statements that list the trash; their plans are tested. */
export const trashQueries = {
  runs: `
    SELECT id, name, trashed_at, (SELECT coalesce(sum(bytes), 0) FROM checkpoints WHERE run = runs.id) AS bytes
    FROM runs WHERE trashed_at IS NOT NULL AND study IS NULL`,
  studies: `
    SELECT id, name, trashed_at, (SELECT count(*) FROM runs WHERE study = studies.id) AS runs,
      (SELECT coalesce(sum(bytes), 0) FROM runs CROSS JOIN checkpoints ON checkpoints.run = runs.id WHERE runs.study = studies.id) AS bytes
    FROM studies WHERE trashed_at IS NOT NULL`,
} as const

type TrashedRow = { readonly id: number; readonly name: string; readonly trashed_at: number; readonly bytes: number; readonly runs?: number }

/** What is in the trash, what was put there last first. */
export function trashReads(db: Database): () => Trashed[] {
  const runs = db.prepare<[], TrashedRow>(trashQueries.runs)
  const studies = db.prepare<[], TrashedRow>(trashQueries.studies)
  const read = (kind: 'run' | 'study', row: TrashedRow): Trashed => ({ id: idOf(kind, row.id), name: row.name, kind, trashedAt: row.trashed_at, runs: row.runs ?? 1, checkpointBytes: row.bytes })
  return () => [...studies.all().map((row) => read('study', row)), ...runs.all().map((row) => read('run', row))].sort((a, b) => b.trashedAt - a.trashedAt)
}

export interface TrashWrites {
  /** @throws LoupeError `conflict` for what trains or waits to, and for a run of a study: the study's report is made of all of its runs. */
  put(what: RunsAndStudies, now: number): void
  restore(what: RunsAndStudies): void
  /** Deletes all rows of what is in the trash. @returns How many runs, and the bytes of their checkpoints. @throws LoupeError `conflict` for what is not in the trash. */
  purge(what: RunsAndStudies): { readonly runs: number; readonly checkpointBytes: number }
  /** Removes the checkpoint files of purged runs, those of an earlier process with them. */
  removeFiles(): void
}

type Row = { readonly status: string; readonly trashed_at: number | null; readonly study?: number | null }

export function trashWrites(db: Database, paths: WorkspacePaths): TrashWrites {
  const run = db.prepare<[number], Row>('SELECT status, trashed_at, study FROM runs WHERE id = ?')
  const study = db.prepare<[number], Row>('SELECT status, trashed_at FROM studies WHERE id = ?')
  const training = db.prepare<[number], number>("SELECT id FROM runs WHERE study = ? AND status = 'running' LIMIT 1").pluck()
  const runsOf = db.prepare<[number], number>('SELECT id FROM runs WHERE study = ?').pluck()
  const markRun = db.prepare<[number | null, number]>('UPDATE runs SET trashed_at = ? WHERE id = ?')
  const markStudy = db.prepare<[number | null, number]>('UPDATE studies SET trashed_at = ? WHERE id = ?')
  const markRuns = db.prepare<[number | null, number]>('UPDATE runs SET trashed_at = ? WHERE study = ?')
  const bytesOf = db.prepare<[number], number>('SELECT coalesce(sum(bytes), 0) FROM checkpoints WHERE run = ?').pluck()
  const remember = db.prepare<[number]>('INSERT OR IGNORE INTO purged (run) VALUES (?)')
  const purged = db.prepare<[], number>('SELECT run FROM purged').pluck()
  const forget = db.prepare<[number]>('DELETE FROM purged WHERE run = ?')
  const deletesOfRun = deletes(db, 'runs')
  const deletesOfStudy = deletes(db, 'studies')

  const find = (kind: 'run' | 'study', id: string) => {
    const row = rowOf(kind, id)
    const found = (kind === 'run' ? run : study).get(row)
    if (found === undefined) throw notFound(kind, id)
    if (kind === 'run' && found.study !== null && found.study !== undefined) {
      const studyId = idOf('study', found.study)
      throw new LoupeError('conflict', `Run ${id} belongs to the study ${studyId}, whose report is made of all of its runs. Archive the run, or move the whole study.`, { runId: id, studyId })
    }
    return { row, ...found }
  }
  const trashedRow = (kind: 'run' | 'study', id: string): number => {
    const { row, trashed_at } = find(kind, id)
    if (trashed_at === null) throw new LoupeError('conflict', `${id} is not in the trash, and only what is there is deleted for good. Move it there first.`, { id })
    return row
  }
  return {
    put({ runIds, studyIds }, now) {
      for (const id of runIds) {
        const { row, status, trashed_at } = find('run', id)
        refuseTraining(id, status)
        if (trashed_at === null) markRun.run(now, row)
      }
      for (const id of studyIds) {
        const { row, status, trashed_at } = find('study', id)
        refuseTraining(id, training.get(row) === undefined ? status : 'running')
        if (trashed_at !== null) continue
        markStudy.run(now, row)
        markRuns.run(now, row)
      }
    },
    restore({ runIds, studyIds }) {
      for (const id of runIds) markRun.run(null, find('run', id).row)
      for (const id of studyIds) {
        const { row } = find('study', id)
        markStudy.run(null, row)
        markRuns.run(null, row)
      }
    },
    purge({ runIds, studyIds }) {
      const studies = studyIds.map((id) => trashedRow('study', id))
      const runs = [...runIds.map((id) => trashedRow('run', id)), ...studies.flatMap((row) => runsOf.all(row))]
      const checkpointBytes = runs.reduce((bytes, row) => bytes + (bytesOf.get(row) ?? 0), 0)
      for (const row of runs) {
        for (const statement of deletesOfRun) statement.run(row)
        remember.run(row)
      }
      for (const row of studies) for (const statement of deletesOfStudy) statement.run(row)
      return { runs: runs.length, checkpointBytes }
    },
    removeFiles() {
      for (const row of purged.all()) {
        const folder = join(paths.checkpoints, idOf('run', row))
        if (existsSync(folder)) rmSync(folder, { recursive: true, force: true })
        forget.run(row)
      }
    },
  }
}

/** Deletes the rows of every table that names a row of one, and the row itself. */
function deletes(db: Database, table: 'runs' | 'studies') {
  return deletionsOf(db, table).map((sql) => db.prepare<[number]>(sql))
}

export function deletionsOf(db: Database, table: 'runs' | 'studies'): readonly string[] {
  const naming = db
    .prepare<[string], { name: string; column: string }>(`SELECT m.name, f."from" AS "column" FROM sqlite_master AS m CROSS JOIN pragma_foreign_key_list(m.name) AS f WHERE m.type = 'table' AND f."table" = ? AND m.name <> 'runs' ORDER BY m.name`)
    .all(table)
  return [...naming.map(({ name, column }) => `DELETE FROM ${name} WHERE ${column} = ?`), `DELETE FROM ${table} WHERE id = ?`]
}

function refuseTraining(id: string, status: string): void {
  if (status !== 'running' && status !== 'queued') return
  throw new LoupeError('conflict', `${id} is ${status}: what trains or waits to train cannot be moved to the trash. Stop it first.`, { id, status })
}
