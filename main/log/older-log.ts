import Database from 'better-sqlite3'
import { z } from '../contract/zod.ts'
import { migrate, schemaVersion, versionBefore } from './migrations/migrate.ts'

/** Takes a log back by its last migration, for tests that bring it forward again: tables, indices and columns that it added go. */
export function takeBackLastMigration(db: Database.Database): void {
  const [before, after] = [schemaAt(versionBefore), schemaAt(schemaVersion)]
  for (const [name, { type, columns }] of after) {
    const old = before.get(name)
    if (old === undefined) db.exec(`DROP ${type} IF EXISTS ${name}`)
    else for (const column of columns.filter((added) => !old.columns.includes(added))) db.exec(`ALTER TABLE ${name} DROP COLUMN ${column}`)
  }
  db.pragma(`user_version = ${versionBefore}`)
}

/** Indices first, for a column that one needs cannot be dropped. */
function schemaAt(version: number): Map<string, { readonly type: string; readonly columns: readonly string[] }> {
  const db = new Database(':memory:')
  migrate(db, version)
  const rows = z.array(z.object({ type: z.string(), name: z.string() })).parse(db.prepare("SELECT type, name FROM sqlite_master WHERE type IN ('table', 'index') AND name NOT LIKE 'sqlite_%' ORDER BY type").all())
  const schema = new Map(rows.map(({ type, name }) => [name, { type, columns: type === 'table' ? z.array(z.string()).parse(db.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(name)) : [] }]))
  db.close()
  return schema
}
