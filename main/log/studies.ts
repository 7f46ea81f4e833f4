import type { Database } from 'better-sqlite3'
import { wireError } from '../contract/errors.ts'
import { status } from '../contract/records.ts'
import type { StudyRecord } from '../contract/records.ts'
import { studyConfig } from '../contract/study-config.ts'
import type { StudyConfig } from '../contract/study-config.ts'
import { z } from '../contract/zod.ts'
import { documentReader, documentWriter } from './documents.ts'
import { idOf, notFound, rowOf } from './ids.ts'
import type { Page, StudyPatch } from './log.ts'

const studyRow = z.object({
  id: z.int(),
  name: z.string(),
  status,
  config: z.int(),
  created_at: z.int(),
  started_at: z.int().nullable(),
  finished_at: z.int().nullable(),
  error: z.string().nullable(),
})
const columns = Object.keys(studyRow.shape).join(', ')

export interface StudyReads {
  list(page: Page): { studies: StudyRecord[]; total: number }
  get(id: string): StudyRecord
}

export function studyReads(db: Database): StudyReads {
  const config = documentReader(db, 'configs', studyConfig)
  const one = db.prepare(`SELECT ${columns} FROM studies WHERE id = ?`)
  const page = db.prepare(`SELECT ${columns} FROM studies WHERE trashed_at IS NULL ORDER BY id DESC LIMIT ? OFFSET ?`)
  const count = db.prepare<[], number>('SELECT count(*) FROM studies WHERE trashed_at IS NULL').pluck()

  const read = (found: unknown): StudyRecord => {
    const row = studyRow.parse(found)
    const document = config(row.config)
    return {
      id: idOf('study', row.id),
      name: row.name,
      status: row.status,
      config: document.value,
      configHash: document.hash,
      createdAt: row.created_at,
      startedAt: row.started_at,
      finishedAt: row.finished_at,
      error: row.error === null ? null : wireError.parse(JSON.parse(row.error)),
    }
  }
  return {
    list({ limit, offset }) {
      return { studies: page.all(limit, offset).map(read), total: count.get() ?? 0 }
    },
    get(id) {
      const found = one.get(rowOf('study', id))
      if (found === undefined) throw notFound('study', id)
      return read(found)
    },
  }
}

export interface StudyWrites {
  insert(config: StudyConfig, now: number): string
  update(before: StudyRecord, patch: StudyPatch): void
}

export function studyWrites(db: Database): StudyWrites {
  const document = documentWriter(db, 'configs')
  const insert = db.prepare<[string, number, number]>("INSERT INTO studies (name, status, config, created_at) VALUES (?, 'queued', ?, ?)")
  const update = db.prepare('UPDATE studies SET name = ?, status = ?, config = ?, started_at = ?, finished_at = ?, error = ? WHERE id = ?')
  return {
    insert(config, now) {
      return idOf('study', Number(insert.run(config.name, document(config), now).lastInsertRowid))
    },
    update(before, patch) {
      const after = { ...before, ...patch }
      const error = after.error === null ? null : JSON.stringify(after.error)
      // A name that a user gave stays.
      const name = patch.config !== undefined && before.name === before.config.name ? patch.config.name : before.name
      update.run(name, after.status, document(after.config), after.startedAt, after.finishedAt, error, rowOf('study', before.id))
    },
  }
}
