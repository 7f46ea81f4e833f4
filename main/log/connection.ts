import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { LoupeError } from '../contract/errors.ts'
import { applicationId, schemaVersion, versionOf } from './migrations/migrate.ts'
import { corrupt } from './sqlite-errors.ts'
import type { WorkspacePaths } from './workspace.ts'

/** How long a statement waits for another process before it gives up, in ms. */
const busyTimeoutMs = 5000

/** Opens the database to write, creating it where there is none. */
export function openToWrite(paths: WorkspacePaths): Database.Database {
  refuseTruncated(paths)
  const db = new Database(paths.database, { timeout: busyTimeoutMs })
  return orClose(db, () => {
    refuseForeign(db, paths)
    db.pragma('journal_mode = WAL')
    // FULL: a commit is on the disk when it returns. What need not be yet is committed with NORMAL (see disk-sync.ts).
    db.pragma('synchronous = FULL')
    db.pragma('foreign_keys = ON')
    db.pragma('journal_size_limit = 33554432')
    db.pragma('temp_store = MEMORY')
  })
}

/**
 * Opens the database to read.
 *
 * @throws LoupeError `not-found` where there is no log yet, `unsupported` where it is of an older schema.
 */
export function openToRead(paths: WorkspacePaths): Database.Database {
  if (!existsSync(paths.database)) {
    throw new LoupeError('not-found', `There is no log at ${paths.database}. The engine creates it when it starts.`, { path: paths.database })
  }
  refuseTruncated(paths)
  const db = new Database(paths.database, { timeout: busyTimeoutMs, readonly: true, fileMustExist: true })
  return orClose(db, () => {
    refuseForeign(db, paths)
    const version = versionOf(db)
    if (version < schemaVersion) {
      const what = `${paths.database} was written by an older Loupe (schema ${version}; this one reads ${schemaVersion}).`
      const message = `${what} Start the engine on it once: it backs the log up and brings it forward.`
      throw new LoupeError('unsupported', message, { path: paths.database, version, expected: schemaVersion })
    }
    db.pragma('temp_store = MEMORY')
  })
}

function orClose(db: Database.Database, prepare: () => void): Database.Database {
  try {
    prepare()
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** Reads only: a log from the future or a database of somebody else is not touched. */
function refuseForeign(db: Database.Database, paths: WorkspacePaths): void {
  // Before what marks a log: another process may be making this one, its first tables and the mark together.
  const tables = Number(db.prepare('SELECT count(*) FROM sqlite_master').pluck().get())
  const version = versionOf(db)
  const id = Number(db.pragma('application_id', { simple: true }))
  if (tables > 0 && id !== applicationId) throw corrupt(paths, 'it is a SQLite database, but not one of Loupe', { applicationId: id })
  if (version > schemaVersion) {
    const what = `${paths.database} was written by a newer Loupe (schema ${version}; this one knows up to ${schemaVersion}).`
    const message = `${what} Nothing was changed. Update Loupe, or open another workspace.`
    throw new LoupeError('log-too-new', message, { path: paths.database, version, expected: schemaVersion })
  }
}

/**
 * A file shorter than its own header says was cut off. SQLite would notice only when it reads a missing page.
 * With a write-ahead log beside it the header may run ahead of the file, so then only `quick_check` can tell.
 */
function refuseTruncated(paths: WorkspacePaths): void {
  if (!existsSync(paths.database) || existsSync(`${paths.database}-wal`)) return
  const bytes = statSync(paths.database).size
  if (bytes === 0) return
  const header = Buffer.alloc(100)
  const file = openSync(paths.database, 'r')
  try {
    readSync(file, header, 0, 100, 0)
  } finally {
    closeSync(file)
  }
  if (bytes < 100 || header.toString('latin1', 0, 15) !== 'SQLite format 3') throw corrupt(paths, 'it is not a SQLite database', { bytes })
  const stored = header.readUInt16BE(16)
  const pageBytes = stored === 1 ? 65536 : stored
  const expected = header.readUInt32BE(28) * pageBytes
  if (bytes < expected) throw corrupt(paths, `it has ${bytes} bytes where ${expected} belong; it was cut off`, { bytes, expected })
}
