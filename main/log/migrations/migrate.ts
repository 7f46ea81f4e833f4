import type { Database } from 'better-sqlite3'
import { lease } from './0001-lease.ts'
import { studiesAndRuns } from './0002-studies-and-runs.ts'
import { metricsTable } from './0003-metrics.ts'
import { eventsAndCheckpoints } from './0004-events-and-checkpoints.ts'
import { gradients } from './0005-gradients.ts'
import { runRecords } from './0006-run-records.ts'
import { keptCheckpoints } from './0007-kept-checkpoints.ts'
import { metricBlocks } from './0008-metric-blocks.ts'
import { annotations } from './0009-annotations.ts'
import { systemSamples } from './0010-system-samples.ts'
import { queue } from './0011-queue.ts'
import { importedRuns } from './0012-imported-runs.ts'
import { reports } from './0013-reports.ts'
import { checkpointLabels } from './0014-checkpoint-labels.ts'
import { keptDatasets } from './0015-kept-datasets.ts'
import type { Migration } from './migration.ts'

/** Every migration, in order. */
export const migrations: readonly Migration[] = [lease, studiesAndRuns, metricsTable, eventsAndCheckpoints, gradients, runRecords, keptCheckpoints, metricBlocks, annotations, systemSamples, queue, importedRuns, reports, checkpointLabels, keptDatasets]

/** The schema that this code reads and writes. */
export const schemaVersion = migrations.at(-1)?.version ?? 0
/** The one before it: a log that was not brought forward yet. */
export const versionBefore = migrations.at(-2)?.version ?? 0

/** `Loup` in ASCII: marks a SQLite file as a log of Loupe. */
export const applicationId = 0x4c6f7570

export function versionOf(db: Database): number {
  return Number(db.pragma('user_version', { simple: true }))
}

/**
 * Brings the schema forward, each migration in a transaction of its own: after a crash the log stands at one version or the next.
 * The version is read again inside the transaction, so two processes that migrate at once do not do so twice.
 */
export function migrate(db: Database, to: number = schemaVersion): void {
  for (const migration of migrations) {
    if (migration.version > to) return
    const step = db.transaction(() => {
      if (versionOf(db) >= migration.version) return
      db.exec(migration.sql)
      db.pragma(`application_id = ${applicationId}`)
      db.pragma(`user_version = ${migration.version}`)
    })
    step.immediate()
  }
}
