import type { Database } from 'better-sqlite3'
import { LoupeError } from '../contract/errors.ts'
import { annotationWrites } from './annotations.ts'
import { removeOtherFiles, sha256, writeCheckpointFile } from './checkpoint-files.ts'
import { checkpointChanges } from './checkpoint-changes.ts'
import type { PrunedCheckpoint } from './checkpoint-changes.ts'
import { checkpointReads, checkpointWrites } from './checkpoints.ts'
import { datasetWrites } from './datasets.ts'
import { DiskSync } from './disk-sync.ts'
import { eventWrites } from './events.ts'
import { gradientRow, gradientWrites } from './gradients.ts'
import { importedWrites, importEvent } from './imported-runs.ts'
import { runRecordWrites } from './run-records.ts'
import type { Lease } from './lease.ts'
import { heartbeatMs } from './lease.ts'
import type { LogReader, LogWriter, NewEvent } from './log.ts'
import { extremeWrites } from './metric-extremes.ts'
import { metricWrites } from './metric-writes.ts'
import { orphanSweep } from './orphans.ts'
import { reportWrites } from './reports.ts'
import { queueWrites } from './queue.ts'
import { RowQueue } from './row-queue.ts'
import type { QueuedRows, Reach } from './row-queue.ts'
import { runReads, runWrites } from './runs.ts'
import { translateSqliteError } from './sqlite-errors.ts'
import { studyWrites } from './studies.ts'
import { trashWrites } from './trash.ts'
import { systemSampleWrites } from './system-samples.ts'
import { viewWrites } from './views.ts'
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
  const extremes = extremeWrites(db)
  const gradients = gradientWrites(db)
  const records = runRecordWrites(db)
  const event = eventWrites(db)
  const stored = checkpointReads(db)
  const checkpoints = checkpointWrites(db)
  const changes = checkpointChanges(db, paths)
  const annotate = annotationWrites(db)
  const imports = importedWrites(db)
  const views = viewWrites(db)
  const samples = systemSampleWrites(db)
  const reports = reportWrites(db)
  const datasets = datasetWrites(db)
  const trash = trashWrites(db, paths)
  const places = queueWrites(db)
  const sweep = orphanSweep(db, (entry) => event(entry, now()))

  const insertRows = ({ metrics: rows, gradients: histograms, droppedRows }: QueuedRows): void => {
    metrics.insert(rows)
    extremes.follow(rows)
    for (const { run, row } of histograms) gradients.insert(run, row)
    if (droppedRows > 0) event(dropped(droppedRows), now())
  }
  const disk = new DiskSync(`${paths.database}-wal`)
  let reached: Reach = 'on-disk' // as `openToWrite` leaves it
  const transact = (work: () => void, reach: Reach): void => {
    if (reach !== reached) db.pragma(`synchronous = ${reach === 'on-disk' ? 'FULL' : 'NORMAL'}`)
    reached = reach
    try {
      db.transaction(() => {
        lease.check()
        work()
      }).immediate()
    } catch (error) {
      metrics.rollBack()
      gradients.rollBack()
      throw translateSqliteError(error, paths)
    }
    if (reach === 'written') disk.written()
    else disk.settle() // a transaction that changed nothing has synced nothing of what was written before it
  }
  const queue = new RowQueue((queued, reach) => transact(() => insertRows(queued), reach), metrics.last)
  /** One transaction, with what was queued before it first: a record never runs ahead of its metrics. */
  const write = <T>(work: () => T, reach: Reach = 'on-disk'): T => {
    const queued = queue.waiting
    let result: { readonly value: T } | undefined
    try {
      transact(() => {
        insertRows(queued)
        result = { value: work() }
      }, reach)
    } catch (error) {
      // Any other refusal is about this record, and no reason to hold a run.
      if (error instanceof LoupeError && error.code === 'disk-full') queue.failed(error)
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
    stepTotal: current(reader.stepTotal),
    gradientSteps: current(reader.gradientSteps),
    gradientRecords: current(reader.gradientRecords),
    gradientCourse: current(reader.gradientCourse),
    records: reader.records,

    createStudy: (config) =>
      reader.study(
        write(() => {
          const id = studies.insert(config, now())
          places.follow('study', id, { before: null, now: 'queued', at: now() })
          return id
        }),
      ),
    updateStudy(id, patch) {
      write(() => {
        const before = reader.study(id)
        studies.update(before, patch)
        places.follow('study', id, { before: before.status, now: patch.status ?? before.status, at: now() })
      })
      return reader.study(id)
    },
    createRun(run) {
      if (run.studyId !== null) reader.study(run.studyId)
      return reader.run(
        write(() => {
          const id = runs.insert(run, now())
          if (run.studyId === null) places.follow('run', id, { before: null, now: 'queued', at: now() })
          return id
        }),
      )
    },
    updateRun(id, patch) {
      write(() => {
        const before = reader.run(id)
        runs.update(before, patch)
        if (before.studyId === null) places.follow('run', id, { before: before.status, now: patch.status ?? before.status, at: now() })
      })
      return reader.run(id)
    },
    updateCounts(id, counts) {
      write(() => runs.update(reader.run(id), counts), 'written')
    },
    appendMetrics: (runId, rows) => queue.append(runRow(runId), rows),
    appendBlock: (runId, block) => queue.appendBlock(runRow(runId), block),
    appendGradients: (runId, records) => queue.appendGradients(runRow(runId), records.map(gradientRow)),
    appendRecord(runId, kind, record) {
      const run = runRow(runId)
      write(() => records.insert(run, kind, record))
    },
    dropMetricsAfter(runId, step) {
      const run = runRow(runId)
      queue.removeAfter(run, step)
      write(() => {
        metrics.dropAfter(run, step)
        extremes.recompute(run)
        gradients.dropAfter(run, step)
        records.dropAfter(run, step)
      })
    },
    changeQueue: (changes) => write(() => places.change(changes)),
    configureQueue: (settings) => write(() => places.configure(settings)),
    search: current(reader.search),
    annotate: (kind, changes) => write(() => annotate(kind, changes)),
    importRun: (run, tags) =>
      write(() => {
        const done = imports(run, now())
        if (tags.length > 0) annotate('run', [{ id: done.runId, addTags: [...tags] }])
        if (done.outcome !== 'unchanged') event(importEvent(run, done), now())
        return done
      }),
    saveView: (name, view) => write(() => views.save(name, view)),
    deleteView: (name) => write(() => views.delete(name)),
    keepDataset: (config) => write(() => datasets.keep(config, now())),
    forgetDataset: (config) => write(() => datasets.forget(config)),
    putInTrash: (what) => write(() => trash.put(what, now())),
    restoreFromTrash: (what) => write(() => trash.restore(what)),
    purge(what) {
      // Every row that names a purged run goes with it; checking that anew for each row would read whole tables.
      db.pragma('foreign_keys = OFF')
      try {
        const purged = write(() => trash.purge(what))
        write(() => trash.removeFiles())
        return purged
      } finally {
        db.pragma('foreign_keys = ON')
      }
    },
    saveReport: (draft) => reader.report(write(() => reports.save(draft, now()))),
    keepPin(reportId, pin) {
      const id = write(() => reports.keepPin(reportId, pin, now()))
      return reader.pins(reportId).find((kept) => kept.id === id)! // it is there: it was written just now
    },
    copyReport: (draft) => write(() => reports.copy(draft, now())),
    putReportInTrash: (reportId) => write(() => reports.mark(reportId, now())),
    restoreReport: (reportId) => write(() => reports.mark(reportId, null)),
    purgeReport: (reportId) => write(() => reports.purge(reportId)),
    appendEvent: (entry) => write(() => event(entry, now())),
    appendSystemSample: (sample) => write(() => samples(sample), 'written'),
    saveCheckpoint(runId, { step, examples, bytes, keep }) {
      if (keep !== 'this' && (!Number.isSafeInteger(keep) || keep < 1)) throw new LoupeError('invalid-input', `A run keeps at least 1 checkpoint, got ${keep}.`, { keep })
      reader.run(runId)
      const hash = sha256(bytes)
      const file = writeCheckpointFile({ paths, runId, step, bytes, hash })
      const id = write(() => {
        const inserted = checkpoints.insert({ runId, step, examples, bytes: bytes.length, sha256: hash, file, createdAt: now(), isKept: keep === 'this' })
        if (keep !== 'this') checkpoints.prune(runId, keep)
        return inserted
      })
      removeOtherFiles(paths, runId, stored.of(runId))
      return stored.get(id).record
    },
    keepCheckpoints: (wanted) => write(() => changes.setKept(wanted)),
    pruneCheckpoints(ids, options) {
      const pruned = write(() => {
        const { gone, left } = changes.prune(ids, options)
        for (const entry of prunedEvents(gone, (runId) => reader.run(runId).studyId)) event(entry, now())
        return { gone, left }
      })
      return { ...pruned, filesLeft: write(() => changes.removeFiles()) }
    },
    searchCheckpoints: current(reader.searchCheckpoints),
    checkpointRows: current(reader.checkpointRows),
    nearestEvaluation: current(reader.nearestEvaluation),
    publish: () => queue.flush('written'),
    flush() {
      queue.flush('on-disk')
      disk.settle()
    },
    get health() {
      return queue.health
    },
    sweepOrphans() {
      try {
        write(() => {
          trash.removeFiles()
          changes.removeFiles()
        })
      } catch {
        // Files that cannot be removed now stay named in the log, and are removed at a later start: no reason to keep it closed.
      }
      return write(sweep)
    },
    close() {
      if (!db.open) return
      clearInterval(beat)
      queue.tryFlush()
      queue.close()
      disk.close()
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

/** One event for each run. */
function prunedEvents(gone: readonly PrunedCheckpoint[], studyOf: (runId: string) => string | null): NewEvent[] {
  return [...Map.groupBy(gone, ({ runId }) => runId)].map(([runId, ofRun]) => {
    const [bytes, steps] = [ofRun.reduce((sum, one) => sum + one.bytes, 0), ofRun.map(({ step }) => step)]
    return { studyId: studyOf(runId), runId, level: 'info', kind: 'checkpoints.pruned', message: `Deleted by the user: ${ofRun.length} ${ofRun.length === 1 ? 'checkpoint' : 'checkpoints'}, of ${ofRun.length === 1 ? 'step' : 'steps'} ${steps.join(', ')}.`, facts: { checkpoints: ofRun.length, bytes, steps } }
  })
}

function dropped(droppedRows: number): NewEvent {
  return {
    studyId: null,
    runId: null,
    level: 'warning',
    kind: 'metrics.dropped',
    message: `${droppedRows} rows found no place in memory while the log could not write, and are missing from its curves and histograms.`,
    facts: { droppedRows },
  }
}
