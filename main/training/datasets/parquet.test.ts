import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { collectBadRows } from './bad-rows.ts'
import { readParquet } from './parquet.ts'
import type { ParquetOptions } from './parquet.ts'

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}.parquet`, import.meta.url))
const read = (name: string, more: Partial<ParquetOptions> = {}) => readParquet(fixture(name), { file: `${name}.parquet`, labelColumn: null, featureColumns: null, ...more })

describe('readParquet', () => {
  it.each(['none', 'snappy', 'gzip', 'zstd'])('reads columns of numbers, yes and no, packed by %s, and skips rows with nulls', async (codec) => {
    const badRows = collectBadRows()
    const table = await read(`table-${codec}`, { featureColumns: ['length', 'count', 'is_new'], badRows })
    expect([table.inputs.shape, [...table.inputs.values]]).toEqual([[4, 3], [1.5, 1, 1, 2.5, 2, 0, 5.5, 5, 1, 6.5, 2 ** 40, 0]])
    expect([[...table.labels], table.classNames, table.features]).toEqual([[0, 1, 1, 0], ['cat', 'dog'], ['length', 'count', 'is_new']])
    expect(badRows.report()).toMatchObject({
      rows: 2,
      cells: 2,
      byKind: [{ kind: 'empty', cells: 2 }],
      listed: [{ row: 'row 2', column: 'length', expected: 'a number', found: 'null' }, { row: 'row 3', column: 'kind', expected: 'a label', found: 'null' }],
    })
  })

  it('refuses the file at its first null, with row and column', async () => {
    await expect(read('table-snappy', { featureColumns: ['length'] })).rejects.toMatchObject({ code: 'data-malformed', message: 'table-snappy.parquet, row 2, column "length": expected a number, found null. Set badRows to skip: such rows are left out and counted.' })
  })

  it('keeps the shape of one column of nested lists, and bytes', async () => {
    const { inputs, labels } = await read('pictures')
    expect([inputs.shape, inputs.values instanceof Uint8Array, [...labels]]).toEqual([[4, 3, 2], true, [0, 1, 1, 0]])
    expect([...inputs.values.subarray(6, 12)]).toEqual([10, 11, 12, 13, 14, 15])
  })

  it('puts lists beside other columns, and tells lists of another length and numbers that are none', async () => {
    const badRows = collectBadRows()
    const table = await read('vectors', { badRows })
    expect([table.features, [...table.inputs.values]]).toEqual([['vector[0]', 'vector[1]', 'extra'], [1, 2, 0, 3, 4, 1, 7, 8, 5]])
    expect(badRows.report().listed.map(({ row, kind, found }) => [row, kind, found])).toEqual([['row 2', 'length', '1 values'], ['row 3', 'empty', 'null'], ['row 4', 'not-finite', 'NaN']])
    expect((await read('fixed')).inputs).toMatchObject({ shape: [3, 2], values: Float32Array.of(1, 2, 3, 4, 5, 6) })
  })

  it('takes another column for the label', async () => {
    const table = await read('table-none', { labelColumn: 'is_new', featureColumns: ['count'] })
    expect([table.classNames, [...table.labels]]).toEqual([['false', 'true'], [1, 0, 1, 0, 1, 0]])
  })

  it.each([
    ['text', 'table-none', {}, 'Column "city" of table-none.parquet holds text'],
    ['instants', 'instants', {}, 'Column "when" of instants.parquet holds instants'],
    ['structures', 'structures', {}, 'Column "image" of structures.parquet holds a structure'],
    ['a column that is not there', 'fixed', { featureColumns: ['vektor'] }, 'has no column "vektor", which featureColumns names. Its columns are: vector, label.'],
    ['a label that is not there', 'fixed', { labelColumn: 'class' }, 'has no column "class". Its columns are: vector, label.'],
    ['the label as an input', 'fixed', { featureColumns: ['label'] }, 'is the label, so it can be no input'],
    ['a column twice', 'fixed', { featureColumns: ['vector', 'vector'] }, 'twice'],
  ])('refuses %s', async (_, name, more, message) => {
    await expect(read(name, more)).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining(message) })
  })

  it('refuses three million rows in 20 kB before it unpacks them', async () => {
    expect(fixture('many-rows').length).toBeLessThan(30_000)
    await expect(read('many-rows')).rejects.toMatchObject({ code: 'unsupported', message: 'many-rows.parquet has 3000000 rows; Loupe takes at most 2097152 examples. Use a part of it.' })
  })

  it('refuses a file that is cut, at either end', async () => {
    const whole = fixture('table-snappy')
    for (const bytes of [whole.subarray(0, whole.length / 2), whole.subarray(40), whole.subarray(0, 6), Buffer.alloc(0)]) {
      await expect(readParquet(bytes, { file: 'cut.parquet', labelColumn: null, featureColumns: ['count'] })).rejects.toMatchObject({ code: 'data-malformed', message: expect.stringContaining('expected a whole Parquet file') })
    }
  })
})
