import type { Database } from 'better-sqlite3'
import { wireError } from '../contract/errors.ts'
import type { EndedItem, Priority, QueueSettings } from '../contract/queue.ts'
import { status } from '../contract/records.ts'
import type { Status } from '../contract/records.ts'
import { z } from '../contract/zod.ts'
import { idOf, notFound, rowOf } from './ids.ts'

/** A single run or study in the queue: it waits, trains, or may be resumed. */
export interface QueueEntry {
  readonly id: string
  readonly kind: 'run' | 'study'
  readonly name: string
  readonly status: Status
  readonly priority: Priority
  /** Orders those of the same priority, the least first. */
  readonly place: number
  readonly isHeld: boolean
  readonly enqueuedAt: number
  readonly startedAt: number | null
}

/** What of an entry may be changed. */
export interface QueueChange {
  readonly id: string
  readonly priority?: Priority
  readonly place?: number
  readonly isHeld?: boolean
}

const rank = { low: -1, normal: 0, high: 1 } as const satisfies Record<Priority, number>
const priorities: Readonly<Record<number, Priority>> = { [-1]: 'low', 0: 'normal', 1: 'high' }

/** The statements that windows ask again and again; their plans are tested. */
export const queueQueries = {
  entries: `
    SELECT q.run, q.study, coalesce(r.name, s.name) AS name, coalesce(r.status, s.status) AS status, q.priority, q.place, q.held, q.enqueued_at,
      coalesce(r.started_at, s.started_at) AS started_at
    FROM queue AS q LEFT JOIN runs AS r ON r.id = q.run LEFT JOIN studies AS s ON s.id = q.study
    WHERE r.trashed_at IS NULL AND s.trashed_at IS NULL ORDER BY q.priority DESC, q.place, q.id`,
  endedRuns: `
    SELECT id, name, status, finished_at, error FROM runs INDEXED BY runs_ended
    WHERE study IS NULL AND status IN ('finished', 'failed') AND finished_at > 0 AND trashed_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM imported_runs WHERE run = runs.id) ORDER BY finished_at DESC LIMIT ?`,
  endedStudies: `
    SELECT id, name, status, finished_at, error FROM studies INDEXED BY studies_ended
    WHERE status IN ('finished', 'failed') AND finished_at > 0 AND trashed_at IS NULL ORDER BY finished_at DESC LIMIT ?`,
} as const

const entryRow = z.object({ run: z.int().nullable(), study: z.int().nullable(), name: z.string(), status, priority: z.int(), place: z.int(), held: z.int(), enqueued_at: z.int(), started_at: z.int().nullable() })
const endedRow = z.object({ id: z.int(), name: z.string(), status: z.enum(['finished', 'failed']), finished_at: z.int(), error: z.string().nullable() })
const settingsRow = z.object({ paused: z.int(), starts_on_opening: z.int(), side_by_side: z.int() })

export interface QueueReads {
  /** In the order in which they start, those in the trash left out. */
  entries(): QueueEntry[]
  settings(): QueueSettings
  /** Single runs and studies that finished or failed, the latest first. */
  ended(limit: number): EndedItem[]
}

export function queueReads(db: Database): QueueReads {
  const entries = db.prepare(queueQueries.entries)
  const settings = db.prepare('SELECT paused, starts_on_opening, side_by_side FROM queue_settings WHERE id = 1')
  const endedRuns = db.prepare<[number]>(queueQueries.endedRuns)
  const endedStudies = db.prepare<[number]>(queueQueries.endedStudies)
  const ended = (kind: 'run' | 'study', found: unknown): EndedItem => {
    const row = endedRow.parse(found)
    return { id: idOf(kind, row.id), kind, name: row.name, status: row.status, at: row.finished_at, error: row.error === null ? null : wireError.parse(JSON.parse(row.error)) }
  }
  return {
    entries: () =>
      entries.all().map((found) => {
        const row = entryRow.parse(found)
        const kind = row.run === null ? 'study' : 'run'
        return {
          id: idOf(kind, row.run ?? row.study ?? 0),
          kind,
          name: row.name,
          status: row.status,
          priority: priorities[row.priority] ?? 'normal',
          place: row.place,
          isHeld: row.held === 1,
          enqueuedAt: row.enqueued_at,
          startedAt: row.started_at,
        }
      }),
    settings() {
      const row = settingsRow.parse(settings.get())
      return { isPaused: row.paused === 1, startsOnOpening: row.starts_on_opening === 1, sideBySide: row.side_by_side }
    },
    ended: (limit) => [...endedRuns.all(limit).map((row) => ended('run', row)), ...endedStudies.all(limit).map((row) => ended('study', row))].sort((a, b) => b.at - a.at).slice(0, limit),
  }
}

export interface QueueWrites {
  /**
   * Keeps the queue in step with a status, in the transaction that changes it: what is queued has a place, the last where it had none, and what
   * has ended has none. What trains, is paused or interrupted keeps its place.
   */
  follow(kind: 'run' | 'study', id: string, change: { readonly before: Status | null; readonly now: Status; readonly at: number }): void
  /** @throws LoupeError `not-found` for what is not in the queue. */
  change(changes: readonly QueueChange[]): void
  configure(settings: Partial<QueueSettings>): void
}

export function queueWrites(db: Database): QueueWrites {
  const kinds = {
    run: { insert: inserting(db, 'run'), leave: db.prepare<[number]>('DELETE FROM queue WHERE run = ?'), since: db.prepare<[number, number]>('UPDATE queue SET enqueued_at = ? WHERE run = ?') },
    study: { insert: inserting(db, 'study'), leave: db.prepare<[number]>('DELETE FROM queue WHERE study = ?'), since: db.prepare<[number, number]>('UPDATE queue SET enqueued_at = ? WHERE study = ?') },
  }
  const change = db.prepare<[number | null, number | null, number | null, number | null, number | null]>(
    'UPDATE queue SET priority = coalesce(?, priority), place = coalesce(?, place), held = coalesce(?, held) WHERE run IS ? AND study IS ?',
  )
  const configure = db.prepare<[number | null, number | null, number | null]>(
    'UPDATE queue_settings SET paused = coalesce(?, paused), starts_on_opening = coalesce(?, starts_on_opening), side_by_side = coalesce(?, side_by_side) WHERE id = 1',
  )
  return {
    follow(kind, id, { before, now, at }) {
      if (before === now) return
      const row = rowOf(kind, id)
      const { insert, leave, since } = kinds[kind]
      if (now === 'queued' && insert.run(row, at).changes === 0) since.run(at, row)
      if (now === 'finished' || now === 'failed' || now === 'stopped') leave.run(row)
    },
    change(changes) {
      for (const { id, priority, place, isHeld } of changes) {
        const kind = id.startsWith('study-') ? 'study' : 'run'
        const row = rowOf(kind, id)
        const { changes: found } = change.run(priority === undefined ? null : rank[priority], place ?? null, bit(isHeld), kind === 'run' ? row : null, kind === 'study' ? row : null)
        if (found === 0) throw notFound(kind, id)
      }
    },
    configure({ isPaused, startsOnOpening, sideBySide }) {
      configure.run(bit(isPaused), bit(startsOnOpening), sideBySide ?? null)
    },
  }
}

/** At the end, unless it is there. */
function inserting(db: Database, column: 'run' | 'study') {
  return db.prepare<[number, number]>(`INSERT OR IGNORE INTO queue (${column}, place, enqueued_at) VALUES (?, (SELECT coalesce(max(place), 0) + 1 FROM queue), ?)`)
}

function bit(value: boolean | undefined): number | null {
  return value === undefined ? null : Number(value)
}
