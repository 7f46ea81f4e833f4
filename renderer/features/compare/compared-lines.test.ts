import { describe, expect, it } from 'vitest'
import type { RunRow } from '../../../main/contract/annotations.ts'
import { bySeeds, comparedLines } from './compared-lines.ts'

const row = (id: string, key: string, value: RunRow['values'][number] = null): RunRow => ({ id, name: '', note: '', tags: [], isStarred: false, isArchived: false, trashedAt: null, studyId: 'study-0001', studyName: null, key, status: 'finished', values: [value] })
const shared = { alike: [], textOf: String, label: 'Batch' }

describe('lines of a comparison', () => {
  it('are the runs themselves without a grouping', () => {
    expect(comparedLines({ ...shared, rows: [row('run-1', 'b=8 seed=1'), row('run-2', '')], grouping: null }).map(({ id, name }) => [id, name])).toEqual([['run-1', 'b=8 seed=1'], ['run-2', 'run-2']])
  })

  it('put runs of one value together, numbers by size, none last', () => {
    const rows = [row('run-1', '', 64), row('run-2', '', null), row('run-3', '', 8), row('run-4', '', 64)]
    const lines = comparedLines({ ...shared, rows, grouping: 'batchSize' })
    expect(lines.map(({ id, name, runs }) => [id, name, runs.map((run) => run.id)])).toEqual([
      ['batchSize = 8', 'Batch: 8', ['run-3']],
      ['batchSize = 64', 'Batch: 64', ['run-1', 'run-4']],
      ['batchSize = null', 'Batch: null', ['run-2']],
    ])
  })

  it('put runs that differ in their seed together, under a name without it', () => {
    const rows = [row('run-1', 'b=8 seed=1'), row('run-2', 'b=8 seed=2'), row('run-3', 'seed=3')]
    const lines = comparedLines({ ...shared, rows, grouping: bySeeds, alike: [0, 0, 1] })
    expect(lines.map(({ id, name, runs }) => [id, name, runs.length])).toEqual([['alike run-1', 'b=8', 2], ['alike run-3', 'run-3', 1]])
  })
})
