import { CsvError, parse } from 'csv-parse/sync'
import { LoupeError } from '../../contract/errors.ts'
import { collectBadRows } from './bad-rows.ts'
import type { BadRows, FoundCell } from './bad-rows.ts'
import { classesOf } from './class-labels.ts'
import { chosenColumns } from './feature-columns.ts'
import type { Column } from './feature-columns.ts'
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
  /** Names of the columns that are inputs, in their order; null for all but the label. */
  readonly featureColumns?: readonly string[] | null
  /** Refuses the file at the first bad row where left out. */
  readonly badRows?: BadRows
}

/** Decimal numbers as people and programs write them; not the hexadecimal, empty or infinite ones that `Number` lets through. */
const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/**
 * Reads a table of numbers with a label column; comma-separated, or tab-separated where the first line has tabs and no comma.
 *
 * The first line is a header where columns are named, or where one of its cells, the label apart, is not a number.
 * Every other row needs as many cells as the first, every feature a finite number, and a label: nothing is filled in. Others are bad rows.
 *
 * @throws LoupeError `data-malformed` with line and column; `invalid-input` where a named column is not there.
 */
export function readCsv(bytes: Uint8Array, { file, labelColumn, featureColumns = null, badRows = collectBadRows({ isStrict: true }) }: CsvOptions): CsvTable {
  const rows = parseRows(bytes, { file, badRows })
  const first = rows[0]
  if (first === undefined) throw malformed({ file, at: 'line 1', expected: 'at least one row', found: 'an empty file' })
  if (first.cells.length < 2) throw malformed({ file, at: 'line 1', expected: 'a feature and a label, at least 2 columns', found: `${first.cells.length}` })
  const isNamed = labelColumn !== null || featureColumns !== null
  const label = labelColumn === null ? first.cells.length - 1 : indexOfColumn(labelColumn, { file, header: first.cells })
  const isHeader = isNamed || hasHeader(rows, label)
  const names = isHeader ? first.cells : first.cells.map((_, index) => `${index + 1}`)
  const body = isHeader ? rows.slice(1) : rows
  if (body.length === 0) throw malformed({ file, at: 'line 2', expected: 'at least one row under the header', found: 'the end of the file' })
  const columns = featureColumns === null ? names.flatMap((name, index) => (index === label ? [] : [{ name, index }])) : chosenColumns(featureColumns, { file, names, label })
  const whole = body.filter((row) => isWhole(row, { file, columns: names.length, label: { name: names[label]!, index: label }, badRows }))
  const { values, kept } = featureValues(whole, { file, columns, badRows })
  const classes = classesOf(kept.map(({ cells, line }) => ({ label: cells[label]!, row: `line ${line}` })), { file, column: names[label]!, badRows })
  return {
    inputs: { shape: [classes.kept.length, columns.length], values: rowsAt(values, columns.length, classes.kept) },
    labels: classes.labels,
    classNames: classes.classNames,
    features: columns.map(({ name }) => name),
  }
}

interface Row {
  readonly cells: readonly string[]
  readonly line: number
}

function parseRows(bytes: Uint8Array, { file, badRows }: { readonly file: string; readonly badRows: BadRows }): readonly Row[] {
  const rows: Row[] = []
  const start = Buffer.from(bytes.subarray(0, 65536)).toString('utf8').split('\n', 1)[0] ?? ''
  const delimiter = start.includes('\t') && !start.includes(',') ? '\t' : ','
  try {
    parse(bytes, {
      bom: true,
      delimiter,
      trim: true,
      skip_empty_lines: true,
      // Rows of another length come through, to be bad rows.
      relax_column_count: true,
      skip_records_with_error: true,
      on_skip(error) {
        // After a quote inside an unquoted cell the parser finds the next row. After any other fault it swallows good rows with the bad one.
        if (error?.code !== 'INVALID_OPENING_QUOTE') throw error ?? new LoupeError('internal', 'The CSV parser skipped a row without a reason.')
        badRows.add({ file, row: `line ${lineOf(error, rows.length + 1)}`, column: null, kind: 'syntax', ...notCsv(error), cause: error })
        return undefined
      },
      // Keeps the line beside the cells, which the parser's own result would drop, and lets it hold nothing itself.
      on_record: (cells: string[], context) => (rows.push({ cells, line: context.lines }), null),
    })
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause
    throw malformed({ file, at: `line ${lineOf(cause, rows.length + 1)}`, ...notCsv(cause), cause })
  }
  return rows
}

function lineOf(error: CsvError | undefined, otherwise: number): number {
  const line: unknown = error?.['lines']
  return typeof line === 'number' ? line : otherwise
}

function notCsv(error: CsvError | undefined): { expected: string; found: string } {
  return { expected: 'well-formed CSV', found: `"${error?.message ?? 'none'}"` }
}

/** Whether a row has all its cells and a label; what is missing is told. */
function isWhole({ cells, line }: Row, { file, columns, label, badRows }: { readonly file: string; readonly columns: number; readonly label: Column; readonly badRows: BadRows }): boolean {
  const row = `line ${line}`
  if (cells.length !== columns) {
    badRows.add({ file, row, column: null, kind: 'cells', expected: `${columns} cells, as in the first row`, found: `${cells.length}` })
    return false
  }
  if (cells[label.index] !== '') return true
  badRows.add({ file, row, column: label.name, kind: 'empty', expected: 'a label', found: 'an empty cell' })
  return false
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

/** The values of the rows that have them all, one row after the other, and those rows. Every bad cell is told. */
function featureValues(rows: readonly Row[], { file, columns, badRows }: { readonly file: string; readonly columns: readonly Column[]; readonly badRows: BadRows }): { readonly values: Float32Array; readonly kept: readonly Row[] } {
  const values = new Float32Array(rows.length * columns.length)
  const kept: Row[] = []
  for (const row of rows) {
    let isGood = true
    columns.forEach(({ name, index }, position) => {
      const cell = row.cells[index]!
      const value = number.test(cell) ? Math.fround(Number(cell)) : NaN
      values[kept.length * columns.length + position] = value
      if (Number.isFinite(value)) return
      isGood = false
      badRows.add({ file, row: `line ${row.line}`, column: name, ...badNumber(cell) })
    })
    if (isGood) kept.push(row)
  }
  return { values: values.subarray(0, kept.length * columns.length), kept }
}

function badNumber(cell: string): Pick<FoundCell, 'kind' | 'expected' | 'found' | 'advice'> {
  const kind = cell === '' ? 'empty' : number.test(cell) || /^[+-]?(nan|inf|infinity)$/i.test(cell) ? 'not-finite' : 'not-a-number'
  const found = cell === '' ? 'an empty cell' : `"${cell.length > 60 ? `${cell.slice(0, 60)}…` : cell}"`
  return { kind, expected: 'a finite number', found, advice: 'Give every feature a number; leave out or fill in the rows and columns that have none.' }
}

function rowsAt(values: Float32Array, width: number, kept: Int32Array): Float32Array {
  if (kept.length * width === values.length) return values
  const result = new Float32Array(kept.length * width)
  kept.forEach((row, position) => result.set(values.subarray(row * width, (row + 1) * width), position * width))
  return result
}
