import type { Database } from 'better-sqlite3'
import { logEvent } from '../contract/records.ts'
import type { LogEvent } from '../contract/records.ts'
import { z } from '../contract/zod.ts'
import { idOf, rowOf } from './ids.ts'
import type { NewEvent, Page } from './log.ts'

const eventRow = z.object({
  id: z.int(),
  study: z.int().nullable(),
  run: z.int().nullable(),
  at: z.int(),
  level: logEvent.shape.level,
  kind: z.string(),
  message: z.string(),
  facts: z.string(),
})
const columns = Object.keys(eventRow.shape).join(', ')

/** The statements that lists of events are made of; their plans are tested. */
export const eventQueries = {
  newest: `SELECT ${columns} FROM events ORDER BY id DESC LIMIT ? OFFSET ?`,
  ofStudy: `SELECT ${columns} FROM events WHERE study = ? ORDER BY id DESC LIMIT ? OFFSET ?`,
  ofRun: `SELECT ${columns} FROM events WHERE run = ? ORDER BY id DESC LIMIT ? OFFSET ?`,
  ofKind: `SELECT ${columns} FROM events WHERE study = ? AND kind = ? ORDER BY id`,
} as const

export type EventFilter = Page & { readonly studyId: string | null; readonly runId: string | null }

export interface EventReads {
  list(filter: EventFilter): LogEvent[]
  ofKind(studyId: string, kind: string): LogEvent[]
}

export function eventReads(db: Database): EventReads {
  const newest = db.prepare(eventQueries.newest)
  const ofStudy = db.prepare(eventQueries.ofStudy)
  const ofRun = db.prepare(eventQueries.ofRun)
  const ofKind = db.prepare(eventQueries.ofKind)
  const select = ({ studyId, runId, limit, offset }: EventFilter): unknown[] => {
    // A run belongs to one study at most, so the narrower question answers both.
    if (runId !== null) return ofRun.all(rowOf('run', runId), limit, offset)
    if (studyId !== null) return ofStudy.all(rowOf('study', studyId), limit, offset)
    return newest.all(limit, offset)
  }
  return {
    list: (filter) => select(filter).map(readEvent),
    ofKind: (studyId, kind) => ofKind.all(rowOf('study', studyId), kind).map(readEvent),
  }
}

export function eventWrites(db: Database): (event: NewEvent, now: number) => LogEvent {
  const insert = db.prepare('INSERT INTO events (study, run, at, level, kind, message, facts) VALUES (?, ?, ?, ?, ?, ?, ?)')
  return ({ studyId, runId, level, kind, message, facts = {} }, now) => {
    const json = JSON.stringify(facts)
    const study = studyId === null ? null : rowOf('study', studyId)
    const run = runId === null ? null : rowOf('run', runId)
    const { lastInsertRowid } = insert.run(study, run, now, level, kind, message, json)
    return readEvent({ id: Number(lastInsertRowid), study, run, at: now, level, kind, message, facts: json })
  }
}

function readEvent(found: unknown): LogEvent {
  const row = eventRow.parse(found)
  return {
    id: row.id,
    studyId: row.study === null ? null : idOf('study', row.study),
    runId: row.run === null ? null : idOf('run', row.run),
    at: row.at,
    level: row.level,
    kind: row.kind,
    message: row.message,
    facts: logEvent.shape.facts.parse(JSON.parse(row.facts)),
  }
}
