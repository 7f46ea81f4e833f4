import type { Database } from 'better-sqlite3'
import type { FieldValue, RunRow } from '../contract/annotations.ts'
import { LoupeError } from '../contract/errors.ts'
import { fieldCalled } from '../contract/filter/fields.ts'
import type { Field } from '../contract/filter/fields.ts'
import { parseFilter } from '../contract/filter/parse-filter.ts'
import { status as statusOf } from '../contract/records.ts'
import { importTools } from '../contract/run-import.ts'
import { z } from '../contract/zod.ts'
import { tagsOf } from './annotations.ts'
import { fieldSql, filterSql, namesArchived, searched } from './filter-sql.ts'
import type { Sql } from './filter-sql.ts'
import { idOf } from './ids.ts'
import type { Page } from './log.ts'

export interface RunSearch extends Page {
  readonly filter: string
  /** Most important first. Runs that have nothing there come last; those that are alike, the newest first. */
  readonly sort: readonly { readonly field: string; readonly isDescending: boolean }[]
  readonly groupBy: string | null
  /** Fields whose values are wanted. */
  readonly columns: readonly string[]
  /** Ms since 1970, for `today` in the filter. */
  readonly now?: number
}

export interface FoundRuns {
  readonly rows: RunRow[]
  readonly total: number
  /** In the order in which they come in the list; empty where it is not grouped. */
  readonly groups: { readonly value: FieldValue; readonly count: number }[]
}

const toolOf = z.enum(importTools)

/** Statements that are kept: a window asks the same again and again, with other pages. */
const kept = 50

/**
 * The ids of all runs that fit, in order; with a second column, what they are grouped by.
 *
 * @throws LoupeError `invalid-input` for a filter, sort or group that does not read.
 */
export function searchSql({ filter, sort, groupBy, now }: Pick<RunSearch, 'filter' | 'sort' | 'groupBy' | 'now'>): Sql {
  const node = parseFilter(filter, now)
  const conditions = [
    { text: 'r.trashed_at IS NULL', bound: [] },
    ...(namesArchived(node) ? [] : [{ text: 'r.archived = 0 AND coalesce(s.archived, 0) = 0', bound: [] }]),
    ...(node === null ? [] : [filterSql(node)]),
  ]
  const group = groupBy === null ? null : fieldSql(knownField(groupBy))
  const keys = [...(group === null ? [] : [{ ...group, isDescending: false }]), ...sort.map(({ field, isDescending }) => ({ ...fieldSql(knownField(field)), isDescending }))]
  const order = keys.map(({ text, isDescending }) => `${text} ${isDescending ? 'DESC' : 'ASC'} NULLS LAST`)
  return {
    text: `SELECT r.id${group === null ? '' : `, ${group.text}`} FROM ${searched} WHERE ${conditions.map(({ text }) => text).join(' AND ')} ORDER BY ${[...order, 'r.id DESC'].join(', ')}`,
    bound: [...(group?.bound ?? []), ...conditions.flatMap(({ bound }) => bound), ...keys.flatMap(({ bound }) => bound)],
  }
}

/** Searches runs: filters, sorts and counts them all, and reads the rows of one page. */
export function runSearch(db: Database): (search: RunSearch) => FoundRuns {
  const prepare = keeping((text) => db.prepare<(string | number)[], unknown[]>(text).raw())
  return (search) => {
    const { limit, offset } = search
    const ids = searchSql(search)
    const found = prepare(ids.text).all(...ids.bound)
    const columns = search.columns.map(knownField)
    const page = found.slice(offset, offset + limit).map((row) => Number(row[0]))
    const rows = pageSql(columns, page)
    return {
      rows: prepare(rows.text).all(...rows.bound).map((row) => readRow(row, columns)),
      total: found.length,
      groups: search.groupBy === null ? [] : groupsOf(found.map((row) => row[1]), knownField(search.groupBy)),
    }
  }
}

const rowColumns = ['r.id', 'r.name', 'r.note', 'r.tags', 'r.starred', 'r.archived', 'r.trashed_at', 'r.study', 's.name', 'r.key', 'r.status', 'i.tool'] as const

function pageSql(columns: readonly Field[], ids: readonly number[]): Sql {
  const values = columns.map(fieldSql)
  return {
    text: `SELECT ${[...rowColumns, ...values.map(({ text }) => text)].join(', ')} FROM json_each(?) AS wanted CROSS JOIN ${searched.replace('runs AS r', 'runs AS r ON r.id = wanted.value')} ORDER BY wanted.key`,
    bound: [...values.flatMap(({ bound }) => bound), JSON.stringify(ids)],
  }
}

function readRow(row: readonly unknown[], columns: readonly Field[]): RunRow {
  const [id, name, note, tags, starred, archived, trashedAt, study, studyName, key, status, tool] = row
  return {
    id: idOf('run', Number(id)),
    name: String(name),
    note: String(note),
    tags: tagsOf(String(tags)),
    isStarred: starred === 1,
    isArchived: archived === 1,
    trashedAt: trashedAt === null ? null : Number(trashedAt),
    studyId: study === null ? null : idOf('study', Number(study)),
    studyName: studyName === null ? null : String(studyName),
    key: String(key),
    status: statusOf.parse(status),
    ...(tool === null ? {} : { importedFrom: toolOf.parse(tool) }),
    values: columns.map((field, index) => readValue(field, row[rowColumns.length + index])),
  }
}

/** A value as the database gives it, as one of its field. */
export function readValue({ type }: Field, value: unknown): FieldValue {
  if (value === null || value === undefined) return null
  if (type === 'boolean') return value === 1
  if (type === 'list' && typeof value === 'string') return (JSON.parse(value) as unknown[]).filter((element) => typeof element === 'string' || typeof element === 'number') // what is no list is none of ours
  return typeof value === 'number' && Number.isFinite(value) ? value : String(value)
}

/** Runs of equal values stand together, for they are sorted by them. */
function groupsOf(values: readonly unknown[], field: Field): { value: FieldValue; count: number }[] {
  const groups: { raw: unknown; value: FieldValue; count: number }[] = []
  for (const raw of values) {
    const last = groups.at(-1)
    if (last !== undefined && last.raw === raw) last.count++
    else groups.push({ raw, value: readValue(field, raw), count: 1 })
  }
  return groups.map(({ value, count }) => ({ value, count }))
}

/** @throws LoupeError `invalid-input` where there is none. */
export function knownField(name: string): Field {
  const field = fieldCalled(name)
  if (field === undefined) throw new LoupeError('invalid-input', `"${name}" is not a field of runs, so they can be neither sorted nor grouped by it, nor show it in a column.`, { field: name })
  return field
}

/** Keeps what was made, by its text. */
export function keeping<T>(make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const found = known.get(text)
    if (found !== undefined) return found
    if (known.size >= kept) known.clear()
    const made = make(text)
    known.set(text, made)
    return made
  }
}
