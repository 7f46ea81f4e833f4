import type { Database } from 'better-sqlite3'
import { LoupeError } from '../contract/errors.ts'
import type { z } from '../contract/zod.ts'
import { canonicalJson, contentHash } from './canonical-json.ts'

/** The tables of documents that stand once, by what they say. */
export type DocumentTable = 'configs' | 'environments'

export interface Document<T> {
  readonly hash: string
  readonly value: T
}

/** Documents never change, so a parsed one is kept; this many at most. */
const cached = 2000

/** Reads documents, parsed by their schema: an older document gets the defaults of fields that are new. */
export function documentReader<T>(db: Database, table: DocumentTable, schema: z.ZodType<T>): (row: number) => Document<T> {
  const select = db.prepare<[number], { hash: string; json: string }>(`SELECT hash, json FROM ${table} WHERE id = ?`)
  const known = new Map<number, Document<T>>()
  return (row) => {
    const before = known.get(row)
    if (before !== undefined) return before
    const found = select.get(row)
    const parsed = found === undefined ? undefined : schema.safeParse(JSON.parse(found.json))
    if (found === undefined || parsed === undefined || !parsed.success) {
      throw new LoupeError('log-corrupt', `Document ${row} of the log's ${table} does not read as one: ${parsed?.error?.message ?? 'it is not there'}.`, { table, row })
    }
    const document = { hash: found.hash, value: parsed.data }
    if (known.size >= cached) known.clear()
    known.set(row, document)
    return document
  }
}

/** Writes a document unless it is there already. Returns its row. */
export function documentWriter(db: Database, table: DocumentTable): (value: unknown) => number {
  const insert = db.prepare<[string, string]>(`INSERT INTO ${table} (hash, json) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING`)
  const select = db.prepare<[string], { id: number }>(`SELECT id FROM ${table} WHERE hash = ?`)
  return (value) => {
    const hash = contentHash(value)
    insert.run(hash, canonicalJson(value))
    const row = select.get(hash)
    if (row === undefined) throw new LoupeError('internal', `The document ${hash} was written and is not there.`, { table, hash })
    return row.id
  }
}
