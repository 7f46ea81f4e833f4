import type { Database } from 'better-sqlite3'
import type { CheckpointRecord } from '../contract/records.ts'
import { z } from '../contract/zod.ts'
import { idOf, notFound, rowOf } from './ids.ts'

const checkpointRow = z.object({
  id: z.int(),
  run: z.int(),
  step: z.int(),
  examples: z.int(),
  bytes: z.int(),
  sha256: z.string(),
  file: z.string(),
  created_at: z.int(),
  kept: z.int(),
})
const columns = Object.keys(checkpointRow.shape).join(', ')

/** A checkpoint and its file's name within the run's folder. */
export interface StoredCheckpoint {
  readonly record: CheckpointRecord
  readonly file: string
}

export interface CheckpointReads {
  /** Oldest step first. */
  of(runId: string): StoredCheckpoint[]
  get(id: string): StoredCheckpoint
}

export function checkpointReads(db: Database): CheckpointReads {
  const ofRun = db.prepare(`SELECT ${columns} FROM checkpoints WHERE run = ? ORDER BY step`)
  const one = db.prepare(`SELECT ${columns} FROM checkpoints WHERE id = ?`)
  return {
    of(runId) {
      return ofRun.all(rowOf('run', runId)).map(read)
    },
    get(id) {
      const found = one.get(rowOf('checkpoint', id))
      if (found === undefined) throw notFound('checkpoint', id)
      return read(found)
    },
  }
}

export interface CheckpointWrites {
  /** Takes the place of a checkpoint at the same step, and is kept and labelled where that one was. Returns its id. */
  insert(checkpoint: Omit<CheckpointRecord, 'id'> & { readonly file: string }): string
  /** Forgets all but the newest of a run and those that are kept. */
  prune(runId: string, keep: number): void
}

export function checkpointWrites(db: Database): CheckpointWrites {
  const insert = db.prepare(
    `INSERT OR REPLACE INTO checkpoints (run, step, examples, bytes, sha256, file, created_at, kept, label)
     VALUES (?, ?, ?, ?, ?, ?, ?, max(?, coalesce((SELECT kept FROM checkpoints WHERE run = ? AND step = ?), 0)), coalesce((SELECT label FROM checkpoints WHERE run = ? AND step = ?), ''))`,
  )
  const prune = db.prepare(
    `DELETE FROM checkpoints WHERE run = ? AND kept = 0 AND id NOT IN (SELECT id FROM checkpoints WHERE run = ? AND kept = 0 ORDER BY id DESC LIMIT ?)`,
  )
  return {
    insert({ runId, step, examples, bytes, sha256, file, createdAt, isKept }) {
      const run = rowOf('run', runId)
      return idOf('checkpoint', Number(insert.run(run, step, examples, bytes, sha256, file, createdAt, Number(isKept), run, step, run, step).lastInsertRowid))
    },
    prune(runId, keep) {
      const run = rowOf('run', runId)
      prune.run(run, run, keep)
    },
  }
}

function read(found: unknown): StoredCheckpoint {
  const row = checkpointRow.parse(found)
  return {
    file: row.file,
    record: {
      id: idOf('checkpoint', row.id),
      runId: idOf('run', row.run),
      step: row.step,
      examples: row.examples,
      bytes: row.bytes,
      sha256: row.sha256,
      createdAt: row.created_at,
      isKept: row.kept === 1,
    },
  }
}
