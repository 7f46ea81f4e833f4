import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import type { FileMetaData } from 'hyparquet'
import { LoupeError } from '../../contract/errors.ts'
import { collectBadRows } from './bad-rows.ts'
import type { BadRows } from './bad-rows.ts'
import { classesOf } from './class-labels.ts'
import { chosenColumns } from './feature-columns.ts'
import { malformed } from './malformed.ts'
import type { NumericArray } from './numeric-array.ts'
import { elementCount } from './numeric-array.ts'
import { featureType } from './parquet-types.ts'
import { fillNumbers, shapeOfList } from './parquet-values.ts'
import { MOST_FILE_BYTES } from './read-bytes.ts'
import { MAX_EXAMPLES } from './split.ts'

/** As many values as are decoded of one file: 2 GiB of float32. */
const MOST_VALUES = 2 ** 29

/** A Parquet table with one label a row. */
export interface ParquetTable {
  /** `[rows, features]`, or `[rows, ...]` of lists; uint8 where all features are, else float32. */
  readonly inputs: NumericArray
  /** `[rows]`, an index into `classNames`. */
  readonly labels: Int32Array
  readonly classNames: readonly string[]
  /** One a number of an example: a column's name, and the place in the list where it has lists. */
  readonly features: readonly string[]
}

export interface ParquetOptions {
  /** Named in errors. */
  readonly file: string
  /** Name of the column that holds the label; null for the last. */
  readonly labelColumn: string | null
  /** Names of the columns that are inputs, in their order; null for all but the label. */
  readonly featureColumns: readonly string[] | null
  /** Refuses the file at the first bad row where left out. */
  readonly badRows?: BadRows
}

/**
 * Reads a Parquet file: a label column, and feature columns of numbers, yes and no, or lists of such, nested or not.
 *
 * Lists have as many values in each row as in the first; one column of nested lists keeps their shape, as an image does, else all features stand
 * beside each other. A null, a value beyond float32 and a list of another length make a bad row. Rows are counted from 0.
 *
 * @throws LoupeError `data-malformed` for a damaged file, `invalid-input` for columns that are not there or are no numbers, `unsupported` for one that
 *   would unpack to more than 2 GiB.
 */
export async function readParquet(bytes: Uint8Array, { file, labelColumn, featureColumns, badRows = collectBadRows({ isStrict: true }) }: ParquetOptions): Promise<ParquetTable> {
  const buffer = bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : new Uint8Array(bytes).buffer
  const metadata = metadataOf(buffer, file)
  requireRoom(metadata, file)
  const fields = parquetSchema(metadata).children
  const names = fields.map(({ element }) => element.name)
  if (names.length < 2) throw malformed({ file, at: 'schema', expected: 'a feature and a label, at least 2 columns', found: `${names.length}` })
  const label = labelColumn === null ? names.length - 1 : names.indexOf(labelColumn)
  if (label < 0) throw new LoupeError('invalid-input', `${file} has no column "${labelColumn}". Its columns are: ${names.slice(0, 20).join(', ')}.`, { file, labelColumn, columns: names.slice(0, 20) })
  const columns = featureColumns === null ? names.flatMap((name, index) => (index === label ? [] : [{ name, index }])) : chosenColumns(featureColumns, { file, names, label })
  const types = columns.map(({ name, index }) => featureType(fields[index]!, { file, column: name }))
  const rows = await decodedRows(buffer, { file, metadata, columns: [...columns.map(({ name }) => name), names[label]!] })
  if (rows.length === 0) throw malformed({ file, at: null, expected: 'at least one row', found: 'none' })

  const shapes = columns.map(({ name }, index) => shapeOfList(rows.find((row) => row[name] !== null && row[name] !== undefined)?.[name] ?? null, types[index]!.depth))
  const widths = shapes.map(elementCount)
  const width = widths.reduce((sum, one) => sum + one, 0)
  if (width === 0) throw malformed({ file, at: `column "${columns[0]!.name}"`, expected: 'at least one value an example', found: 'empty lists' })
  if (width * rows.length > MOST_VALUES) throw new LoupeError('unsupported', `${file} holds ${rows.length} rows of ${width} numbers, and Loupe takes up to ${MOST_VALUES} numbers. Use a part of it.`, { file, rows: rows.length, width })
  const isBytes = types.every(({ isByte }) => isByte)
  const values = isBytes ? new Uint8Array(rows.length * width) : new Float32Array(rows.length * width)
  const labels: { label: string; row: string }[] = []
  rows.forEach((row, index) => {
    const at = `row ${index}`
    let isGood = true
    let start = labels.length * width
    columns.forEach(({ name }, column) => {
      const fault = fillNumbers(row[name], { values, start, shape: shapes[column]! })
      start += widths[column]!
      if (fault === null) return
      isGood = false
      badRows.add({ file, row: at, column: name, ...fault })
    })
    const text = labelText(row[names[label]!])
    if (text === null) badRows.add({ file, row: at, column: names[label]!, kind: 'empty', expected: 'a label', found: 'null' })
    if (isGood && text !== null) labels.push({ label: text, row: at })
  })
  const classes = classesOf(labels, { file, column: names[label]!, badRows })
  classes.kept.forEach((row, position) => values.copyWithin(position * width, row * width, (row + 1) * width))
  const shape = columns.length === 1 ? shapes[0]! : [width]
  return {
    inputs: { shape: [classes.kept.length, ...(shape.length === 0 ? [1] : shape)], values: values.subarray(0, classes.kept.length * width) },
    labels: classes.labels,
    classNames: classes.classNames,
    features: columns.flatMap(({ name }, column) => (shapes[column]!.length === 0 ? [name] : Array.from({ length: widths[column]! }, (_, place) => `${name}[${place}]`))),
  }
}

function metadataOf(buffer: ArrayBuffer, file: string): FileMetaData {
  try {
    return parquetMetadata(buffer)
  } catch (cause) {
    throw notParquet(file, buffer.byteLength, cause)
  }
}

/** The file says how much it unpacks to before anything is unpacked: in bytes, and in values, of which a byte may stand for many. */
function requireRoom(metadata: FileMetaData, file: string): void {
  const bytes = metadata.row_groups.reduce((sum, group) => sum + group.columns.reduce((most, { meta_data }) => most + Number(meta_data?.total_uncompressed_size ?? 0), 0), 0)
  const [rows, values] = [Number(metadata.num_rows), metadata.row_groups.reduce((sum, group) => sum + group.columns.reduce((all, { meta_data }) => all + Number(meta_data?.num_values ?? 0), 0), 0)]
  if (rows > MAX_EXAMPLES) throw new LoupeError('unsupported', `${file} has ${rows} rows; Loupe takes at most ${MAX_EXAMPLES} examples. Use a part of it.`, { file, rows, most: MAX_EXAMPLES })
  if (values > MOST_VALUES) throw new LoupeError('unsupported', `${file} holds ${values} values, and Loupe takes up to ${MOST_VALUES}. Use a part of it.`, { file, values, most: MOST_VALUES })
  if (bytes > MOST_FILE_BYTES) throw new LoupeError('unsupported', `${file} unpacks to ${bytes} bytes, and one file may hold ${MOST_FILE_BYTES}. Use a part of it.`, { file, bytes, most: MOST_FILE_BYTES })
}

async function decodedRows(buffer: ArrayBuffer, { file, metadata, columns }: { readonly file: string; readonly metadata: FileMetaData; readonly columns: string[] }): Promise<readonly Readonly<Record<string, unknown>>[]> {
  try {
    return await parquetReadObjects({ file: { byteLength: buffer.byteLength, slice: (start, end) => buffer.slice(start, end) }, metadata, columns, compressors })
  } catch (cause) {
    throw notParquet(file, buffer.byteLength, cause)
  }
}

function labelText(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : null
}

function notParquet(file: string, bytes: number, cause: unknown): LoupeError {
  const found = cause instanceof Error ? `"${cause.message}"` : 'none'
  return malformed({ file, at: `byte ${bytes}`, expected: 'a whole Parquet file', found, advice: 'The file is truncated or damaged: fetch or write it again.', cause })
}
