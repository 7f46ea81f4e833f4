import { describe, expect, it } from 'vitest'
import Database from 'better-sqlite3'
import { join } from 'node:path'
import { madeImport } from './made-import.ts'
import { openLogReader, openLogWriter } from './open.ts'
import { namedRun, namedStudy, temporaryWorkspace } from './temporary-log.ts'

describe('the queue in the log', () => {
  it('has what is created, in that order, and not the runs of a study', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder, now: () => 42 })
    const run = log.createRun({ studyId: null, key: '', config: namedRun('first') })
    const study = log.createStudy(namedStudy('second'))
    log.createRun({ studyId: study.id, key: 'a', config: namedRun('under it') })
    expect(log.queue()).toEqual([
      { id: run.id, kind: 'run', name: 'first', status: 'queued', priority: 'normal', place: 1, isHeld: false, enqueuedAt: 42, startedAt: null },
      { id: study.id, kind: 'study', name: 'second', status: 'queued', priority: 'normal', place: 2, isHeld: false, enqueuedAt: 42, startedAt: null },
    ])
    expect(log.queueSettings()).toEqual({ isPaused: false, startsOnOpening: true, sideBySide: 1 })
    log.close()
  })

  it('keeps the place of what trains, pauses or is interrupted, and forgets what has ended', () => {
    using workspace = temporaryWorkspace()
    let now = 1
    const log = openLogWriter({ workspace: workspace.folder, now: () => now })
    const [one, two] = ['one', 'two'].map((name) => log.createRun({ studyId: null, key: '', config: namedRun(name) }).id)
    if (one === undefined || two === undefined) throw new Error('two runs')
    log.changeQueue([{ id: one, priority: 'high', isHeld: true }])
    now = 5
    for (const status of ['running', 'paused', 'queued', 'running', 'interrupted', 'queued'] as const) log.updateRun(one, { status })
    expect(log.queue()[0]).toMatchObject({ id: one, place: 1, priority: 'high', isHeld: true, enqueuedAt: 5 })
    for (const status of ['finished', 'failed', 'stopped'] as const) {
      log.updateRun(one, { status })
      expect(log.queue().map(({ id }) => id)).toEqual([two])
      log.updateRun(one, { status: 'queued' })
      expect(log.queue().map(({ id, place, priority }) => [id, place, priority])).toEqual([[two, 2, 'normal'], [one, 3, 'normal']])
    }
    log.close()
  })

  it('changes all or nothing, and refuses what is not in it', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const { id } = log.createRun({ studyId: null, key: '', config: namedRun('one') })
    expect(() => log.changeQueue([{ id, place: 7 }, { id: 'run-9', place: 1 }])).toThrow(expect.objectContaining({ code: 'not-found' }))
    expect(log.queue()[0]?.place).toBe(1)
    log.configureQueue({ isPaused: true })
    log.configureQueue({ sideBySide: 3 })
    expect(log.queueSettings()).toEqual({ isPaused: true, startsOnOpening: true, sideBySide: 3 })
    log.close()
  })

  it('is left by what is in the trash, and by what is purged for good', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const study = log.createStudy(namedStudy('s'))
    log.updateStudy(study.id, { status: 'paused' })
    log.putInTrash({ runIds: [], studyIds: [study.id] })
    expect(log.queue()).toEqual([])
    log.restoreFromTrash({ runIds: [], studyIds: [study.id] })
    expect(log.queue()).toHaveLength(1)
    log.putInTrash({ runIds: [], studyIds: [study.id] })
    log.purge({ runIds: [], studyIds: [study.id] })
    log.close()
    const db = new Database(join(workspace.folder, 'loupe.db'), { readonly: true })
    expect(db.prepare('SELECT count(*) FROM queue').pluck().get()).toBe(0)
    expect(db.pragma('foreign_key_check')).toEqual([])
    db.close()
  })

  it('waits on over the end of its process; what trained is interrupted, and what an older version left has no place', () => {
    using workspace = temporaryWorkspace()
    const first = openLogWriter({ workspace: workspace.folder, now: () => 0 })
    const [trained, waits, old] = ['trained', 'waits', 'old'].map((name) => first.createRun({ studyId: null, key: '', config: namedRun(name) }).id)
    const study = first.createStudy(namedStudy('s'))
    first.updateRun(trained ?? '', { status: 'running' })
    const db = new Database(join(workspace.folder, 'loupe.db'))
    db.prepare("DELETE FROM queue WHERE run = (SELECT id FROM runs WHERE name = 'old')").run()
    db.close()
    const second = openLogWriter({ workspace: workspace.folder })
    expect(second.queue().map(({ id, status }) => [id, status])).toEqual([[trained, 'interrupted'], [waits, 'queued'], [study.id, 'queued']])
    expect(second.run(old ?? '').status).toBe('interrupted')
    second.close()
    first.close()
  })

  it('names what finished or failed by itself, the latest first', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const end = (id: string, status: 'finished' | 'failed' | 'stopped', finishedAt: number) => log.updateRun(id, { status, finishedAt, ...(status === 'failed' ? { error: { code: 'not-finite', message: 'NaN', facts: {} } } : {}) })
    const [one, two, three] = ['one', 'two', 'three'].map((name) => log.createRun({ studyId: null, key: '', config: namedRun(name) }).id)
    const study = log.createStudy(namedStudy('s'))
    end(one ?? '', 'finished', 30)
    end(two ?? '', 'failed', 10)
    end(three ?? '', 'stopped', 40)
    end(log.createRun({ studyId: study.id, key: 'a', config: namedRun('under it') }).id, 'finished', 50)
    log.updateStudy(study.id, { status: 'finished', finishedAt: 20 })
    log.importRun(madeImport(), []) // another program's, which Loupe never trained
    const reader = openLogReader({ workspace: workspace.folder })
    expect(reader.ended(10)).toEqual([
      { id: one, kind: 'run', name: 'one', status: 'finished', at: 30, error: null },
      { id: study.id, kind: 'study', name: 's', status: 'finished', at: 20, error: null },
      { id: two, kind: 'run', name: 'two', status: 'failed', at: 10, error: { code: 'not-finite', message: 'NaN', facts: {} } },
    ])
    expect(reader.ended(1)).toHaveLength(1)
    reader.close()
    log.close()
  })
})
