import { describe, expect, it } from 'vitest'
import { parseFilter } from '../../../main/contract/filter/parse-filter.ts'
import { choiceOf, filtersOf, queryOf } from './compare-address.ts'

describe('the address of a comparison', () => {
  it('names runs, a study or a filter, in that order', () => {
    expect(choiceOf({ runs: 'run-000002,run-1, run-000002', filter: 'x' })).toEqual({ kind: 'runs', runIds: ['run-000002', 'run-1'] })
    expect(choiceOf({ study: 'study-0004' })).toEqual({ kind: 'study', studyId: 'study-0004' })
    expect(choiceOf({ filter: '' })).toEqual({ kind: 'filter', filter: '' })
    expect(choiceOf({})).toEqual({ kind: 'none' })
  })

  it('takes nothing else for the name of a run', () => {
    expect(choiceOf({ runs: 'run-1) or (id = run-2,DROP' })).toEqual({ kind: 'none' })
    expect(choiceOf({ study: 'everything' })).toEqual({ kind: 'none' })
  })

  it('comes back as it was written', () => {
    for (const choice of [{ kind: 'runs', runIds: ['run-000001'] }, { kind: 'filter', filter: 'tag:paper' }, { kind: 'study', studyId: 'study-0001' }] as const) expect(choiceOf(queryOf(choice))).toEqual(choice)
  })

  it('asks for a thousand runs in filters that read', () => {
    const runIds = Array.from({ length: 1000 }, (_, i) => `run-${String(i).padStart(6, '0')}`)
    const filters = filtersOf({ kind: 'runs', runIds })
    expect(filters).toHaveLength(12)
    for (const filter of filters) expect(parseFilter(filter)).not.toBeNull()
    expect(parseFilter(filtersOf({ kind: 'study', studyId: 'study-0004' })[0]!)).not.toBeNull()
  })
})
