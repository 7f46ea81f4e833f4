import { describe, expect, it } from 'vitest'
import { runRecord } from '../../test/records.ts'
import { filterRuns, sortRuns } from './run-table.ts'

const runs = [runRecord({ batchSize: 16 }), runRecord({ batchSize: 8, status: 'running', studyId: 'study-2' }), runRecord({ batchSize: 128, wallMs: 5 })]
const keys = (list: readonly { key: string }[]) => list.map((run) => run.key)

describe('the runs table', () => {
  it('filters by words, status and study together', () => {
    expect(keys(filterRuns(runs, { text: 'B=8', status: null, studyId: null }))).toEqual(['b=8 seed=1'])
    expect(keys(filterRuns(runs, { text: 'mlp seed=1', status: 'finished', studyId: 'study-1' }))).toEqual(['b=16 seed=1', 'b=128 seed=1'])
    expect(filterRuns(runs, { text: 'mlp cnn', status: null, studyId: null })).toEqual([])
  })

  it('sorts texts with their numbers in order', () => {
    expect(keys(sortRuns(runs, { column: 'run', isDescending: false }))).toEqual(['b=8 seed=1', 'b=16 seed=1', 'b=128 seed=1'])
  })

  it('sorts numbers both ways and keeps the order of equals', () => {
    expect(keys(sortRuns(runs, { column: 'wall', isDescending: false }))).toEqual(['b=128 seed=1', 'b=16 seed=1', 'b=8 seed=1'])
    expect(keys(sortRuns(runs, { column: 'created', isDescending: true }))).toEqual(keys(runs))
  })
})
