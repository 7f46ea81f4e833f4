import type { Database } from 'better-sqlite3'
import { composedBlock, pin as pinSchema } from '../contract/composed-report.ts'
import type { ComposedReport, Pin, ReportDraft } from '../contract/composed-report.ts'
import { LoupeError } from '../contract/errors.ts'
import { z } from '../contract/zod.ts'
import { idOf, notFound, rowOf } from './ids.ts'

const reportRow = z.object({ id: z.int(), title: z.string(), blocks: z.string(), version: z.int(), created_at: z.int(), updated_at: z.int(), trashed_at: z.int().nullable() })
const columns = Object.keys(reportRow.shape).join(', ')
const blocksOf = z.array(composedBlock)
const storedPin = pinSchema.omit({ id: true, reportId: true, at: true })

/** What is read of a source, before it is kept. */
export type NewPin = z.output<typeof storedPin>

/** A pin never changes and its number is not used again, so a parsed one is kept; this many at most. */
const keptPins = 200

/** Time for which a pin that no block shows any more stays, for whoever takes back a change in an open window. */
const KEPT_MS = 86_400_000

/** The statements that lists of reports are made of; their plans are tested. */
export const reportQueriesSql = {
  newest: `SELECT ${columns} FROM reports WHERE (trashed_at IS NOT NULL) = ? ORDER BY updated_at DESC, id DESC`,
  pins: 'SELECT id FROM pins WHERE report = ? ORDER BY id',
} as const

export interface ReportReads {
  /** Newest change first. */
  list(isTrashed: boolean): ComposedReport[]
  /** @throws LoupeError `not-found` */
  get(id: string): ComposedReport
  /** All that were kept for a report, by the order of pinning. */
  pins(reportId: string): Pin[]
}

export function reportReads(db: Database): ReportReads {
  const newest = db.prepare<[number]>(reportQueriesSql.newest)
  const one = db.prepare<[number]>(`SELECT ${columns} FROM reports WHERE id = ?`)
  const pins = db.prepare<[number], number>(reportQueriesSql.pins).pluck()
  const onePin = db.prepare<[number], { report: number; pinned_at: number; pin: string }>('SELECT report, pinned_at, pin FROM pins WHERE id = ?')
  const known = new Map<number, Pin>()
  const readPin = (row: number): Pin[] => {
    const before = known.get(row)
    if (before !== undefined) return [before]
    const found = onePin.get(row)
    if (found === undefined) return []
    const pin = { ...storedPin.parse(JSON.parse(found.pin)), id: idOf('pin', row), reportId: idOf('report', found.report), at: found.pinned_at }
    if (known.size >= keptPins) known.clear()
    known.set(row, pin)
    return [pin]
  }
  const read = (found: unknown): ComposedReport => {
    const row = reportRow.parse(found)
    return { id: idOf('report', row.id), title: row.title, blocks: blocksOf.parse(JSON.parse(row.blocks)), version: row.version, createdAt: row.created_at, updatedAt: row.updated_at, trashedAt: row.trashed_at }
  }
  return {
    list: (isTrashed) => newest.all(Number(isTrashed)).map(read),
    get(id) {
      const found = one.get(rowOf('report', id))
      if (found === undefined) throw notFound('report', id)
      return read(found)
    },
    pins: (reportId) => pins.all(rowOf('report', reportId)).flatMap(readPin),
  }
}

export interface ReportWrites {
  /** @returns The id. @throws LoupeError `conflict` where another version is the newest, or the report is in the trash. */
  save(draft: ReportDraft & { readonly reportId: string | null; readonly version: number }, now: number): string
  keepPin(reportId: string, pin: NewPin, now: number): string
  /** Saves a draft of a report as another one, with its own copies of the pins that it shows. @returns The id. */
  copy(draft: ReportDraft & { readonly reportId: string }, now: number): string
  mark(reportId: string, trashedAt: number | null): void
  /** @throws LoupeError `conflict` for a report that is not in the trash. */
  purge(reportId: string): void
}

export function reportWrites(db: Database): ReportWrites {
  const reads = reportReads(db)
  const insert = db.prepare<[string, string, number, number]>('INSERT INTO reports (title, blocks, version, created_at, updated_at) VALUES (?, ?, 1, ?, ?)')
  const update = db.prepare<[string, string, number, number, number]>('UPDATE reports SET title = ?, blocks = ?, version = ?, updated_at = ? WHERE id = ?')
  const copyPin = db.prepare<[number, number, number]>('INSERT INTO pins (report, pinned_at, pin) SELECT ?, pinned_at, pin FROM pins WHERE id = ? AND report = ?')
  const setBlocks = db.prepare<[string, number]>('UPDATE reports SET blocks = ? WHERE id = ?')
  const mark = db.prepare<[number | null, number]>('UPDATE reports SET trashed_at = ? WHERE id = ?')
  const keep = db.prepare<[number, number, string]>('INSERT INTO pins (report, pinned_at, pin) VALUES (?, ?, ?)')
  const drop = db.prepare<[number, number, string]>("DELETE FROM pins WHERE report = ? AND pinned_at < ? AND id NOT IN (SELECT value FROM json_each(?))")
  const dropAll = db.prepare<[number]>('DELETE FROM pins WHERE report = ?')
  const remove = db.prepare<[number]>('DELETE FROM reports WHERE id = ?')
  return {
    save({ reportId, version, title, blocks }, now) {
      const json = JSON.stringify(blocks)
      if (reportId === null) return idOf('report', Number(insert.run(title, json, now, now).lastInsertRowid))
      const before = reads.get(reportId)
      refuseStale(before, version)
      const row = rowOf('report', reportId)
      update.run(title, json, before.version + 1, now, row)
      const shown = blocks.flatMap((block) => (block.kind === 'data' && block.pinId !== null ? [rowOf('pin', block.pinId)] : []))
      drop.run(row, now - KEPT_MS, JSON.stringify(shown))
      return before.id
    },
    keepPin(reportId, pin, now) {
      return idOf('pin', Number(keep.run(rowOf('report', reads.get(reportId).id), now, JSON.stringify(pin)).lastInsertRowid))
    },
    copy({ reportId, title, blocks }, now) {
      const from = rowOf('report', reads.get(reportId).id)
      const to = Number(insert.run(title, '[]', now, now).lastInsertRowid)
      const copied = blocks.map((block) => {
        if (block.kind === 'text' || block.pinId === null) return block
        const { changes, lastInsertRowid } = copyPin.run(to, rowOf('pin', block.pinId), from)
        return { ...block, pinId: changes === 0 ? null : idOf('pin', Number(lastInsertRowid)) }
      })
      setBlocks.run(JSON.stringify(copied), to)
      return idOf('report', to)
    },
    mark: (reportId, trashedAt) => void mark.run(trashedAt, rowOf('report', reads.get(reportId).id)),
    purge(reportId) {
      const { id, trashedAt } = reads.get(reportId)
      if (trashedAt === null) throw new LoupeError('conflict', `${id} is not in the trash, and only what is there is deleted for good. Move it there first.`, { reportId: id })
      dropAll.run(rowOf('report', id))
      remove.run(rowOf('report', id))
    },
  }
}

function refuseStale({ id, version: newest, updatedAt, trashedAt }: ComposedReport, version: number): void {
  if (trashedAt !== null) throw new LoupeError('conflict', `Report ${id} is in the trash, so it cannot be changed. Restore it first.`, { reportId: id, trashedAt })
  if (version === newest) return
  throw new LoupeError('conflict', `Report ${id} was saved elsewhere since: version ${newest} is the newest, and version ${version} was changed. Load the newest and change that, or save yours as another report.`, { reportId: id, version, newest, updatedAt })
}
