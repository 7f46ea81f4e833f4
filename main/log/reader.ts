import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import { annotationReads } from './annotations.ts'
import { readCheckpointFile, verifyCheckpointFile } from './checkpoint-files.ts'
import { checkpointSearches } from './checkpoint-search.ts'
import { checkpointReads } from './checkpoints.ts'
import { datasetReads } from './datasets.ts'
import { comparedRunReads } from './compared-runs.ts'
import { eventReads } from './events.ts'
import { gradientReads } from './gradients.ts'
import { importedReads } from './imported-runs.ts'
import { queueReads } from './queue.ts'
import { runRecordReads } from './run-records.ts'
import type { LogReader } from './log.ts'
import { metricReads } from './metrics.ts'
import { reportReads } from './reports.ts'
import { runSearch } from './run-search.ts'
import { runValues } from './run-values.ts'
import { runReads } from './runs.ts'
import { seriesReads } from './series.ts'
import { translated } from './sqlite-errors.ts'
import { studyReads } from './studies.ts'
import { trashReads } from './trash.ts'
import { systemSampleReads } from './system-samples.ts'
import { viewReads } from './views.ts'
import type { WorkspacePaths } from './workspace.ts'

/** The reading half of the log, over an open database. Prepares every statement at once, so a schema that does not fit shows at the door. */
export function createReader(db: Database, paths: WorkspacePaths): LogReader {
  const studies = studyReads(db)
  const runs = runReads(db)
  const metrics = metricReads(db)
  const series = seriesReads(db)
  const gradients = gradientReads(db)
  const records = runRecordReads(db)
  const events = eventReads(db)
  const checkpoints = checkpointReads(db)
  const ofAll = checkpointSearches(db)
  const annotations = annotationReads(db)
  const reports = reportReads(db)
  const compared = comparedRunReads(db)
  const imported = importedReads(db)
  const queue = queueReads(db)
  const values = runValues(db)
  const guard = <A extends unknown[], R>(call: (...parameters: A) => R): ((...parameters: A) => R) => translated(paths, call)
  return {
    studies: guard((page) => studies.list(page)),
    study: guard((id) => studies.get(id)),
    runs: guard((filter) => runs.list(filter)),
    runsOf: guard((studyId) => runs.ofStudy(studyId)),
    run: guard((id) => runs.get(id)),
    importedRun: guard((id) => imported.get(id)),
    importedRuns: guard((limit) => imported.newest(limit)),
    importedNames: guard(() => imported.names()),
    runSource: guard((id) => imported.source(runs.rowOf(id))),
    knownImport: guard((tool, source) => imported.known(tool, source)),
    search: guard(runSearch(db)),
    values: guard(values.of),
    extremesOf: guard(values.extremes),
    annotation: guard((kind, id) => annotations.of(kind, id)),
    tags: guard(() => annotations.tags()),
    views: guard(viewReads(db)),
    datasets: guard(datasetReads(db)),
    trash: guard(trashReads(db)),
    reports: guard((isTrashed) => reports.list(isTrashed)),
    report: guard((id) => reports.get(id)),
    pins: guard((reportId) => reports.pins(reportId)),
    queue: guard(() => queue.entries()),
    queueSettings: guard(() => queue.settings()),
    ended: guard((limit) => queue.ended(limit)),
    metricKeys: guard((runId) => metrics.keys(runs.rowOf(runId))),
    series: guard(({ runIds, keys, maxPoints, from, to }) => {
      return runIds.flatMap((runId) => {
        const run = runs.rowOf(runId)
        return keys.map((key) => ({ runId, key, ...series(run, key, { maxPoints, from, to }) }))
      })
    }),
    place: guard((runId) => compared.place(runId)),
    trainExamples: guard((runId) => compared.trainExamples(runId)),
    metricsOf: guard((runIds) => compared.metricsOf(runIds)),
    alike: guard((runIds) => compared.alike(runIds)),
    evaluations: guard((runId) => metrics.evaluations(runs.rowOf(runId))),
    sum: guard((runId, key, toStep) => metrics.sum(runs.rowOf(runId), key, toStep)),
    stepTotal: guard((runId, key) => metrics.total(runs.rowOf(runId), key)),
    logged: guard((runId, key) => metrics.logged(runs.rowOf(runId), key)),
    gradientSteps: guard((runId) => gradients.logged(runs.rowOf(runId))),
    gradientRecords: guard(({ runId, ...query }) => gradients.records(runs.rowOf(runId), query)),
    gradientCourse: guard((runId, worker) => gradients.course(runs.rowOf(runId), worker)),
    records: (runId, kind) => guard(() => records.ofKind(runs.rowOf(runId), kind))(),
    events: guard((filter) => events.list(filter)),
    studyEvents: guard((studyId, kind) => events.ofKind(studyId, kind)),
    systemSamples: guard(systemSampleReads(db)),
    checkpoints: guard((runId) => checkpoints.of(runId).map(({ record }) => record)),
    checkpointBytes: guard((id) => readCheckpointFile(paths, checkpoints.get(id))),
    searchCheckpoints: guard(ofAll.search),
    checkpointRows: guard(ofAll.rows),
    prunableCheckpoints: guard(ofAll.prunable),
    nearestEvaluation: guard(ofAll.nearest),
    checkpointTotals: guard(ofAll.totals),
    checkpointPath: guard((id) => {
      const { record, file } = checkpoints.get(id)
      return join(paths.checkpoints, record.runId, file)
    }),
    verifyCheckpoint: async (id) => await verifyCheckpointFile(paths, guard(checkpoints.get)(id)),
    bytes() {
      const files = [paths.database, `${paths.database}-wal`]
      return files.reduce((bytes, file) => bytes + (existsSync(file) ? statSync(file).size : 0), 0)
    },
    close() {
      db.close()
    },
  }
}
