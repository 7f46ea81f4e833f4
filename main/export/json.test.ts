import { describe, expect, it } from 'vitest'
import { jsonOf } from './json.ts'
import type { Row, Table } from './table.ts'

const tableOf = (...batches: readonly Row[][]): Table => ({ name: 't', columns: [{ name: 'run', kind: 'text' }, { name: 'value', kind: 'number' }, { name: 'at', kind: 'instant' }], batches: () => batches })
const text = (table: Table): string => [...jsonOf(table)].join('')

describe('a table as JSON', () => {
  it('is an array of objects over all batches', () => {
    expect(JSON.parse(text(tableOf([['a', 1, 0]], [], [['b "c"', null, null]])))).toEqual([
      { run: 'a', value: 1, at: '1970-01-01T00:00:00.000Z' },
      { run: 'b "c"', value: null, at: null },
    ])
  })

  it('tells NaN and the infinities from nothing', () => {
    expect(text(tableOf([['a', Number.NaN, null], ['a', -Infinity, null]]))).toBe('[\n{"run":"a","value":"NaN","at":null},\n{"run":"a","value":"-Infinity","at":null}\n]\n')
  })

  it('is an empty array without rows', () => {
    expect(text(tableOf())).toBe('[]\n')
  })
})
