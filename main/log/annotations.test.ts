import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { LoupeError } from '../contract/errors.ts'
import { madeGradients } from './made-gradients.ts'
import { openLogReader, openLogWriter } from './open.ts'
import { batchLoss, namedRun, namedStudy, temporaryWorkspace } from './temporary-log.ts'

const page = { limit: 100, offset: 0 }
const all = { filter: '', sort: [], groupBy: null, columns: [], ...page }

function opened(folder: string) {
  const log = openLogWriter({ workspace: folder, now: () => 1_700_000_000_000 })
  const study = log.createStudy(namedStudy('sweep'))
  const inStudy = log.createRun({ studyId: study.id, key: 'b=8', config: namedRun('of the sweep') })
  const single = log.createRun({ studyId: null, key: '', config: namedRun('alone') })
  for (const { id } of [inStudy, single]) log.updateRun(id, { status: 'finished' })
  log.updateStudy(study.id, { status: 'finished' })
  return { log, study, inStudy, single }
}

describe('annotations', () => {
  it('begin empty under the configured name, change in what is given, and are undone by what they were', () => {
    using workspace = temporaryWorkspace()
    const { log, single, study } = opened(workspace.folder)
    const first = log.annotation('run', single.id)
    expect(first).toEqual({ id: single.id, name: 'alone', note: '', tags: [], isStarred: false, isArchived: false, trashedAt: null })
    const before = log.annotate('run', [{ id: single.id, name: 'better', tags: ['b', 'a'], isStarred: true }])
    expect(before).toEqual([first])
    expect(log.annotation('run', single.id)).toEqual({ ...first, name: 'better', tags: ['a', 'b'], isStarred: true })
    expect(log.run(single.id)).toMatchObject({ name: 'better', config: { name: 'alone' } })
    log.annotate('run', before.map(({ id, name, note, tags, isStarred, isArchived }) => ({ id, name, note, tags, isStarred, isArchived })))
    expect(log.annotation('run', single.id)).toEqual(first)
    log.annotate('study', [{ id: study.id, name: 'best sweep', note: 'Why.' }])
    log.updateStudy(study.id, { config: namedStudy('other'), status: 'finished' })
    expect(log.study(study.id).name).toBe('best sweep')
    expect(log.annotation('study', study.id).note).toBe('Why.')
    log.close()
  })

  it('keep each tag once, whatever its case, and say which are in use', () => {
    using workspace = temporaryWorkspace()
    const { log, single, inStudy, study } = opened(workspace.folder)
    log.annotate('run', [{ id: single.id, addTags: ['Good', 'x'] }, { id: inStudy.id, addTags: ['x'] }])
    log.annotate('run', [{ id: single.id, addTags: ['good'], removeTags: ['X'] }])
    log.annotate('study', [{ id: study.id, addTags: ['x'] }])
    expect(log.annotation('run', single.id).tags).toEqual(['Good'])
    expect(log.tags()).toEqual([{ tag: 'Good', count: 1 }, { tag: 'x', count: 2 }])
    log.close()
  })

  it('change all or none', () => {
    using workspace = temporaryWorkspace()
    const { log, single } = opened(workspace.folder)
    expect(() => log.annotate('run', [{ id: single.id, isStarred: true }, { id: 'run-99', isStarred: true }])).toThrow('There is no run "run-99"')
    expect(() => log.annotate('run', [{ id: single.id, addTags: Array.from({ length: 51 }, (_, index) => `t${index}`) }])).toThrow('at most 50')
    expect(log.annotation('run', single.id)).toMatchObject({ isStarred: false, tags: [] })
    log.close()
  })
})

describe('saved views', () => {
  it('are kept by name, replaced by one of the same name, and deleted', () => {
    using workspace = temporaryWorkspace()
    const { log } = opened(workspace.folder)
    const view = { filter: 'starred', sort: [{ field: 'accuracy', isDescending: true }], groupBy: 'study', columns: ['status', 'accuracy'] }
    log.saveView('Best', view)
    log.saveView('Best', { ...view, filter: '' })
    expect(log.views()).toEqual([{ name: 'Best', view: { ...view, filter: '' } }])
    log.deleteView('Best')
    expect(log.views()).toEqual([])
    expect(() => log.deleteView('Best')).toThrow('There is no saved view "Best"')
    log.close()
  })
})

describe('the trash', () => {
  it('hides runs and studies from every list until they are restored', () => {
    using workspace = temporaryWorkspace()
    const { log, single, study, inStudy } = opened(workspace.folder)
    log.putInTrash({ runIds: [single.id], studyIds: [study.id] })
    expect(log.runs({ ...page, studyId: null })).toEqual({ runs: [], total: 0 })
    expect(log.studies(page)).toEqual({ studies: [], total: 0 })
    expect(log.search(all)).toMatchObject({ rows: [], total: 0 })
    expect(log.trash()).toMatchObject([{ id: study.id, kind: 'study', runs: 1, trashedAt: 1_700_000_000_000 }, { id: single.id, kind: 'run', runs: 1 }])
    expect(log.annotation('run', inStudy.id).trashedAt).toBe(1_700_000_000_000)
    log.restoreFromTrash({ runIds: [single.id], studyIds: [study.id] })
    expect(log.runs({ ...page, studyId: null }).total).toBe(2)
    expect(log.studies(page).total).toBe(1)
    expect(log.trash()).toEqual([])
    log.close()
  })

  it('takes nothing that trains or waits to, and no run out of its study', () => {
    using workspace = temporaryWorkspace()
    const { log, single, study, inStudy } = opened(workspace.folder)
    log.updateRun(single.id, { status: 'running' })
    log.updateStudy(study.id, { status: 'queued' })
    expect(() => log.putInTrash({ runIds: [single.id], studyIds: [] })).toThrow('is running')
    expect(() => log.putInTrash({ runIds: [], studyIds: [study.id] })).toThrow('is queued')
    expect(() => log.putInTrash({ runIds: [inStudy.id], studyIds: [] })).toThrow('belongs to the study study-0001')
    log.updateStudy(study.id, { status: 'stopped' })
    log.updateRun(inStudy.id, { status: 'running' })
    expect(() => log.putInTrash({ runIds: [], studyIds: [study.id] })).toThrow('is running')
    expect(log.trash()).toEqual([])
    log.close()
  })

  it('is purged of every row and checkpoint file, and of nothing that is not in it', () => {
    using workspace = temporaryWorkspace()
    const { log, single, study, inStudy } = opened(workspace.folder)
    for (const { id } of [single, inStudy]) {
      log.appendMetrics(id, [batchLoss(1, 2), { key: 'train/loss', step: 1, examples: 64, wallMs: 1, value: 2 }])
      log.appendGradients(id, [madeGradients(1)])
      log.saveCheckpoint(id, { step: 1, examples: 64, bytes: new Uint8Array(100), keep: 2 })
      log.appendEvent({ studyId: null, runId: id, level: 'info', kind: 'run.resumed', message: 'x' })
    }
    expect(() => log.purge({ runIds: [single.id], studyIds: [] })).toThrow('is not in the trash')
    log.putInTrash({ runIds: [], studyIds: [study.id] })
    expect(log.purge({ runIds: [], studyIds: [study.id] })).toEqual({ runs: 1, checkpointBytes: 100 })
    expect(() => log.run(inStudy.id)).toThrow(LoupeError)
    expect(() => log.study(study.id)).toThrow(LoupeError)
    expect(existsSync(join(workspace.folder, 'checkpoints', inStudy.id))).toBe(false)
    expect(existsSync(join(workspace.folder, 'checkpoints', single.id))).toBe(true)
    expect(log.checkpoints(single.id)).toHaveLength(1)
    expect(log.metricKeys(single.id)).toEqual(['train/batch-loss', 'train/loss'])
    // The next run has an id of its own.
    expect(log.createRun({ studyId: null, key: '', config: namedRun('next') }).id).toBe('run-000003')
    log.close()
    const db = new Database(join(workspace.folder, 'loupe.db'))
    expect(db.pragma('foreign_key_check')).toEqual([])
    for (const table of ['metrics', 'metric_extremes', 'gradients', 'gradient_units', 'checkpoints', 'run_records']) expect(db.prepare(`SELECT count(*) FROM ${table} WHERE run = 1`).pluck().get(), table).toBe(0)
    expect(db.prepare('SELECT count(*) FROM events WHERE run = 1 OR study = 1').pluck().get()).toBe(0)
    db.close()
  })

  it('loses the files of what a dying process had purged at the next start', () => {
    using workspace = temporaryWorkspace()
    const { log, single } = opened(workspace.folder)
    log.close()
    const folder = join(workspace.folder, 'checkpoints', 'run-000077')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'x.checkpoint'), 'x')
    const db = new Database(join(workspace.folder, 'loupe.db'))
    db.exec('INSERT INTO purged VALUES (77)')
    db.close()
    openLogWriter({ workspace: workspace.folder }).close()
    expect(existsSync(folder)).toBe(false)
    const reader = openLogReader({ workspace: workspace.folder })
    expect(reader.run(single.id).id).toBe(single.id)
    reader.close()
  })
})
