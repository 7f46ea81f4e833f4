import { existsSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import type { KeepChange, StayReason } from '../contract/checkpoint-browser.ts'
import { status } from '../contract/records.ts'
import type { Status } from '../contract/records.ts'
import { protectionOf } from './checkpoint-protection.ts'
import type { PruneOptions } from './checkpoint-protection.ts'
import { startReads } from './checkpoint-search.ts'
import { idOf, notFound, rowOf } from './ids.ts'
import type { WorkspacePaths } from './workspace.ts'

/** A checkpoint whose row is gone. */
export interface PrunedCheckpoint {
  readonly id: string
  readonly runId: string
  readonly step: number
  readonly bytes: number
}

export interface PrunedCheckpoints {
  /** By run, then by step. */
  readonly gone: readonly PrunedCheckpoint[]
  readonly left: readonly { readonly checkpointId: string; readonly reason: StayReason }[]
}

export interface CheckpointChanges {
  /** @returns What they were before, in the same order. @throws LoupeError `not-found` */
  setKept(changes: readonly KeepChange[]): KeepChange[]
  /** Deletes rows of those that nothing protects now, and remembers their files. Ids of checkpoints that are gone already are passed over. */
  prune(ids: readonly string[], options: PruneOptions): PrunedCheckpoints
  /** Removes the files of pruned checkpoints, those of an earlier process with them. @returns Those that the disk did not let go of. */
  removeFiles(): string[]
}

const runFacts = 'SELECT r.status, s.status, (SELECT max(step) FROM checkpoints WHERE run = r.id) FROM runs AS r LEFT JOIN studies AS s ON s.id = r.study WHERE r.id = ?'

export function checkpointChanges(db: Database, paths: WorkspacePaths): CheckpointChanges {
  const kept = db.prepare<[number], { kept: number; label: string }>('SELECT kept, label FROM checkpoints WHERE id = ?')
  const keep = db.prepare<[number, string, number]>('UPDATE checkpoints SET kept = ?, label = ? WHERE id = ?')
  const one = db.prepare<[number], { id: number; run: number; step: number; bytes: number; file: string; kept: number }>('SELECT id, run, step, bytes, file, kept FROM checkpoints WHERE id = ?')
  const run = db.prepare<[number], [string, string | null, number]>(runFacts).raw()
  const starts = startReads(db)
  const remove = db.prepare<[number]>('DELETE FROM checkpoints WHERE id = ?')
  const remember = db.prepare<[number, string]>('INSERT OR IGNORE INTO pruned_files (run, file) VALUES (?, ?)')
  const remembered = db.prepare<[], { run: number; file: string }>('SELECT run, file FROM pruned_files')
  const forget = db.prepare<[number, string]>('DELETE FROM pruned_files WHERE run = ? AND file = ?')
  const named = db.prepare<[number, string], number>('SELECT 1 FROM checkpoints WHERE run = ? AND file = ?').pluck()

  return {
    setKept: (changes) =>
      changes.map(({ checkpointId, isKept, label }): KeepChange => {
        const id = rowOf('checkpoint', checkpointId)
        const before = kept.get(id)
        if (before === undefined) throw notFound('checkpoint', checkpointId)
        keep.run(Number(isKept), isKept ? (label ?? before.label) : '', id)
        return { checkpointId: idOf('checkpoint', id), isKept: before.kept === 1, label: before.label }
      }),
    prune(ids, options) {
      const isStart = starts()
      // As it was before any of them: taking the newest away does not make the one before it the newest.
      const facts = new Map<number, { readonly runStatus: Status; readonly studyStatus: Status | null; readonly newestStep: number }>()
      const factsOf = (row: number) => {
        const known = facts.get(row)
        if (known !== undefined) return known
        const [runStatus, studyStatus, newestStep] = run.get(row)! // the checkpoint's own run: a foreign key
        const read = { runStatus: status.parse(runStatus), studyStatus: studyStatus === null ? null : status.parse(studyStatus), newestStep }
        facts.set(row, read)
        return read
      }
      const found = [...new Set(ids.map((id) => rowOf('checkpoint', id)))].flatMap((id) => one.get(id) ?? [])
      const judged = found.map((checkpoint) => {
        const { runStatus, studyStatus, newestStep } = factsOf(checkpoint.run)
        return { checkpoint, reason: protectionOf({ runStatus, studyStatus, isNewest: checkpoint.step === newestStep, isStart: isStart.has(checkpoint.run), isKept: checkpoint.kept === 1 }, options) }
      })
      const gone = judged.filter(({ reason }) => reason === null).map(({ checkpoint }) => checkpoint)
      for (const { id, run: ofRun, file } of gone) {
        remove.run(id)
        remember.run(ofRun, file)
      }
      return {
        gone: gone.toSorted((a, b) => a.run - b.run || a.step - b.step).map(({ id, run: ofRun, step, bytes }) => ({ id: idOf('checkpoint', id), runId: idOf('run', ofRun), step, bytes })),
        left: judged.flatMap(({ checkpoint, reason }) => (reason === null ? [] : [{ checkpointId: idOf('checkpoint', checkpoint.id), reason }])),
      }
    },
    removeFiles() {
      const left: string[] = []
      const folders = new Set<string>()
      for (const { run: ofRun, file } of remembered.all()) {
        const folder = join(paths.checkpoints, idOf('run', ofRun))
        const path = join(folder, file)
        try {
          // The run may have saved the same bytes at the same step since: that is another checkpoint's file now.
          if (named.get(ofRun, file) === undefined) rmSync(path, { force: true })
          forget.run(ofRun, file)
          folders.add(folder)
        } catch {
          left.push(path)
        }
      }
      for (const folder of folders) removeIfEmpty(folder)
      return left
    },
  }
}

function removeIfEmpty(folder: string): void {
  try {
    if (existsSync(folder)) rmdirSync(folder)
  } catch {
    // It holds other files, and stays.
  }
}
