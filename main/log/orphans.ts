import type { Database } from 'better-sqlite3'
import { status } from '../contract/records.ts'
import { z } from '../contract/zod.ts'
import { idOf } from './ids.ts'
import type { NewEvent } from './log.ts'

const orphan = z.object({ id: z.int(), study: z.int().nullable(), status })

/**
 * Marks what a dead process left behind: all that was running.
 *
 * What has a place in the queue waits on, and so do queued runs of a study: the study asks for them again when it goes on. What an older
 * version had queued has no place, and is marked, too. Configurations are not read, so that one
 * that this code cannot read keeps nobody from opening the workspace.
 *
 * @returns A function, to be called inside a transaction, that gives the ids of what it marked.
 */
export function orphanSweep(db: Database, log: (event: NewEvent) => void): () => string[] {
  const studies = db.prepare("SELECT id, NULL AS study, status FROM studies WHERE status = 'running' OR (status = 'queued' AND id NOT IN (SELECT study FROM queue WHERE study IS NOT NULL)) ORDER BY id")
  const runs = db.prepare("SELECT id, study, status FROM runs WHERE status = 'running' OR (status = 'queued' AND study IS NULL AND id NOT IN (SELECT run FROM queue WHERE run IS NOT NULL)) ORDER BY id")
  const markStudy = db.prepare<[number]>("UPDATE studies SET status = 'interrupted' WHERE id = ?")
  const markRun = db.prepare<[number]>("UPDATE runs SET status = 'interrupted' WHERE id = ?")

  const sweepRun = (found: unknown): string => {
    const row = orphan.parse(found)
    const id = idOf('run', row.id)
    markRun.run(row.id)
    log({
      studyId: row.study === null ? null : idOf('study', row.study),
      runId: id,
      level: 'warning',
      kind: 'run.interrupted',
      message: `${id} was ${row.status} when its process ended. Resume it to go on from its last checkpoint.`,
      facts: { was: row.status },
    })
    return id
  }
  const sweepStudy = (found: unknown): string => {
    const row = orphan.parse(found)
    const id = idOf('study', row.id)
    markStudy.run(row.id)
    log({
      studyId: id,
      runId: null,
      level: 'warning',
      kind: 'study.interrupted',
      message: `${id} was ${row.status} when its process ended. Resume it to go on: finished runs are kept.`,
      facts: { was: row.status },
    })
    return id
  }
  return () => [...runs.all().map(sweepRun), ...studies.all().map(sweepStudy)]
}
