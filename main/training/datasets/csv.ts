import { CsvError, parse } from 'csv-parse/sync'
import { LoupeError } from '../../contract/errors.ts'
import { classesOf } from './csv-labels.ts'
import { malformed } from './malformed.ts'
import type { NumericArray } from './numeric-array.ts'

/** A table with one label a row. */
export interface CsvTable {
  /** float32 `[rows, features]`. */
  readonly inputs: NumericArray
  /** `[rows]`, an index into `classNames`. */
  readonly labels: Int32Array
  /** The distinct labels, numbers in numeric order, anything else in the order of its code points. */
  readonly classNames: readonly string[]
  /** Names of the feature columns; `1`, `2`, … where the file has no header. */
  readonly features: readonly string[]
}

export interface CsvOptions {
  /** Named in errors. */
  readonly file: string
  /** Name of the column that holds the label; null for the last. */
  readonly labelColumn: string | null
}

/** Decimal numbers as people and programs write them; not the hexadecimal, empty or infinite ones that `Number` lets through. */
const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/**
 * Reads a table of numbers with a label column; comma-separated, or tab-separated where the first line has tabs and no comma.
 *
 * The first line is a header where a label column is named, or where one of its cells, the label apart, is not a number.
 * Every other row needs as many cells as the first, every feature a finite number: nothing is filled in.
 *
 * @throws LoupeError `data-malformed` with line and column; `invalid-input` where the label column is not there.
 */
export function readCsv(bytes: Uint8Array, { file, labelColumn }: CsvOptions): CsvTable {
  const rows = parseRows(bytes, file)
  const first = rows[0]
  if (first === undefined) throw malformed({ file, at: 'line 1', expected: 'at least one row', found: 'an empty file' })
  if (first.cells.length < 2) throw malformed({ file, at: 'line 1', expected: 'a feature and a label, at least 2 columns', found: `${first.cells.length}` })
  const label = labelColumn === null ? first.cells.length - 1 : indexOfColumn(labelColumn, { file, header: first.cells })
  const isHeader = labelColumn !== null || hasHeader(rows, label)
  const names = isHeader ? first.cells : first.cells.map((_, index) => `${index + 1}`)
  const body = isHeader ? rows.slice(1) : rows
  if (body.length === 0) throw malformed({ file, at: 'line 2', expected: 'at least one row under the header', found: 'the end of the file' })
  const columns = names.flatMap((name, index) => (index === label ? [] : [{ name, index }]))
  return {
    inputs: { shape: [body.length, columns.length], values: featureValues(body, { file, columns }) },
    ...classesOf(body.map(({ cells, line }) => ({ label: cells[label]!, line })), { file, column: names[label]! }),
    features: columns.map(({ name }) => name),
  }
}

interface Row {
  readonly cells: readonly string[]
  readonly line: number
}

function parseRows(bytes: Uint8Array, file: string): readonly Row[] {
  const rows: Row[] = []
  const start = Buffer.from(bytes.subarray(0, 65536)).toString('utf8').split('\n', 1)[0] ?? ''
  const delimiter = start.includes('\t') && !start.includes(',') ? '\t' : ','
  try {
    parse(bytes, {
      bom: true,
      delimiter,
      trim: true,
      skip_empty_lines: true,
      // Keeps the line beside the cells, which the parser's own result would drop, and lets it hold nothing itself.
      on_record: (cells: string[], context) => (rows.push({ cells, line: context.lines }), null),
    })
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause
    const line = typeof cause['lines'] === 'number' ? cause['lines'] : rows.length + 1
    throw malformed({ file, at: `line ${line}`, ...explain(cause, rows[0]?.cells.length ?? 0), cause })
  }
  return rows
}

function explain(error: CsvError, columns: number): { expected: string; found: string } {
  if (error.code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH') {
    const found = Array.isArray(error['record']) ? `${error['record'].length}` : 'another number'
    return { expected: `${columns} cells, as in the first row`, found }
  }
  return { expected: 'well-formed CSV', found: `"${error.message}"` }
}

function indexOfColumn(labelColumn: string, { file, header }: { readonly file: string; readonly header: readonly string[] }): number {
  const index = header.indexOf(labelColumn)
  if (index >= 0) return index
  const shown = header.slice(0, 20).join(', ')
  throw new LoupeError('invalid-input', `${file} has no column "${labelColumn}" in its first line. Its columns are: ${shown}.`, { file, labelColumn, columns: header.slice(0, 20) })
}

function hasHeader(rows: readonly Row[], label: number): boolean {
  const [first, ...rest] = rows
  if (first === undefined) return false
  if (first.cells.some((cell, index) => index !== label && !number.test(cell))) return true
  // Columns that are named by numbers: the label's name gives the header away where all labels are numbers.
  return rest.length > 0 && !number.test(first.cells[label]!) && rest.every(({ cells }) => number.test(cells[label]!))
}

interface Column {
  readonly name: string
  readonly index: number
}

function featureValues(rows: readonly Row[], { file, columns }: { readonly file: string; readonly columns: readonly Column[] }): Float32Array {
  const values = new Float32Array(rows.length * columns.length)
  let position = 0
  for (const { cells, line } of rows) {
    for (const { name, index } of columns) {
      const cell = cells[index]!
      const value = number.test(cell) ? Math.fround(Number(cell)) : NaN
      if (!Number.isFinite(value)) {
        const advice = 'Give every feature a number; leave out or fill in the rows and columns that have none.'
        throw malformed({ file, at: `line ${line}, column "${name}"`, expected: 'a finite number', found: cell === '' ? 'an empty cell' : `"${cell}"`, advice })
      }
      values[position++] = value
    }
  }
  return values
}
