import type { FieldValue } from '../contract/annotations.ts'
import { LoupeError } from '../contract/errors.ts'
import { fieldCalled } from '../contract/filter/fields.ts'
import type { FieldType } from '../contract/filter/fields.ts'
import { exitCodes } from './exit-code.ts'
import { instantText } from './instant-text.ts'
import { table } from './output.ts'
import type { Invocation } from './program.ts'
import { withReader } from './reader.ts'

const MOST = 10_000
const USUAL_COLUMNS = ['status', 'model', 'batchSize', 'accuracy', 'loss', 'steps', 'created'] as const

/** Runs that fit a filter, as the window's list shows them. A filter that does not read is shown with a mark under its place. */
export async function listFiltered({ output, workspace }: Invocation, options: { readonly filter: string; readonly sort: readonly string[]; readonly columns: readonly string[] }): Promise<number> {
  const columns = options.columns.length > 0 ? options.columns : USUAL_COLUMNS
  const sort = options.sort.map((key) => ({ field: key.replace(/^-/, ''), isDescending: key.startsWith('-') }))
  const { rows, total } = await withReader(workspace, async (reader) => pointedAt(options.filter, () => reader.search({ filter: options.filter, sort, groupBy: null, columns, limit: MOST, offset: 0 })))
  const json = {
    workspace,
    total,
    runs: rows.map(({ id, name, key, studyId, studyName, status, tags, note, isStarred, isArchived, values }) => ({ id, name, key, studyId, studyName, status, tags, note, isStarred, isArchived, values: Object.fromEntries(columns.map((column, index) => [column, values[index]])) })),
  }
  const types = columns.map((column) => fieldCalled(column)?.type ?? 'text')
  const lines = rows.map((row) => [row.id, ...row.values.map((value, index) => shown(value, types[index] ?? 'text')), [row.isStarred ? '*' : '', row.key || row.name, ...row.tags.map((tag) => `#${tag}`)].filter((part) => part !== '').join(' ')])
  output.result({ json, text: rows.length === 0 ? 'No run fits the filter.' : `${table(['run', ...columns, 'name'], lines)}\n${total} ${total === 1 ? 'run' : 'runs'}` })
  return exitCodes.done
}

function shown(value: FieldValue, type: FieldType): string {
  if (value === null) return '–'
  if (Array.isArray(value)) return value.join(' ')
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'string') return value
  if (type === 'instant') return instantText(value)
  if (type === 'duration') return `${(value / 1000).toFixed(1)} s`
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5)))
}

/** Adds the filter, and a mark under what is wrong with it, to its refusal. */
function pointedAt<T>(filter: string, search: () => T): T {
  try {
    return search()
  } catch (error) {
    if (!(error instanceof LoupeError) || typeof error.facts['from'] !== 'number' || typeof error.facts['to'] !== 'number') throw error
    const { from, to } = error.facts
    throw new LoupeError(error.code, `${error.message}\n  ${filter.replaceAll(/\s/g, ' ')}\n  ${' '.repeat(from)}${'^'.repeat(Math.max(1, to - from))}`, error.facts)
  }
}
