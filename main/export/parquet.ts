import type { SchemaElement } from 'hyparquet'
import { fileWriter, ParquetWriter } from 'hyparquet-writer'
import type { ColumnSource } from 'hyparquet-writer'
import type { Cell, Column, ColumnKind, Row, Table } from './table.ts'

const ROWS_PER_GROUP = 100_000

/** Text is UTF-8, an integer INT64, a number DOUBLE (NaN and the infinities are numbers there), an instant a timestamp in milliseconds, UTC. */
const types: Readonly<Record<ColumnKind, Pick<SchemaElement, 'type' | 'converted_type'>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  integer: { type: 'INT64' },
  number: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  instant: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
}

/**
 * Writes the table as a Parquet file, compressed with Snappy, in groups of 100,000 rows.
 *
 * @param options.facts What the file says of itself, as key and value, beside its rows.
 */
export async function writeParquet(options: { readonly file: string; readonly table: Table; readonly facts: Readonly<Record<string, string>> }): Promise<void> {
  const { file, table, facts } = options
  const schema: SchemaElement[] = [{ name: 'root', num_children: table.columns.length }, ...table.columns.map(({ name, kind }) => ({ name, ...types[kind], repetition_type: 'OPTIONAL' as const }))]
  const writer = new ParquetWriter({ writer: fileWriter(file), schema, createdBy: 'Loupe', kvMetadata: Object.entries(facts).map(([key, value]) => ({ key, value })) })
  let waiting: Row[] = []
  const write = async () => {
    if (waiting.length > 0) await writer.write({ columnData: columnData(table.columns, waiting), rowGroupSize: ROWS_PER_GROUP })
    waiting = []
  }
  for (const rows of table.batches()) {
    for (const row of rows) waiting.push(row)
    if (waiting.length >= ROWS_PER_GROUP) await write()
  }
  await write()
  await writer.finish()
}

function columnData(columns: readonly Column[], rows: readonly Row[]): ColumnSource[] {
  return columns.map(({ name, kind }, index) => ({ name, data: rows.map((row) => stored(kind, row[index] ?? null)) }))
}

function stored(kind: ColumnKind, cell: Cell): string | number | boolean | bigint | Date | null {
  if (typeof cell !== 'number' || kind === 'number') return cell
  return kind === 'instant' ? new Date(cell) : BigInt(cell)
}
