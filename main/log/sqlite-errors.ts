import { existsSync, readdirSync, statfsSync } from 'node:fs'
import Database from 'better-sqlite3'
import { LoupeError } from '../contract/errors.ts'
import type { WorkspacePaths } from './workspace.ts'

/**
 * Turns what SQLite throws into a refusal that says what to do. What is no SQLite error comes back as it is.
 *
 * `SQLITE_FULL` and every `SQLITE_IOERR` become `disk-full`: the disk did not take the write, and the way out is the same.
 */
export function translateSqliteError(error: unknown, paths: WorkspacePaths): unknown {
  if (!(error instanceof Database.SqliteError)) return error
  const facts = { sqlite: error.code, path: paths.database }
  if (error.code === 'SQLITE_FULL' || error.code.startsWith('SQLITE_IOERR')) {
    const free = freeBytes(paths.folder)
    const message = `The disk did not take a write to ${paths.database} (${error.code}; ${megabytes(free)} free). Free some room; what waits is written then.`
    return new LoupeError('disk-full', message, { ...facts, freeBytes: free }, { cause: error })
  }
  if (error.code.startsWith('SQLITE_CORRUPT') || error.code === 'SQLITE_NOTADB') return corrupt(paths, error.message, facts)
  if (error.code.startsWith('SQLITE_BUSY') || error.code.startsWith('SQLITE_LOCKED')) {
    return new LoupeError('conflict', `${paths.database} is held by another program (${error.code}). Close what has it open and try again.`, facts, { cause: error })
  }
  if (error.code.startsWith('SQLITE_READONLY') || error.code.startsWith('SQLITE_CANTOPEN') || error.code === 'SQLITE_PERM') {
    const message = `${paths.database} cannot be opened as it must be (${error.code}). Check that the folder exists and that you may write to it.`
    return new LoupeError('unsupported', message, facts, { cause: error })
  }
  return error
}

/** Calls through, with SQLite's errors translated. */
export function translated<A extends unknown[], R>(paths: WorkspacePaths, call: (...parameters: A) => R): (...parameters: A) => R {
  return (...parameters) => {
    try {
      return call(...parameters)
    } catch (error) {
      throw translateSqliteError(error, paths)
    }
  }
}

/** The refusal of a log that does not read. It names the backups there are. */
export function corrupt(paths: WorkspacePaths, problem: string, facts: Readonly<Record<string, unknown>> = {}): LoupeError {
  const backups = existsSync(paths.backups) ? readdirSync(paths.backups).filter((name) => name.endsWith('.db')).sort() : []
  const advice =
    backups.length > 0
      ? `Move loupe.db and its -wal and -shm away and copy the newest backup (${backups.at(-1) ?? ''} in ${paths.backups}) to its place`
      : `There is no backup in ${paths.backups}: move loupe.db and its -wal and -shm away to begin a new log`
  const message = `The log ${paths.database} does not read: ${problem}. Nothing was changed. ${advice}; \`sqlite3 loupe.db .recover\` may save more from the old file.`
  return new LoupeError('log-corrupt', message, { ...facts, path: paths.database, problem, backups })
}

/** Bytes free to this user on the disk of a folder. */
export function freeBytes(folder: string): number {
  const disk = statfsSync(folder)
  return disk.bavail * disk.bsize
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`
}
