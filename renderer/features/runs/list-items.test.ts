import { describe, expect, it } from 'vitest'
import { listItems, moved, pagesOf } from './list-items.ts'

describe('the lines of the list', () => {
  it('are the runs where nothing is grouped', () => {
    expect(listItems({ total: 2, groups: [], folded: new Set() })).toEqual([{ kind: 'run', index: 0 }, { kind: 'run', index: 1 }])
  })

  it('have a head above each group, and leave folded runs out while the others keep their place', () => {
    const groups = [{ value: 'a', count: 2 }, { value: null, count: 1 }]
    const items = listItems({ total: 3, groups, folded: new Set(['"a"']) })
    expect(items).toEqual([
      { kind: 'group', key: '"a"', value: 'a', count: 2, isFolded: true },
      { kind: 'group', key: 'null', value: null, count: 1, isFolded: false },
      { kind: 'run', index: 2 },
    ])
    expect(pagesOf(items, 2)).toEqual([1])
  })
})

describe('moving a column', () => {
  it('puts it at its new place', () => {
    expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a'])
    expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b'])
    expect(moved(['a'], 5, 0)).toEqual(['a'])
  })
})
