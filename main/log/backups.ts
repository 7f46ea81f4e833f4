import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import { LoupeError } from '../contract/errors.ts'
import { versionOf } from './migrations/migrate.ts'
import { freeBytes, megabytes } from './sqlite-errors.ts'
import type { WorkspacePaths } from './workspace.ts'

const kept = 5

/**
 * Copies the database to `backups/`, whole and consistent, and keeps the five newest copies.
 *
 * @returns The copy's path. It is a log like any other: move it to `loupe.db` to go back to it.
 * @throws LoupeError `disk-full` before anything is written where less than twice the log's size is free: once for the
 *   copy, once for the migration.
 */
export function backUp({ db, paths, now }: { db: Database; paths: WorkspacePaths; now: number }): string {
  const bytes = statSync(paths.database).size
  const free = freeBytes(paths.folder)
  if (free < 2 * bytes) {
    const what = `Bringing the log forward wants ${megabytes(2 * bytes)} free on the disk of ${paths.folder}, and there are ${megabytes(free)}.`
    const message = `${what} Free some room and start again; nothing was changed.`
    throw new LoupeError('disk-full', message, { path: paths.folder, neededBytes: 2 * bytes, freeBytes: free })
  }
  mkdirSync(paths.backups, { recursive: true })
  const stamp = new Date(now).toISOString().replaceAll(/[-:]/g, '').replace('.', '-')
  const copy = join(paths.backups, `loupe-${stamp}-schema-${versionOf(db)}.db`)
  const partial = `${copy}.partial`
  rmSync(partial, { force: true })
  db.prepare('VACUUM INTO ?').run(partial)
  syncFile(partial)
  renameSync(partial, copy)
  const copies = readdirSync(paths.backups).filter((name) => name.endsWith('.db')).sort()
  for (const old of copies.slice(0, -kept)) rmSync(join(paths.backups, old))
  return copy
}

function syncFile(path: string): void {
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
