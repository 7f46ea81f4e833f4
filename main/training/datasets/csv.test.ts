import { describe, expect, it } from 'vitest'
import { collectBadRows } from './bad-rows.ts'
import { readCsv } from './csv.ts'
import type { CsvOptions } from './csv.ts'

function read(text: string, labelColumn: string | null = null) {
  return readCsv(Buffer.from(text), { file: 'table.csv', labelColumn })
}

describe('readCsv', () => {
  it('reads numbers and takes the last column for the label', () => {
    const table = read('1,2.5,0\n-3e1,.5,1\n')
    expect(table.inputs.shape).toEqual([2, 2])
    expect([...table.inputs.values]).toEqual([1, 2.5, -30, 0.5])
    expect([...table.labels]).toEqual([0, 1])
    expect(table.classNames).toEqual(['0', '1'])
    expect(table.features).toEqual(['1', '2'])
  })

  it('knows a header by a feature’s name', () => {
    const table = read('length,width,kind\n1,2,b\n3,4,a\n5,6,b\n')
    expect(table.features).toEqual(['length', 'width'])
    expect(table.classNames).toEqual(['a', 'b'])
    expect([...table.labels]).toEqual([1, 0, 1])
  })

  it('knows a header whose features are numbered by the label’s name', () => {
    const table = read('0,1,label\n9,8,1\n7,6,0\n')
    expect(table.inputs.shape).toEqual([2, 2])
    expect([...table.labels]).toEqual([1, 0])
  })

  it('keeps a first row of numbers whose label is a word', () => {
    expect(read('5.1,3.5,setosa\n7,3.2,versicolor\n').inputs.shape).toEqual([2, 2])
  })

  it('takes the named column for the label, wherever it stands', () => {
    const table = read('kind,length,width\nb,1,2\na,3,4\n', 'kind')
    expect([...table.inputs.values]).toEqual([1, 2, 3, 4])
    expect([...table.labels]).toEqual([1, 0])
  })

  it('maps whole numbers to classes in numeric order, not in that of their digits', () => {
    const table = read('0,10\n0,9\n0,2\n')
    expect(table.classNames).toEqual(['2', '9', '10'])
    expect([...table.labels]).toEqual([2, 1, 0])
  })

  it('reads a byte-order mark, Windows line ends, quotes, blank lines and tabs', () => {
    expect([...read('\ufeff1,"2",0\r\n\r\n3,4,1\r\n').inputs.values]).toEqual([1, 2, 3, 4])
    expect([...read('1\t2\t0\n3\t4\t1\n').inputs.values]).toEqual([1, 2, 3, 4])
  })

  it.each([
    ['an empty file', '', 'table.csv, line 1: expected at least one row, found an empty file.'],
    ['a single column', '1\n2\n', 'table.csv, line 1: expected a feature and a label, at least 2 columns, found 1.'],
    ['a header alone', 'a,b\n', 'table.csv, line 2: expected at least one row under the header, found the end of the file.'],
    ['a ragged row', '1,2,0\n3,4,1\n5,6\n', 'table.csv, line 3: expected 3 cells, as in the first row, found 2. Set badRows to skip: such rows are left out and counted.'],
    ['an empty label', '1,2,0\n3,4,\n', 'table.csv, line 2, column "3": expected a label, found an empty cell. Set badRows to skip: such rows are left out and counted.'],
    ['a single class', '1,0\n2,0\n', 'table.csv, column "2": expected at least 2 classes, found only "0".'],
  ])('refuses %s and says where', (_, text, message) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'data-malformed', message }))
  })

  it.each([
    ['a word', 'a,b,c\n1,2,0\n1,x,1\n', 'table.csv, line 3, column "b": expected a finite number, found "x".'],
    ['an empty cell', 'a,b,c\n1,2,0\n,3,1\n', 'table.csv, line 3, column "a": expected a finite number, found an empty cell.'],
    ['NaN', 'a,b,c\n1,2,0\nNaN,3,1\n', 'table.csv, line 3, column "a": expected a finite number, found "NaN".'],
    ['a number beyond float32', 'a,b,c\n1,2,0\n1e39,3,1\n', 'table.csv, line 3, column "a": expected a finite number, found "1e39".'],
    ['a quantity for a label', 'a,b\n1,0.5\n2,1.5\n', 'table.csv, line 2, column "b": expected a class, as a whole number or a word, found "0.5".'],
    ['an unclosed quote', '1,2,0\n"3,4,1\n', 'table.csv, line 2: expected well-formed CSV'],
  ])('refuses %s and says where', (_, text, start) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'data-malformed', message: expect.stringContaining(start) }))
  })

  it('counts lines, not rows: blank ones and quoted ends of line too', () => {
    expect(() => read('a,b,c\n\n1,2,"no\nno"\n\n3,x,yes\n')).toThrow(/line 6, column "b"/)
  })

  it('lists the columns where the named one is not there', () => {
    const message = 'table.csv has no column "species" in its first line. Its columns are: a, b, c.'
    expect(() => read('a,b,c\n1,2,0\n', 'species')).toThrow(expect.objectContaining({ code: 'invalid-input', message }))
  })

  it('reads 100,000 rows in linear time: under 5 s', () => {
    const start = performance.now()
    expect(read('1,2,3,4,5,6,7,8,0\n1,2,3,4,5,6,7,8,1\n'.repeat(50_000)).labels.length).toBe(100_000)
    expect(performance.now() - start).toBeLessThan(5000)
  })
})

describe('readCsv, collecting bad rows', () => {
  const collect = (text: string, more: Partial<CsvOptions> = {}) => {
    const badRows = collectBadRows()
    return { table: readCsv(Buffer.from(text), { file: 'table.csv', labelColumn: null, badRows, ...more }), report: badRows.report() }
  }

  it('finds the one bad row among 1,000 and keeps the other 999', () => {
    const rows = Array.from({ length: 1000 }, (_, row) => (row === 345 ? 'x,1,0' : `${row},${row % 7},${row % 2}`))
    const { table, report } = collect(`a,b,kind\n${rows.join('\n')}\n`)
    expect([table.inputs.shape, table.labels.length, table.inputs.values[2 * 345]]).toEqual([[999, 2], 999, 346])
    expect(report).toEqual({
      rows: 1,
      cells: 1,
      byKind: [{ kind: 'not-a-number', cells: 1 }],
      byColumn: [{ column: 'a', cells: 1, empty: 0 }],
      listed: [{ file: 'table.csv', row: 'line 347', column: 'a', kind: 'not-a-number', expected: 'a finite number', found: '"x"' }],
    })
  })

  it('tells every bad cell of a row, rows of other lengths, labels that are none and rows that are no CSV', () => {
    const { table, report } = collect('a,b,kind\n1,2,0\n,x,1\n1,2\n3,4,\n5,NaN,1\n5,6,0.5\n7"8,9,1\n7,8,1\n')
    expect([[...table.inputs.values], [...table.labels]]).toEqual([[1, 2, 7, 8], [0, 1]])
    expect(report.listed.map(({ row, column, kind }) => [row, column, kind]).toSorted()).toEqual([
      ['line 3', 'a', 'empty'],
      ['line 3', 'b', 'not-a-number'],
      ['line 4', null, 'cells'],
      ['line 5', 'kind', 'empty'],
      ['line 6', 'b', 'not-finite'],
      ['line 7', 'kind', 'label'],
      ['line 8', null, 'syntax'],
    ])
    expect([report.rows, report.cells, report.byColumn]).toEqual([6, 7, [{ column: 'kind', cells: 2, empty: 1 }, { column: 'b', cells: 2, empty: 0 }, { column: 'a', cells: 1, empty: 1 }]])
  })

  it('refuses the file where a closing quote goes wrong: nobody could say where the next row begins', () => {
    for (const row of ['"7"8,9,1', '"78,9,1']) {
      expect(() => collect(`a,b,kind\n1,2,0\n${row}\n7,8,1\n`)).toThrow(expect.objectContaining({ code: 'data-malformed', message: expect.stringContaining('expected well-formed CSV') }))
    }
  })

  it('lists 1,000 at most and counts all', () => {
    const { report } = collect(`a,kind\n1,0\n2,1\n${'x,1\n'.repeat(1500)}`)
    expect([report.rows, report.listed.length]).toEqual([1500, 1000])
  })

  it('takes the columns that are named, in that order', () => {
    const { table } = collect('id,a,b,kind\nr1,1,2,0\nr2,3,4,1\n', { featureColumns: ['b', 'a'] })
    expect([table.features, [...table.inputs.values]]).toEqual([['b', 'a'], [2, 1, 4, 3]])
  })

  it('refuses a file of which no row is left', () => {
    expect(() => collect('a,kind\nx,0\ny,1\n')).toThrow(expect.objectContaining({ code: 'data-malformed', message: expect.stringContaining('found no row that can be used') }))
  })
})
