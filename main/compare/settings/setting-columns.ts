import type { FieldValue } from '../../contract/annotations.ts'
import type { SettingColumn } from '../../contract/compare-settings.ts'

/**
 * Takes documents apart into columns: one for each setting that any of them has.
 *
 * A group that is null in one document and there in another has no column of its own: its settings are missing from the one.
 *
 * @example settingColumns([{ a: { b: 1 } }, { a: null }])  // [{ path: 'a.b', values: [1], of: [0, -1] }]
 */
export function settingColumns(documents: readonly unknown[]): SettingColumn[] {
  const columns = new Map<string, { readonly places: Map<string, number>; readonly values: FieldValue[]; readonly of: number[] }>()
  for (const [index, document] of documents.entries()) {
    for (const [path, value] of flatSettings(document)) {
      const column = columns.get(path) ?? { places: new Map<string, number>(), values: [], of: Array.from(documents, () => -1) }
      columns.set(path, column)
      const key = JSON.stringify(value)
      const known = column.places.get(key)
      const place = known ?? column.values.length
      if (known === undefined) {
        column.places.set(key, place)
        column.values.push(value)
      }
      column.of[index] = place
    }
  }
  const groups = new Set([...columns.keys()].flatMap(outerPaths))
  return [...columns].filter(([path]) => !groups.has(path)).map(([path, { values, of }]) => ({ path, values, of }))
}

/** The settings of a document by path. Lists of numbers or texts are values, lists of groups are taken apart by place. */
export function flatSettings(value: unknown, path = ''): [path: string, value: FieldValue][] {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return [[path, value]]
  if (Array.isArray(value) && value.every((item): item is string | number => typeof item === 'string' || typeof item === 'number')) return [[path, value]]
  if (typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, inner]) => flatSettings(inner, path === '' ? key : `${path}.${key}`))
}

/**
 * Columns of some runs before columns of others.
 *
 * @param counts  Runs of the first and of the second.
 */
export function joinedColumns(first: readonly SettingColumn[], second: readonly SettingColumn[], counts: readonly [number, number]): SettingColumn[] {
  const others = new Map(second.map((column) => [column.path, column] as const))
  const none = (runs: number) => Array.from({ length: runs }, () => -1)
  const joined = first.map((column): SettingColumn => {
    const other = others.get(column.path)
    others.delete(column.path)
    if (other === undefined) return { ...column, of: [...column.of, ...none(counts[1])] }
    const values = [...column.values]
    const places = new Map(values.map((value, place) => [JSON.stringify(value), place] as const))
    const moved = other.values.map((value) => {
      const known = places.get(JSON.stringify(value))
      return known ?? values.push(value) - 1
    })
    return { path: column.path, values, of: [...column.of, ...other.of.map((place) => (place < 0 ? -1 : moved[place]!))] }
  })
  const columns = [...joined, ...[...others.values()].map((column) => ({ ...column, of: [...none(counts[0]), ...column.of] }))]
  const groups = new Set(columns.flatMap(({ path }) => outerPaths(path)))
  return columns.filter(({ path }) => !groups.has(path))
}

/** `a.b.c` stands within `a` and `a.b`. */
function outerPaths(path: string): string[] {
  const parts = path.split('.')
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('.'))
}

/** Whether runs differ in a setting: in its value, or in having it. */
export function isDiffering({ of }: SettingColumn): boolean {
  return of.some((place) => place !== of[0])
}

/**
 * The columns that somebody chose: what differs, without the settings that merely come with another one, such as the decay rates that an optimizer has
 * where another has none. A setting comes with another where it has one value only, and the kind of its group says which runs have it.
 */
export function chosenColumns(columns: readonly SettingColumn[]): SettingColumn[] {
  const differing = columns.filter(isDiffering)
  const kept = new Set(differing.filter(({ path, values }) => values.length > 1 || path.endsWith('.kind')))
  for (const column of differing) {
    if (kept.has(column)) continue
    const group = column.path.split('.')[0]
    const isImplied = [...kept].some((other) => other.path.split('.')[0] === group && (other.path.endsWith('.kind') || other.values.length === 1) && saysWhoHas(other, column))
    if (!isImplied) kept.add(column)
  }
  return differing.filter((column) => kept.has(column))
}

/** Whether runs that are alike in one column either all have the other setting, or none of them. */
function saysWhoHas(one: SettingColumn, other: SettingColumn): boolean {
  const has = new Map<number, boolean>()
  return one.of.every((place, run) => {
    const isThere = (other.of[run] ?? -1) >= 0
    const known = has.get(place)
    has.set(place, isThere)
    return known === undefined || known === isThere
  })
}

/** The value of a run; undefined where it has no such setting. */
export function valueAt({ values, of }: SettingColumn, run: number): FieldValue | undefined {
  const place = of[run] ?? -1
  return place < 0 ? undefined : values[place]
}
