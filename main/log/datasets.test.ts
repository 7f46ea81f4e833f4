import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { datasetConfig } from '../contract/dataset-config.ts'
import { runConfig } from '../contract/run-config.ts'
import { usedDatasets } from './datasets.ts'
import { migrate } from './migrations/migrate.ts'
import { openLogWriter } from './open.ts'
import { temporaryWorkspace } from './temporary-log.ts'

const own = (path: string, more: object = {}) => datasetConfig.parse({ name: 'file', path, ...more })

describe('data sets of the log', () => {
  it('are those kept and those that runs train on, each once however it is split', () => {
    using workspace = temporaryWorkspace()
    let now = 1000
    const log = openLogWriter({ workspace: workspace.folder, now: () => now })
    const run = (dataset: object) => {
      now += 1000
      return log.createRun({ studyId: null, key: '', config: runConfig.parse({ dataset }) })
    }
    run({ name: 'digits' })
    run(own('/data/a.csv'))
    run(own('/data/a.csv', { splitSeed: 5, trainExamples: 10 }))
    const trashed = run(own('/data/gone.csv'))
    log.updateRun(trashed.id, { status: 'finished' })
    log.putInTrash({ runIds: [trashed.id], studyIds: [] })
    run(own('/data/a.csv', { badRows: 'skip' }))
    now = 9000
    log.keepDataset(own('/data/folder/', { imageFit: 'crop' }))
    expect(log.datasets().map(({ title, isKept, runs, lastUsedAt, config }) => [title, isKept, runs, lastUsedAt, config.badRows])).toEqual([
      ['folder', true, 0, null, 'refuse'],
      ['a.csv', false, 1, 6000, 'skip'],
      ['a.csv', false, 2, 4000, 'refuse'],
    ])

    now = 10_000
    log.keepDataset(own('/data/a.csv', { splitSeed: 7 }))
    log.keepDataset(own('/data/a.csv', { splitSeed: 8 }))
    expect(log.datasets()[0]).toMatchObject({ title: 'a.csv', isKept: true, runs: 2, lastUsedAt: 4000, config: { splitSeed: 8 } })
    log.forgetDataset(own('/data/a.csv'))
    expect(log.datasets().filter(({ isKept }) => isKept).map(({ title }) => title)).toEqual(['folder'])
    expect(() => log.forgetDataset(own('/data/a.csv'))).toThrow(expect.objectContaining({ code: 'not-found' }))
    log.close()
  })

  it('are found by one pass over the runs', () => {
    const db = new Database(':memory:')
    migrate(db)
    const steps = db.prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${usedDatasets}`).all()
    db.close()
    expect(steps.map(({ detail }) => detail)).toEqual(['SCAN r', 'SEARCH c USING INTEGER PRIMARY KEY (rowid=?)', 'USE TEMP B-TREE FOR GROUP BY'])
  })
})
