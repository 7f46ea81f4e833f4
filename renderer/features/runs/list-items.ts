import type { FieldValue } from '../../../main/contract/annotations.ts'

/** A line of the list: a run by its place among all that fit, or the head of a group. */
export type ListItem = { readonly kind: 'run'; readonly index: number } | { readonly kind: 'group'; readonly key: string; readonly value: FieldValue; readonly count: number; readonly isFolded: boolean }

export interface RunGroup {
  readonly value: FieldValue
  readonly count: number
}

/** The lines of a list, groups that are folded without their runs. */
export function listItems(options: { readonly total: number; readonly groups: readonly RunGroup[]; readonly folded: ReadonlySet<string> }): ListItem[] {
  const { total, groups, folded } = options
  if (groups.length === 0) return Array.from({ length: total }, (_, index) => ({ kind: 'run', index }))
  const items: ListItem[] = []
  let start = 0
  for (const { value, count } of groups) {
    const key = groupKey(value)
    const isFolded = folded.has(key)
    items.push({ kind: 'group', key, value, count, isFolded })
    if (!isFolded) for (let index = start; index < start + count; index++) items.push({ kind: 'run', index })
    start += count
  }
  return items
}

export function groupKey(value: FieldValue): string {
  return JSON.stringify(value)
}

/** Pages that hold the runs of some lines. */
export function pagesOf(items: readonly ListItem[], pageSize: number): number[] {
  return [...new Set(items.flatMap((item) => (item.kind === 'run' ? [Math.floor(item.index / pageSize)] : [])))]
}

/** A list with one element at another place. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = list.filter((_, index) => index !== from)
  const element = list[from]
  return element === undefined ? [...list] : [...rest.slice(0, to), element, ...rest.slice(to)]
}
