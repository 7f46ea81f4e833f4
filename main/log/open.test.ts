import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, vi } from 'vitest'
import { LoupeError } from '../contract/errors.ts'
import { openLogReader, openLogWriter } from './open.ts'
import { batchLoss, namedRun, namedStudy, temporaryWorkspace } from './temporary-log.ts'

function refusal(open: () => unknown): LoupeError {
  try {
    open()
  } catch (error) {
    if (error instanceof LoupeError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('openLogWriter', () => {
  it('is taken for what it is where another process makes it just then', () => {
    using workspace = temporaryWorkspace()
    const original = Database.prototype.pragma
    let isMade = false
    const pragma = vi.spyOn(Database.prototype, 'pragma').mockImplementation(function (this: Database.Database, ...parameters) {
      const answer: unknown = original.apply(this, parameters)
      if (parameters[0] === 'application_id' && !isMade) {
        isMade = true
        openLogWriter({ workspace: workspace.folder }).close()
      }
      return answer
    })
    const log = openLogWriter({ workspace: workspace.folder })
    pragma.mockRestore()
    expect(isMade).toBe(true)
    expect(log.runs({ studyId: null, limit: 1, offset: 0 }).total).toBe(0)
    log.close()
  })

  it('creates the workspace and its log', () => {
    using workspace = temporaryWorkspace()
    const folder = join(workspace.folder, 'new', 'workspace')
    openLogWriter({ workspace: folder }).close()
    expect(readdirSync(folder)).toEqual(['loupe.db'])
  })

  it('refuses a second writer and names the first', () => {
    using workspace = temporaryWorkspace()
    const first = openLogWriter({ workspace: workspace.folder, owner: 'loupe serve', now: () => Date.parse('2026-01-02T03:04:05Z') })
    const error = refusal(() => openLogWriter({ workspace: workspace.folder, now: () => Date.parse('2026-01-02T03:04:10Z') }))
    expect(error.code).toBe('conflict')
    expect(error.message).toContain(`in use by loupe serve (process ${process.pid} on `)
    expect(error.message).toContain('since 2026-01-02T03:04:05.000Z')
    expect(error.facts).toMatchObject({ pid: process.pid, owner: 'loupe serve' })
    first.close()
    openLogWriter({ workspace: workspace.folder }).close()
  })

  it('takes over a holder that has been silent for more than 30 s, whose next write is then refused', () => {
    using workspace = temporaryWorkspace()
    const first = openLogWriter({ workspace: workspace.folder, now: () => 1_000_000 })
    expect(refusal(() => openLogWriter({ workspace: workspace.folder, now: () => 1_030_000 })).code).toBe('conflict')
    const second = openLogWriter({ workspace: workspace.folder, now: () => 1_030_001 })
    expect(refusal(() => first.createRun({ studyId: null, key: 'a', config: namedRun('a') })).code).toBe('conflict')
    second.createRun({ studyId: null, key: 'b', config: namedRun('b') })
    first.close()
    expect(second.runs({ studyId: null, limit: 10, offset: 0 }).runs.map((run) => run.key)).toEqual(['b'])
    second.close()
  })

  it('marks what a silent holder left running as interrupted, with an event each', () => {
    using workspace = temporaryWorkspace()
    const first = openLogWriter({ workspace: workspace.folder, now: () => 0 })
    const study = first.createStudy(namedStudy('sweep'))
    first.updateStudy(study.id, { status: 'running' })
    const running = first.createRun({ studyId: study.id, key: 'b=8', config: namedRun('') })
    first.updateRun(running.id, { status: 'running' })
    const done = first.createRun({ studyId: study.id, key: 'b=16', config: namedRun('') })
    first.updateRun(done.id, { status: 'finished' })
    const waiting = first.createRun({ studyId: study.id, key: 'b=32', config: namedRun('') })

    const second = openLogWriter({ workspace: workspace.folder })
    expect(second.study(study.id).status).toBe('interrupted')
    expect(second.runsOf(study.id).map((run) => run.status)).toEqual(['interrupted', 'finished', 'queued'])
    expect(second.events({ studyId: study.id, runId: null, limit: 10, offset: 0 }).map((event) => [event.kind, event.runId])).toEqual([
      ['study.interrupted', null],
      ['run.interrupted', running.id],
    ])
    expect(waiting.key).toBe('b=32')
    second.close()
    first.close()
  })

  it('refuses a log of a newer Loupe and touches nothing', () => {
    using workspace = temporaryWorkspace()
    openLogWriter({ workspace: workspace.folder }).close()
    const path = join(workspace.folder, 'loupe.db')
    const db = new Database(path)
    db.pragma('user_version = 99')
    db.close()
    const before = readFileSync(path)
    for (const open of [openLogWriter, openLogReader]) {
      const error = refusal(() => open({ workspace: workspace.folder }))
      expect(error.code).toBe('log-too-new')
      expect(error.message).toMatch(/schema 99; this one knows up to \d+/)
    }
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  it('refuses a SQLite database that is not a log, and leaves it as it is', () => {
    using workspace = temporaryWorkspace()
    const path = join(workspace.folder, 'loupe.db')
    const db = new Database(path)
    db.exec('CREATE TABLE recipes (name TEXT)')
    db.close()
    const before = readFileSync(path)
    expect(refusal(() => openLogWriter({ workspace: workspace.folder })).code).toBe('log-corrupt')
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  it.each([
    ['a garbled header', (path: string) => writeFileSync(path, 'not a database at all, but long enough to have a header; '.repeat(100))],
    ['a few bytes', (path: string) => writeFileSync(path, 'oops')],
    ['a file that was cut off', (path: string) => truncateSync(path, statSync(path).size / 2)],
  ])('refuses %s and says what to do', (_name, damage) => {
    using workspace = temporaryWorkspace()
    openLogWriter({ workspace: workspace.folder }).close()
    damage(join(workspace.folder, 'loupe.db'))
    for (const open of [openLogWriter, openLogReader]) {
      const error = refusal(() => open({ workspace: workspace.folder }))
      expect(error.code).toBe('log-corrupt')
      expect(error.message).toContain('move loupe.db and its -wal and -shm away')
    }
  })

  it('finds garbled pages after an unclean end, every time it is asked, and says so', () => {
    using workspace = temporaryWorkspace()
    const first = openLogWriter({ workspace: workspace.folder, now: () => 0 })
    const run = first.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    first.appendMetrics(run.id, Array.from({ length: 50_000 }, (_, step) => batchLoss(step, Math.sin(step))))
    first.flush()
    first.close()
    const path = join(workspace.folder, 'loupe.db')
    const db = new Database(path)
    db.prepare("INSERT INTO lease VALUES (1, 'gone', 999999, 'elsewhere', 'loupe', 0, 0)").run()
    db.pragma('wal_checkpoint(TRUNCATE)')
    db.close()
    const bytes = readFileSync(path)
    bytes.fill(0x5a, 40 * 4096, 60 * 4096)
    writeFileSync(path, bytes)
    for (let attempt = 0; attempt < 2; attempt++) expect(refusal(() => openLogWriter({ workspace: workspace.folder })).code).toBe('log-corrupt')
  })

  it('leaves a database that needs no -wal file beside it when it closes', () => {
    using workspace = temporaryWorkspace()
    const writer = openLogWriter({ workspace: workspace.folder })
    writer.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    expect(existsSync(join(workspace.folder, 'loupe.db-wal'))).toBe(true)
    writer.close()
    writer.close()
    expect(readdirSync(workspace.folder)).toEqual(['loupe.db'])
  })
})

describe('openLogReader', () => {
  it('says that there is no log yet', () => {
    using workspace = temporaryWorkspace()
    expect(refusal(() => openLogReader({ workspace: workspace.folder })).code).toBe('not-found')
  })

  it('sees what the writer commits, while it is open and afterwards', () => {
    using workspace = temporaryWorkspace()
    const writer = openLogWriter({ workspace: workspace.folder })
    const reader = openLogReader({ workspace: workspace.folder })
    const run = writer.createRun({ studyId: null, key: 'a', config: namedRun('first') })
    writer.appendMetrics(run.id, [batchLoss(1, 0.5)])
    writer.flush()
    expect(reader.run(run.id).name).toBe('first')
    expect(reader.metricKeys(run.id)).toEqual(['train/batch-loss'])
    writer.close()
    reader.close()
    const later = openLogReader({ workspace: workspace.folder })
    expect(later.run('run-1').id).toBe('run-000001')
    later.close()
  })
})
