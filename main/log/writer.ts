import type { Database } from 'better-sqlite3'
import { LoupeError } from '../contract/errors.ts'
import type { Status } from '../contract/records.ts'
import { removeOtherFiles, sha256, writeCheckpointFile } from './checkpoint-files.ts'
import { checkpointReads, checkpointWrites } from './checkpoints.ts'
import { eventWrites } from './events.ts'
import type { Lease } from './lease.ts'
import { heartbeatMs } from './lease.ts'
import type { LogReader, LogWriter } from './log.ts'
import { MetricQueue } from './metric-queue.ts'
import type { QueuedRows } from './metric-queue.ts'
import { metricWrites } from './metrics.ts'
import { orphans } from './orphans.ts'
import { runReads, runWrites } from './runs.ts'
import { translateSqliteError, translated } from './sqlite-errors.ts'
import { studyWrites } from './studies.ts'
import type { WorkspacePaths } from './workspace.ts'

export interface WriterOptions {
  readonly db: Database
  readonly paths: WorkspacePaths
  readonly reader: LogReader
  readonly lease: Lease
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** The writing half of the log, over an open database and a lease that is held. */
export function createWriter({ db, paths, reader, lease, now }: WriterOptions): LogWriter {
  const studies = studyWrites(db)
  const runs = runWrites(db)
  const runRows = runReads(db)
  const metrics = metricWrites(db)
  const event = eventWrites(db)
  const stored = checkpointReads(db)
  const checkpoints = checkpointWrites(db)
  const findOrphans = orphans(db)

  const insertRows = ({ runs: owners, rows }: QueuedRows): void => {
    for (const [index, row] of rows.entries()) metrics.insert(owners[index] ?? 0, row)
  }
  const transact = (work: () => void): void => {
    try {
      db.transaction(() => {
        lease.check()
        work()
      }).immediate()
    } catch (error) {
      metrics.rollBack()
      throw translateSqliteError(error, paths)
    }
  }
  const queue = new MetricQueue({
    commit: (rows) => transact(() => insertRows(rows)),
    onRecovered: (dropped) => {
      const message = dropped === 0 ? 'The log takes rows again; none was lost.' : `The log takes rows again. ${dropped} metric rows found no place in memory while it did not, and are missing.`
      writer.appendEvent({ studyId: null, runId: null, level: dropped === 0 ? 'info' : 'warning', kind: 'log.recovered', message, facts: { droppedRows: dropped } })
    },
  })
  /** One transaction, with what was queued before it first: a record never runs ahead of its metrics. */
  const write = <T>(work: () => T): T => {
    const rows = queue.waiting
    let result: { readonly value: T } | undefined
    try {
      transact(() => {
        insertRows(rows)
        result = { value: work() }
      })
    } catch (error) {
      if (isRefusalOfTheDisk(error)) queue.failed(error)
      throw error
    }
    queue.committed()
    if (result === undefined) throw new LoupeError('internal', 'A transaction of the log ended without a result.')
    return result.value
  }

  const beat = setInterval(() => {
    try {
      lease.beat(now())
    } catch {
      // A disk that takes nothing shows in `health` at the next commit; the heartbeat has another chance in 5 s.
    }
  }, heartbeatMs).unref()

  const current = <A extends unknown[], R>(call: (...parameters: A) => R) => {
    return (...parameters: A): R => {
      queue.tryFlush()
      return call(...parameters)
    }
  }

  const writer: LogWriter = {
    ...reader,
    metricKeys: current(reader.metricKeys),
    series: current(reader.series),
    evaluations: current(reader.evaluations),
    sum: current(reader.sum),

    createStudy: (config) => reader.study(write(() => studies.insert(config, now()))),
    updateStudy(id, patch) {
      write(() => studies.update(reader.study(id), patch))
      return reader.study(id)
    },
    createRun(run) {
      if (run.studyId !== null) reader.study(run.studyId)
      return reader.run(write(() => runs.insert(run, now())))
    },
    updateRun(id, patch) {
      write(() => runs.update(reader.run(id), patch))
      return reader.run(id)
    },
    appendMetrics: (runId, rows) => queue.append(runRow(runId), rows),
    dropMetricsAfter(runId, step) {
      const run = runRow(runId)
      queue.remove((owner, row) => owner === run && row.step > step)
      write(() => metrics.dropAfter(run, step))
    },
    appendEvent: (entry) => write(() => event(entry, now())),
    saveCheckpoint(runId, { step, examples, bytes, keep }) {
      if (!Number.isSafeInteger(keep) || keep < 1) throw new LoupeError('invalid-input', `A run keeps at least 1 checkpoint, got ${keep}.`, { keep })
      reader.run(runId)
      const hash = sha256(bytes)
      const file = writeCheckpointFile({ paths, runId, step, bytes, hash })
      const id = write(() => {
        const inserted = checkpoints.insert({ runId, step, examples, bytes: bytes.length, sha256: hash, file, createdAt: now() })
        checkpoints.prune(runId, keep)
        return inserted
      })
      removeOtherFiles(paths, runId, stored.of(runId))
      return stored.get(id).record
    },
    flush: () => queue.flush(),
    get health() {
      return queue.health
    },
    sweepOrphans: translated(paths, () =>
      write(() => {
        const status: Status = 'interrupted'
        const found = findOrphans()
        for (const run of found.runs) {
          runs.update(reader.run(run.id), { status })
          event({ studyId: run.studyId, runId: run.id, level: 'warning', kind: 'run.interrupted', message: `${run.id} was ${run.status} when its process ended. Resume it to go on from its last checkpoint.`, facts: { was: run.status } }, now())
        }
        for (const study of found.studies) {
          studies.update(reader.study(study.id), { status })
          event({ studyId: study.id, runId: null, level: 'warning', kind: 'study.interrupted', message: `${study.id} was ${study.status} when its process ended. Resume it to go on: finished runs are kept.`, facts: { was: study.status } }, now())
        }
        return [...found.studies, ...found.runs].map(({ id }) => id)
      }),
    ),
    close() {
      if (!db.open) return
      clearInterval(beat)
      queue.tryFlush()
      queue.close()
      try {
        lease.release()
        db.pragma('optimize')
        db.pragma('wal_checkpoint(TRUNCATE)')
      } catch {
        // A full disk must not keep the process from ending: what is committed is in the write-ahead log, and the next writer takes the lease over.
      }
      db.close()
    },
  }

  const known = new Map<string, number>()
  function runRow(runId: string): number {
    const row = known.get(runId) ?? runRows.rowOf(runId)
    known.set(runId, row)
    return row
  }
  return writer
}

function isRefusalOfTheDisk(error: unknown): boolean {
  return error instanceof LoupeError && (error.code === 'disk-full' || error.code === 'conflict')
}
