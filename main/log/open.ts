import { mkdirSync, statfsSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import { backUp } from './backups.ts'
import { openToRead, openToWrite } from './connection.ts'
import { takeLease } from './lease.ts'
import type { LogReader, LogWriter } from './log.ts'
import { migrate, schemaVersion, versionOf } from './migrations/migrate.ts'
import { createReader } from './reader.ts'
import { corrupt, translated } from './sqlite-errors.ts'
import { createWriter } from './writer.ts'
import { workspacePaths } from './workspace.ts'
import type { WorkspacePaths } from './workspace.ts'

export interface OpenLogOptions {
  /** The workspace's folder. A writer creates it where it is not there. */
  readonly workspace: string
}

export interface OpenLogWriterOptions extends OpenLogOptions {
  /** What a second writer is told this one is, such as `loupe serve`. */
  readonly owner?: string
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

/**
 * Opens the log of a workspace to write, creating it where there is none.
 *
 * In this order: a log that does not read or is from the future is refused untouched; the lease is taken; after an unclean
 * end every page is checked; an older log is backed up and brought forward; what a dead process left running is marked
 * `interrupted`.
 *
 * @throws LoupeError `conflict` where another process writes to it, `log-too-new`, `log-corrupt`, `disk-full`, or
 *   `unsupported` where the folder may not be written to.
 */
export function openLogWriter({ workspace, owner = 'loupe', now = Date.now }: OpenLogWriterOptions): LogWriter {
  const paths = workspacePaths(workspace)
  mkdirSync(paths.folder, { recursive: true })
  const db = translated(paths, openToWrite)(paths)
  return closing(db, paths, () => {
    migrate(db, 1)
    const lease = takeLease({ db, owner, now: now() })
    return orElse(lease.abandon, () => {
      if (lease.tookOver) checkPages(db, paths)
      if (versionOf(db) < schemaVersion) {
        if (versionOf(db) > 1) backUp({ db, paths, now: now() })
        migrate(db)
      }
      const writer = createWriter({ db, paths, reader: createReader(db, paths), lease, now })
      writer.sweepOrphans()
      warnOfNetworkDisk(writer, paths)
      return writer
    })
  })
}

/**
 * Opens the log of a workspace to read, beside its writer and any number of readers.
 *
 * @throws LoupeError `not-found` where there is no log, `unsupported` where it is of an older schema, `log-too-new`, `log-corrupt`.
 */
export function openLogReader({ workspace }: OpenLogOptions): LogReader {
  const paths = workspacePaths(workspace)
  const db = translated(paths, openToRead)(paths)
  return closing(db, paths, () => createReader(db, paths))
}

function closing<T>(db: Database, paths: WorkspacePaths, open: () => T): T {
  try {
    return translated(paths, open)()
  } catch (error) {
    db.close()
    throw error
  }
}

function orElse<T>(abandon: () => void, open: () => T): T {
  try {
    return open()
  } catch (error) {
    abandon()
    throw error
  }
}

function checkPages(db: Database, paths: WorkspacePaths): void {
  const problem = String(db.pragma('quick_check(1)', { simple: true }))
  if (problem !== 'ok') throw corrupt(paths, problem)
}

/** File systems whose locks SQLite's write-ahead log cannot rely on, by the number that Linux gives them. */
const networkDisks = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB 2'],
])

function warnOfNetworkDisk(writer: LogWriter, paths: WorkspacePaths): void {
  const disk = process.platform === 'linux' ? networkDisks.get(statfsSync(paths.folder).type) : undefined
  if (disk === undefined) return
  const message = `${paths.folder} lies on a network disk (${disk}). The log is safe there only while every process that opens it runs on this machine.`
  writer.appendEvent({ studyId: null, runId: null, level: 'warning', kind: 'workspace.on-network-disk', message, facts: { path: paths.folder, disk } })
}
