import { describe, expect, it } from 'vitest'
import { openLogWriter } from '../log/open.ts'
import { batchLoss, namedRun, namedStudy, temporaryWorkspace } from '../log/temporary-log.ts'
import { eventsOf, loggedTables } from './logged-tables.ts'
import type { Row } from './table.ts'
import { logMadeRun } from './test/made-log.ts'

function tablesOfMadeRun() {
  using workspace = temporaryWorkspace()
  const log = openLogWriter({ workspace: workspace.folder, now: () => 1_800_000_000_000 })
  const runs = [log.run(logMadeRun(log))]
  const tables = loggedTables({ reader: log, studyId: null, runs }).map(({ name, columns, batches }) => ({ name, columns: columns.map((column) => column.name), rows: [...batches()].flat() as Row[] }))
  log.close()
  return { tables: new Map(tables.map((table) => [table.name, table])), configHash: runs[0]?.configHash }
}

describe('the tables of a run', () => {
  it('have every logged value, also those that are not finite', () => {
    const { tables } = tablesOfMadeRun()
    expect(tables.get('metrics')).toEqual({
      name: 'metrics',
      columns: ['run', 'batchSize', 'seed', 'key', 'step', 'examples', 'wallMs', 'value', 'unit'],
      rows: [
        ['run-000001', 64, 7, 'train/batch-loss', 1, 64, 0.5, 0.5, 'nats'],
        ['run-000001', 64, 7, 'train/batch-loss', 2, 128, 1, Number.NaN, 'nats'],
        ['run-000001', 64, 7, 'train/batch-loss', 3, 192, 1.5, Infinity, 'nats'],
        ['run-000001', 64, 7, 'validation/accuracy', 3, 192, 1.5, 0.1, 'fraction'],
      ],
    })
  })

  it('say what made them: hash, seed, versions, device and the whole config', () => {
    const { tables, configHash } = tablesOfMadeRun()
    const runs = tables.get('runs')
    const cell = (name: string) => runs?.rows[0]?.[runs.columns.indexOf(name)]
    expect(['configHash', 'seed', 'loupe', 'tensorflow', 'device', 'name'].map(cell)).toEqual([configHash, 7, '0.1.0', '2.21.0', '/device:CPU:0', 'a "made", run'])
    expect(JSON.parse(String(cell('config')))).toMatchObject({ seed: 7, batchSize: 64 })
  })

  it('have events, records and histograms, with their JSON in one way only', () => {
    const { tables } = tablesOfMadeRun()
    expect(tables.get('events')?.rows).toEqual([[1, null, 'run-000001', 1_800_000_000_000, 'warning', 'run.resumed', 'Went on,\nat "3".', '{"step":3}']])
    expect(tables.get('records')?.rows).toEqual([['run-000001', 'predictions', 3, '{"exits":[],"labels":[1],"split":"test","step":3}']])
    const [histogram] = tables.get('gradients')?.rows ?? []
    expect(histogram?.slice(0, 5)).toEqual(['run-000001', 3, 0, 'stem', 2304])
    expect(JSON.parse(String(histogram?.[6]))).toMatchObject({ values: { bins: [1900, 1901], counts: [1, 2], zeros: 12 } })
  })

  it('give the values of a long run batch by batch, each once', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.run(logMadeRun(log))
    log.appendMetrics(run.id, Array.from({ length: 50_000 }, (_, index) => batchLoss(index + 4, index)))
    log.flush()
    const metrics = loggedTables({ reader: log, studyId: null, runs: [run] }).find(({ name }) => name === 'metrics')
    const batches = [...(metrics?.batches() ?? [])]
    log.close()
    expect(batches.map(({ length }) => length)).toEqual([50_000, 3, 1])
    expect(new Set(batches.flat().map((row) => `${row[3]} ${row[4]}`)).size).toBe(50_004)
  })
})

describe('the events of a study', () => {
  it('are its own and those of its runs, each once, oldest first', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const { id: studyId } = log.createStudy(namedStudy('s'))
    const run = log.createRun({ studyId, key: 'a', config: namedRun('a') })
    log.appendEvent({ studyId, runId: null, level: 'info', kind: 'study.paused', message: 'first' })
    log.appendEvent({ studyId, runId: run.id, level: 'info', kind: 'run.resumed', message: 'second' })
    log.appendEvent({ studyId: null, runId: run.id, level: 'info', kind: 'run.interrupted', message: 'third' })
    const found = eventsOf({ reader: log, studyId, runs: [run] })
    log.close()
    expect(found.map(({ message }) => message)).toEqual(['first', 'second', 'third'])
  })
})
