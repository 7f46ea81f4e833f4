import type { Database } from 'better-sqlite3'
import { status } from '../contract/records.ts'
import type { Status } from '../contract/records.ts'
import { z } from '../contract/zod.ts'
import { idOf } from './ids.ts'

export interface Orphans {
  readonly studies: readonly { readonly id: string; readonly status: Status }[]
  readonly runs: readonly { readonly id: string; readonly studyId: string | null; readonly status: Status }[]
}

const orphan = z.object({ id: z.int(), study: z.int().nullable(), status })

/**
 * What a dead process left behind: all that was running, and what waited in its queue.
 * Queued runs of a study stay queued: the study asks for them again when it resumes.
 */
export function orphans(db: Database): () => Orphans {
  const studies = db.prepare("SELECT id, NULL AS study, status FROM studies WHERE status IN ('running', 'queued') ORDER BY id")
  const runs = db.prepare("SELECT id, study, status FROM runs WHERE status = 'running' OR (status = 'queued' AND study IS NULL) ORDER BY id")
  return () => ({
    studies: studies.all().map((found) => orphan.parse(found)).map((row) => ({ id: idOf('study', row.id), status: row.status })),
    runs: runs
      .all()
      .map((found) => orphan.parse(found))
      .map((row) => ({ id: idOf('run', row.id), studyId: row.study === null ? null : idOf('study', row.study), status: row.status })),
  })
}
