import { describe, expect, it } from 'vitest'
import { csvLine, csvOf } from './csv.ts'
import type { Table } from './table.ts'

describe('a line of CSV', () => {
  it('quotes what would be read as something else, and nothing more', () => {
    expect(csvLine(['plain', 'a,b', 'say "hi"', 'two\nlines', 'cr\rhere', ' spaced ', ''])).toBe('plain,"a,b","say ""hi""","two\nlines","cr\rhere", spaced ,""\r\n')
  })

  it('tells nothing from an empty text, and writes numbers so that they read back to the bit', () => {
    expect(csvLine([null, '', 0.1 + 0.2, -0, 1e-300, true])).toBe(',"",0.30000000000000004,0,1e-300,true\r\n')
  })

  it('has words for values that are not finite', () => {
    expect(csvLine([Number.NaN, Infinity, -Infinity])).toBe('NaN,Infinity,-Infinity\r\n')
  })

  it('leaves text that a spreadsheet takes for a formula as it is', () => {
    expect(csvLine(['=1+1', '日本'])).toBe('=1+1,日本\r\n')
  })
})

describe('a table as CSV', () => {
  it('is a header and a line a row, with moments in UTC', () => {
    const table: Table = { name: 't', columns: [{ name: 'at', kind: 'instant' }, { name: 'n', kind: 'integer' }], batches: () => [[[0, 1]], [[null, 2]]] }
    expect([...csvOf(table)].join('')).toBe('at,n\r\n1970-01-01T00:00:00.000Z,1\r\n,2\r\n')
  })
})
