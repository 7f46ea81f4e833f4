import type { FieldValue, RunRow } from '../../../main/contract/annotations.ts'

/** What runs are put together by: a field of theirs, or everything but their seed; null for each run by itself. */
export type Grouping = string | null
/** The grouping of runs that differ in their seed alone. */
export const bySeeds = 'alike'

/** One line of the charts and of the list beside them. */
export interface ComparedRunsLine {
  readonly id: string
  readonly name: string
  readonly runs: readonly RunRow[]
}

export interface LinesOptions {
  readonly rows: readonly RunRow[]
  readonly grouping: Grouping
  /** Of `compare.alike`, in the order of the rows; for the grouping by seeds. */
  readonly alike: readonly number[]
  /** A group's value as it is written, such as `64` or `Adam`. */
  readonly textOf: (value: FieldValue) => string
  /** What the field is called. */
  readonly label: string
}

/** Runs as lines: each by itself, or those of one value of the grouping together, in the order of their values. */
export function comparedLines({ rows, grouping, alike, textOf, label }: LinesOptions): ComparedRunsLine[] {
  if (grouping === null) return rows.map((row) => ({ id: row.id, name: runName(row), runs: [row] }))
  if (grouping === bySeeds) return gathered(rows, (_, index) => String(alike[index] ?? index)).map(([, runs]) => ({ id: `alike ${runs.map(({ id }) => id).toSorted()[0] ?? ''}`, name: nameWithoutSeed(runs[0]), runs }))
  return gathered(rows, (row) => JSON.stringify(row.values[0] ?? null))
    .map(([key, runs]) => ({ id: `${grouping} = ${key}`, name: `${label}: ${textOf(runs[0]?.values[0] ?? null)}`, runs, value: runs[0]?.values[0] ?? null }))
    .toSorted((a, b) => order(a.value, b.value))
    .map(({ id, name, runs }) => ({ id, name, runs }))
}

export function runName({ name, key, id }: Pick<RunRow, 'name' | 'key' | 'id'>): string {
  return name !== '' ? name : key !== '' ? key : id
}

/** `b=64 seed=1` without its seed; the id of one of them where nothing is left. */
function nameWithoutSeed(row: RunRow | undefined): string {
  if (row === undefined) return ''
  const rest = runName(row).replaceAll(/[\s,·]*\bseed\s*[=:]?\s*\d+/gi, '').trim()
  return rest === '' ? row.id : rest
}

function gathered(rows: readonly RunRow[], keyOf: (row: RunRow, index: number) => string): [string, RunRow[]][] {
  const groups = new Map<string, RunRow[]>()
  for (const [index, row] of rows.entries()) {
    const key = keyOf(row, index)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [row])
    else group.push(row)
  }
  return [...groups]
}

/** Numbers by size, texts by the alphabet, nothing last. */
function order(a: FieldValue, b: FieldValue): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null)
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return String(a).localeCompare(String(b), undefined, { numeric: true })
}
