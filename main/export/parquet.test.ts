import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import { temporaryWorkspace } from '../log/temporary-log.ts'
import { writeParquet } from './parquet.ts'
import type { Row, Table } from './table.ts'

const columns: Table['columns'] = [
  { name: 'run', kind: 'text' },
  { name: 'step', kind: 'integer' },
  { name: 'value', kind: 'number' },
  { name: 'done', kind: 'boolean' },
  { name: 'at', kind: 'instant' },
]
const tableOf = (...batches: readonly Row[][]): Table => ({ name: 't', columns, batches: () => batches })

async function written(table: Table): Promise<ArrayBuffer> {
  using folder = temporaryWorkspace()
  const file = join(folder.folder, 't.parquet')
  await writeParquet({ file, table, facts: { 'loupe.source': '{"id":"run-1"}' } })
  return new Uint8Array(readFileSync(file)).buffer
}

describe('a table as Parquet', () => {
  it('reads back with every type and every value as it was', async () => {
    const rows: Row[] = [
      ['a "b", 日本', 9_007_199_254_740_991, 0.1, true, 1_800_000_000_000],
      ['', -1, Number.NaN, false, 0],
      [null, null, -Infinity, null, null],
      ['c', 0, null, true, null],
    ]
    const file = await written(tableOf(rows.slice(0, 1), rows.slice(1)))
    expect(await parquetReadObjects({ file })).toEqual([
      { run: 'a "b", 日本', step: 9_007_199_254_740_991n, value: 0.1, done: true, at: new Date(1_800_000_000_000) },
      { run: '', step: -1n, value: Number.NaN, done: false, at: new Date(0) },
      { run: null, step: null, value: -Infinity, done: null, at: null },
      { run: 'c', step: 0n, value: null, done: true, at: null },
    ])
    const { schema, key_value_metadata: facts, num_rows: rowCount } = parquetMetadata(file)
    expect(schema.slice(1).map(({ name, type, converted_type: converted }) => [name, type, converted])).toEqual([
      ['run', 'BYTE_ARRAY', 'UTF8'],
      ['step', 'INT64', undefined],
      ['value', 'DOUBLE', undefined],
      ['done', 'BOOLEAN', undefined],
      ['at', 'INT64', 'TIMESTAMP_MILLIS'],
    ])
    expect([facts, rowCount]).toEqual([[{ key: 'loupe.source', value: '{"id":"run-1"}' }], 4n])
  })

  it('is the same bytes each time', async () => {
    const table = tableOf([['a', 1, 0.5, true, 5]])
    expect(Buffer.from(await written(table)).equals(Buffer.from(await written(table)))).toBe(true)
  })

  it('reads back without rows', async () => {
    expect(await parquetReadObjects({ file: await written(tableOf()) })).toEqual([])
  })

  it('keeps the order of rows over more than one group', async () => {
    const rows = Array.from({ length: 100_001 }, (_, step): Row => ['a', step, step / 2, null, null])
    const file = await written(tableOf(rows.slice(0, 60_000), rows.slice(60_000)))
    expect(parquetMetadata(file).row_groups).toHaveLength(2)
    expect(await parquetReadObjects({ file, columns: ['step', 'value'], rowStart: 99_999 })).toEqual([{ step: 99_999n, value: 49_999.5 }, { step: 100_000n, value: 50_000 }])
  })
})
