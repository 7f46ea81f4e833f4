import type { FieldValue, RunRow } from '../../contract/annotations.ts'
import { fieldCalled } from '../../contract/filter/fields.ts'
import type { PinSource, PinnedRun } from '../../contract/composed-report.ts'
import type { Block } from '../../contract/report-document.ts'
import { tableBlock, tableOf } from '../blocks.ts'
import { fieldInWords, numberInWords, valueInWords } from './words.ts'

type TableSource = Extract<PinSource, { kind: 'table' }>
type ListSource = Extract<PinSource, { kind: 'runs' }>

const isNumeric = (name: string) => ['number', 'duration'].includes(fieldCalled(name)?.type ?? '')
/** Titles of columns; `<` for those of words. */
const titleOf = (name: string) => `${isNumeric(name) ? '' : '<'}${fieldInWords(name)}`

/** Chosen fields of runs. `rows` have the values of the columns, and at their end that of the group where there is one. */
export function pinnedTable({ columns, groupBy }: TableSource, rows: readonly RunRow[]): Block {
  if (groupBy === null) return tableBlock(`${counted(rows.length)}.`, tableOf(columns.map(titleOf), rows.map(({ values }) => columns.map((column, index) => valueInWords(column, values[index] ?? null)))))
  const groups = grouped(rows, columns.length)
  const titles = [titleOf(groupBy), 'Runs', ...columns.map(titleOf)]
  const written = groups.map(({ value, of }) => [valueInWords(groupBy, value), String(of.length), ...columns.map((column, index) => meanInWords(column, of.map(({ values }) => values[index] ?? null)))])
  return tableBlock(`${counted(rows.length)}, by ${fieldInWords(groupBy).toLowerCase()}. Numbers are means, with the standard deviation of the runs that have one.`, tableOf(titles, written))
}

/** Runs with what makes each what it is, and chosen fields. */
export function pinnedList({ columns }: ListSource, rows: readonly RunRow[], runs: ReadonlyMap<string, PinnedRun>): Block {
  const titles = ['<Run', '<What for', '<Ended', 'Seed', ...columns.map(titleOf), '<Config hash']
  const written = rows.map((row) => {
    const run = runs.get(row.id)
    return [row.id, row.key || row.name || '–', run?.status ?? row.status, String(run?.seed ?? '–'), ...columns.map((column, index) => valueInWords(column, row.values[index] ?? null)), run?.configHash?.slice(0, 12) ?? '–']
  })
  return tableBlock(`${counted(rows.length)}, with the first signs of the hash of each one’s config.`, tableOf(titles, written))
}

/** In the order in which they come. */
function grouped(rows: readonly RunRow[], place: number): readonly { readonly value: FieldValue; readonly of: readonly RunRow[] }[] {
  const groups = new Map<string, { value: FieldValue; of: RunRow[] }>()
  for (const row of rows) {
    const value = row.values[place] ?? null
    const key = JSON.stringify(value)
    const group = groups.get(key) ?? { value, of: [] }
    group.of.push(row)
    groups.set(key, group)
  }
  return [...groups.values()]
}

/** Mean ± deviation of numbers, with how many there are where some runs have none; of other values the one that all share. */
function meanInWords(column: string, values: readonly FieldValue[]): string {
  if (!isNumeric(column)) {
    const words = [...new Set(values.map((value) => valueInWords(column, value)))]
    return words.length === 1 ? (words[0] ?? '–') : `${words.length} values`
  }
  const known = values.filter((value) => typeof value === 'number')
  if (known.length === 0) return '–'
  const scale = fieldCalled(column)?.type === 'duration' ? 1000 : 1
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length
  const deviation = known.length < 2 ? null : Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (known.length - 1))
  const unit = scale === 1 ? '' : ' s'
  const digits = (value: number) => numberInWords(Number((value / scale).toPrecision(4)))
  return `${digits(mean)}${deviation === null || deviation === 0 ? '' : ` ± ${numberInWords(Number((deviation / scale).toPrecision(2)))}`}${unit}${known.length < values.length ? ` (${known.length} of ${values.length})` : ''}`
}

const counted = (runs: number) => `${runs} ${runs === 1 ? 'run' : 'runs'}`
