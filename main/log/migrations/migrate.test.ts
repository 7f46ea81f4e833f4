import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { takeBackLastMigration } from '../older-log.ts'
import { openLogReader, openLogWriter } from '../open.ts'
import { temporaryWorkspace } from '../temporary-log.ts'
import { applicationId, migrate, migrations, schemaVersion, versionBefore, versionOf } from './migrate.ts'

/** The tables and indexes of a database, by name. */
function schema(db: Database.Database): string[] {
  return db.prepare<[], string>("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name").pluck().all()
}

function databaseAt(version: number): Database.Database {
  const db = new Database(':memory:')
  db.pragma('foreign_keys = ON')
  migrate(db, version)
  return db
}

const insertLease = "INSERT INTO lease VALUES (1, 'token', 42, 'host', 'loupe serve', 1000, 2000)"
const insertRun = `
  INSERT INTO configs VALUES (1, 'hash', '{"name":"a"}');
  INSERT INTO studies (id, name, status, config, created_at) VALUES (3, 's', 'running', 1, 5);
  INSERT INTO runs (id, study, key, name, status, config, created_at, wall_ms) VALUES (7, 3, 'b=8', 'a', 'running', 1, 6, 0.5);`

describe('migrations', () => {
  it('are numbered from 1 without gaps, and mark the file as a log', () => {
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, index) => index + 1))
    const db = databaseAt(schemaVersion)
    expect(versionOf(db)).toBe(schemaVersion)
    expect(db.pragma('application_id', { simple: true })).toBe(applicationId)
    db.close()
  })

  it('do nothing the second time', () => {
    const db = databaseAt(schemaVersion)
    const before = schema(db)
    migrate(db)
    expect(schema(db)).toEqual(before)
    db.close()
  })

  it('leave the version before where one fails half way', () => {
    const db = databaseAt(2)
    db.exec('CREATE TABLE metrics (in_the_way TEXT)')
    expect(() => migrate(db)).toThrow('already exists')
    expect(versionOf(db)).toBe(2)
    expect(schema(db)).not.toContain('metric_keys')
    db.close()
  })

  it('0001 makes the lease', () => {
    const db = databaseAt(0)
    migrate(db, 1)
    db.exec(insertLease)
    expect(() => db.exec(insertLease.replace('(1,', '(2,'))).toThrow('CHECK constraint failed')
    expect(schema(db)).toEqual(['lease'])
    db.close()
  })

  it('0002 adds studies and runs, and keeps the lease', () => {
    const db = databaseAt(1)
    db.exec(insertLease)
    migrate(db, 2)
    expect(db.prepare('SELECT * FROM lease').raw().all()).toEqual([[1, 'token', 42, 'host', 'loupe serve', 1000, 2000]])
    db.exec(insertRun)
    expect(() => db.exec("INSERT INTO runs (study, key, name, status, config, created_at) VALUES (3, 'b=8', '', 'queued', 1, 7)")).toThrow('UNIQUE constraint failed')
    expect(schema(db)).toEqual(['configs', 'environments', 'lease', 'runs', 'runs_by_key', 'runs_by_status', 'runs_by_study', 'studies'])
    db.close()
  })

  it('0003 adds metrics, and keeps studies and runs', () => {
    const db = databaseAt(2)
    db.exec(insertRun)
    migrate(db, 3)
    expect(db.prepare('SELECT id, study, key, status, wall_ms FROM runs').raw().all()).toEqual([[7, 3, 'b=8', 'running', 0.5]])
    expect(db.prepare('SELECT id, name FROM studies').raw().all()).toEqual([[3, 's']])
    db.exec("INSERT INTO metric_keys VALUES (1, 'train/loss'); INSERT INTO metrics VALUES (7, 1, 10, 640, 5, 0.25)")
    expect(() => db.exec('INSERT INTO metrics VALUES (8, 1, 10, 640, 5, 0.25)')).toThrow('FOREIGN KEY constraint failed')
    db.close()
  })

  it('0004 adds events and checkpoints, and keeps metrics', () => {
    const db = databaseAt(3)
    db.exec(insertRun)
    db.exec("INSERT INTO metric_keys VALUES (1, 'train/loss'); INSERT INTO metrics VALUES (7, 1, 10, 640, 5, NULL)")
    migrate(db, 4)
    expect(db.prepare('SELECT * FROM metrics').raw().all()).toEqual([[7, 1, 10, 640, 5, null]])
    db.exec("INSERT INTO events (run, at, level, kind, message, facts) VALUES (7, 1, 'info', 'run.started', '', '{}')")
    db.exec("INSERT INTO checkpoints (run, step, examples, bytes, sha256, file, created_at) VALUES (7, 10, 640, 3, 'ab', 'f', 1)")
    expect(schema(db)).toEqual(expect.arrayContaining(['checkpoints', 'events', 'events_by_run', 'events_by_study']))
    db.close()
  })

  it('0005 adds gradients, and keeps events and checkpoints', () => {
    const db = databaseAt(4)
    db.exec(insertRun)
    db.exec("INSERT INTO events (run, at, level, kind, message, facts) VALUES (7, 1, 'info', 'run.started', 'x', '{}')")
    db.exec("INSERT INTO checkpoints (run, step, examples, bytes, sha256, file, created_at) VALUES (7, 10, 640, 3, 'ab', 'f', 1)")
    migrate(db, 5)
    expect(db.prepare('SELECT run, kind, message FROM events').raw().all()).toEqual([[7, 'run.started', 'x']])
    expect(db.prepare('SELECT run, step, sha256 FROM checkpoints').raw().all()).toEqual([[7, 10, 'ab']])
    db.exec("INSERT INTO gradient_units VALUES (1, 7, 'stem', 10); INSERT INTO gradients VALUES (7, 100, 0, 1, '{}', x'01')")
    expect(() => db.exec("INSERT INTO gradients VALUES (7, 100, 0, 1, '{}', x'01')")).toThrow('UNIQUE constraint failed')
    expect(() => db.exec("INSERT INTO gradients VALUES (7, 100, 0, 2, '{}', x'01')")).toThrow('FOREIGN KEY constraint failed')
    db.close()
  })

  it('0006 adds records, and keeps gradients', () => {
    const db = databaseAt(5)
    db.exec(insertRun)
    db.exec("INSERT INTO gradient_units VALUES (1, 7, 'stem', 10); INSERT INTO gradients VALUES (7, 100, 0, 1, '{}', x'01')")
    migrate(db, 6)
    expect(db.prepare('SELECT run, step FROM gradients').raw().all()).toEqual([[7, 100]])
    db.exec("INSERT INTO run_records VALUES (7, 'distillation', 10, '{}')")
    expect(() => db.exec("INSERT INTO run_records VALUES (7, 'distillation', 10, '{}')")).toThrow('UNIQUE constraint failed')
    expect(() => db.exec("INSERT INTO run_records VALUES (8, 'distillation', 10, '{}')")).toThrow('FOREIGN KEY constraint failed')
    db.close()
  })

  it('0007 adds kept checkpoints, none of those before it among them', () => {
    const db = databaseAt(6)
    db.exec(insertRun)
    db.exec("INSERT INTO checkpoints (run, step, examples, bytes, sha256, file, created_at) VALUES (7, 10, 640, 3, 'ab', 'f', 1)")
    migrate(db, 7)
    expect(db.prepare('SELECT run, step, kept FROM checkpoints').raw().all()).toEqual([[7, 10, 0]])
    db.close()
  })

  it('0008 adds blocks of metrics, and keeps rows where they are', () => {
    const db = databaseAt(7)
    db.exec(insertRun)
    db.exec("INSERT INTO metric_keys VALUES (1, 'train/loss'); INSERT INTO metrics VALUES (7, 1, 10, 640, 5, 0.25)")
    migrate(db, 8)
    expect(db.prepare('SELECT * FROM metrics').raw().all()).toEqual([[7, 1, 10, 640, 5, 0.25]])
    db.exec("INSERT INTO metric_blocks VALUES (7, 1, 30, 11, x'01')")
    expect(() => db.exec("INSERT INTO metric_blocks VALUES (7, 1, 30, 12, x'01')")).toThrow('UNIQUE constraint failed')
    expect(() => db.exec("INSERT INTO metric_blocks VALUES (8, 1, 30, 11, x'01')")).toThrow('FOREIGN KEY constraint failed')
    db.close()
  })

  it('0009 adds annotations, the trash, views and extremes of metrics, and keeps runs, studies and metrics', () => {
    const db = databaseAt(8)
    db.exec(insertRun)
    db.exec("INSERT INTO metric_keys VALUES (1, 'train/loss'); INSERT INTO metrics VALUES (7, 1, 10, 640, 5, 0.5), (7, 1, 20, 640, 5, NULL), (7, 1, 30, 640, 5, 0.25)")
    migrate(db, 9)
    expect(db.prepare('SELECT id, name, note, tags, starred, archived, trashed_at FROM runs').raw().all()).toEqual([[7, 'a', '', '[]', 0, 0, null]])
    expect(db.prepare('SELECT id, name, tags FROM studies').raw().all()).toEqual([[3, 's', '[]']])
    expect(db.prepare('SELECT * FROM metric_extremes').raw().all()).toEqual([[7, 1, 30, 0.25, 0.25, 0.5]])
    expect(() => db.exec('UPDATE runs SET starred = 2')).toThrow('CHECK constraint failed')
    db.exec("INSERT INTO views VALUES ('a', '{}')")
    expect(() => db.exec("INSERT INTO views VALUES ('a', '{}')")).toThrow('UNIQUE constraint failed')
    db.close()
  })

  it('0013 adds reports and their pins, and keeps runs', () => {
    const db = databaseAt(12)
    db.exec(insertRun)
    migrate(db, 13)
    expect(db.prepare('SELECT id, name FROM runs').raw().all()).toEqual([[7, 'a']])
    db.exec("INSERT INTO reports (title, blocks, version, created_at, updated_at) VALUES ('r', '[]', 1, 5, 5); INSERT INTO pins (report, pinned_at, pin) VALUES (1, 6, '{}')")
    expect(() => db.exec("INSERT INTO pins (report, pinned_at, pin) VALUES (2, 6, '{}')")).toThrow('FOREIGN KEY constraint failed')
    db.close()
  })

  it('0015 adds a list of kept data sets, and keeps runs', () => {
    const db = databaseAt(14)
    db.exec(insertRun)
    migrate(db, 15)
    expect(db.prepare('SELECT id, name FROM runs').raw().all()).toEqual([[7, 'a']])
    db.exec("INSERT INTO kept_datasets VALUES ('{}', '{}', 5)")
    expect(() => db.exec("INSERT INTO kept_datasets VALUES ('{}', '{}', 6)")).toThrow('UNIQUE constraint failed')
    db.close()
  })

  it('0014 adds labels of checkpoints and what is left of pruned ones, and keeps checkpoints', () => {
    const db = databaseAt(13)
    db.exec(insertRun)
    db.exec("INSERT INTO checkpoints (run, step, examples, bytes, sha256, file, created_at, kept) VALUES (7, 10, 640, 3, 'ab', 'f', 1, 1)")
    migrate(db, 14)
    expect(db.prepare('SELECT run, step, kept, label FROM checkpoints').raw().all()).toEqual([[7, 10, 1, '']])
    db.exec("INSERT INTO pruned_files VALUES (7, 'f')")
    expect(() => db.exec("INSERT INTO pruned_files VALUES (7, 'f')")).toThrow('UNIQUE constraint failed')
    db.close()
  })

  it('0012 adds imported runs, and keeps runs', () => {
    const db = databaseAt(11)
    db.exec(insertRun)
    migrate(db, 12)
    expect(db.prepare('SELECT id, name FROM runs').raw().all()).toEqual([[7, 'a']])
    db.exec("INSERT INTO imported_runs VALUES (7, 'mlflow', 'abc', 'hash', 5, '{}', '[]')")
    expect(() => db.exec("INSERT INTO imported_runs VALUES (8, 'mlflow', 'abd', 'hash', 5, '{}', '[]')")).toThrow('FOREIGN KEY constraint failed')
    db.exec("INSERT INTO runs (id, study, key, name, status, config, created_at) VALUES (8, NULL, '', 'b', 'finished', 1, 6)")
    expect(() => db.exec("INSERT INTO imported_runs VALUES (8, 'mlflow', 'abc', 'hash', 5, '{}', '[]')")).toThrow('UNIQUE constraint failed')
    db.close()
  })

  it('0011 adds an empty queue with its settings, and keeps runs and studies', () => {
    const db = databaseAt(10)
    db.exec(insertRun)
    migrate(db, 11)
    expect(db.prepare('SELECT id FROM runs').pluck().all()).toEqual([7])
    expect(db.prepare('SELECT * FROM queue').all()).toEqual([])
    expect(db.prepare('SELECT paused, starts_on_opening, side_by_side FROM queue_settings').raw().all()).toEqual([[0, 1, 1]])
    db.exec('INSERT INTO queue (run, place, enqueued_at) VALUES (7, 1, 1)')
    expect(() => db.exec('INSERT INTO queue (run, place, enqueued_at) VALUES (7, 2, 1)')).toThrow('UNIQUE constraint failed')
    expect(() => db.exec('INSERT INTO queue (run, study, place, enqueued_at) VALUES (8, 3, 2, 1)')).toThrow('CHECK constraint failed')
    expect(() => db.exec('INSERT INTO queue (run, place, enqueued_at) VALUES (8, 2, 1)')).toThrow('FOREIGN KEY constraint failed')
    db.close()
  })
})

describe('an older log', () => {
  function writeOlder(folder: string): void {
    const db = new Database(join(folder, 'loupe.db'))
    migrate(db, versionBefore)
    db.exec(insertRun)
    db.close()
  }

  it('is backed up and brought forward by the writer, five copies kept', () => {
    using workspace = temporaryWorkspace()
    for (let day = 1; day <= 7; day++) {
      writeOlder(workspace.folder)
      openLogWriter({ workspace: workspace.folder, now: () => Date.UTC(2026, 0, day) }).close()
      const backups = readdirSync(join(workspace.folder, 'backups'))
      expect(backups).toHaveLength(Math.min(day, 5))
      expect(backups).toContain(`loupe-2026010${day}T000000-000Z-schema-${versionBefore}.db`)
      const copy = new Database(join(workspace.folder, 'backups', backups.at(-1) ?? ''), { readonly: true })
      expect(versionOf(copy)).toBe(versionBefore)
      expect(copy.prepare('SELECT id FROM runs').pluck().all()).toEqual([7])
      copy.close()
      if (day < 7) {
        const db = new Database(join(workspace.folder, 'loupe.db'))
        db.pragma('foreign_keys = OFF')
        db.exec('DELETE FROM runs; DELETE FROM studies; DELETE FROM configs;')
        takeBackLastMigration(db)
        db.close()
      }
    }
  })

  it('is refused by the reader, which says what to do', () => {
    using workspace = temporaryWorkspace()
    writeOlder(workspace.folder)
    expect(() => openLogReader({ workspace: workspace.folder })).toThrow(
      expect.objectContaining({ code: 'unsupported', message: expect.stringContaining('Start the engine on it once') }),
    )
  })
})
