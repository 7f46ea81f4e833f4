import { existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import { LoupeError } from '../contract/errors.ts'

const busyTimeoutMs = 5000

/** A SQLite file of another program, to be read and never written. */
export interface ForeignDatabase {
  /** Names of its tables. */
  readonly tables: ReadonlySet<string>
  /** Names of the columns of a table; none for one that is not there. */
  columns(table: string): ReadonlySet<string>
  /** Whether an index of the table begins with a column. */
  isIndexed(table: string, column: string): boolean
  /** Rows one after the other, as the names of columns say. No other query may run until they are read. */
  rows(sql: string, ...bound: readonly (string | number)[]): IterableIterator<Readonly<Record<string, unknown>>>
  /** Makes a table that is this connection's alone, outside the file. */
  makeTemporary(sql: string): void
  close(): void
}

/**
 * Opens a SQLite file of another program to read.
 *
 * @throws LoupeError `not-found`, or `data-malformed` for a file that is no SQLite database.
 */
export function openForeignDatabase(path: string): ForeignDatabase {
  if (!existsSync(path)) throw new LoupeError('not-found', `There is no file ${path}.`, { path })
  const guarded = <T>(act: () => T): T => {
    try {
      return act()
    } catch (error) {
      throw translated(error, path)
    }
  }
  const db = guarded(() => new Database(path, { readonly: true, fileMustExist: true, timeout: busyTimeoutMs }))
  try {
    const names = guarded(() => db.prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all())
    return {
      tables: new Set(names),
      columns: (table) => guarded(() => new Set(db.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table))),
      isIndexed: (table, column) =>
        guarded(() => db.prepare<[string, string], number>('SELECT count(*) FROM pragma_index_list(?) AS i JOIN pragma_index_info(i.name) AS c ON c.seqno = 0 WHERE c.name = ?').pluck().get(table, column) !== 0),
      *rows(sql, ...bound) {
        try {
          // An object by column names is what better-sqlite3 gives.
          yield* db.prepare<(string | number)[], Record<string, unknown>>(sql).iterate(...bound)
        } catch (error) {
          throw translated(error, path)
        }
      },
      makeTemporary: (sql) => guarded(() => void db.exec(sql)),
      close: () => db.close(),
    }
  } catch (error) {
    db.close()
    throw error
  }
}

function translated(error: unknown, path: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error
  if (error.code.startsWith('SQLITE_BUSY') || error.code.startsWith('SQLITE_LOCKED')) return new LoupeError('conflict', `${path} is held by another program (${error.code}). Try again when it is done.`, { path, sqlite: error.code }, { cause: error })
  if (error.code.startsWith('SQLITE_CANTOPEN') || error.code === 'SQLITE_PERM') return new LoupeError('unsupported', `${path} cannot be opened (${error.code}). Check that you may read it.`, { path, sqlite: error.code }, { cause: error })
  return new LoupeError('data-malformed', `${path} does not read as a SQLite database: ${error.message} (${error.code}). Was it copied whole?`, { path, sqlite: error.code }, { cause: error })
}
