import type { FieldValue } from '../../contract/annotations.ts'

/** A set of levels is the bits of one number, so there are no more of them. */
export const mostLevels = 32

/** The values of a setting over several runs, as a few levels that a tree can split. */
export interface Levels {
  /** Ordered ones are split at a threshold, named ones into any two sets. */
  readonly kind: 'ordered' | 'named'
  /** Level of each run, from 0. */
  readonly of: Uint8Array
  /** A number that stands for each level of an ordered setting, the least first; −∞ for "none". Of a named one, its place. */
  readonly at: readonly number[]
  /** Share of the runs at each level. */
  readonly weights: readonly number[]
  /** What each level is: one value, or the least of those that it holds together. */
  readonly values: readonly FieldValue[]
}

/**
 * Sorts values into at most 32 levels.
 *
 * Numbers keep their order; where more than 32 differ, neighbours are put together into levels of about equally many runs. "None" comes before all
 * numbers. Texts, lists and truth values are named levels; the rarest share one where there are too many.
 *
 * @example levelsOf([64, 8, 64, null])  // at: [−∞, 8, 64], of: [2, 1, 2, 0]
 */
export function levelsOf(values: readonly FieldValue[]): Levels {
  return values.every((value) => value === null || typeof value === 'number') ? ordered(values) : named(values)
}

function ordered(values: readonly (number | null)[]): Levels {
  const numbers = values.map((value) => value ?? Number.NEGATIVE_INFINITY)
  const counts = new Map<number, number>()
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1)
  const distinct = [...counts.keys()].sort((a, b) => a - b)
  const starts = distinct.length <= mostLevels ? distinct : quantileStarts(distinct, counts, numbers.length)
  const of = Uint8Array.from(numbers, (number) => lastAtMost(starts, number))
  return { kind: 'ordered', of, at: starts, weights: weightsOf(of, starts.length), values: starts.map((start) => (start === Number.NEGATIVE_INFINITY ? null : start)) }
}

/** Where levels begin so that each holds about equally many runs, equal values together. */
function quantileStarts(distinct: readonly number[], counts: ReadonlyMap<number, number>, total: number): number[] {
  const starts: number[] = []
  let before = 0
  for (const value of distinct) {
    if (before >= (starts.length * total) / mostLevels && starts.length < mostLevels) starts.push(value)
    before += counts.get(value) ?? 0
  }
  return starts
}

function lastAtMost(starts: readonly number[], value: number): number {
  let [low, high] = [0, starts.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (starts[middle]! <= value) low = middle
    else high = middle - 1
  }
  return low
}

function named(values: readonly FieldValue[]): Levels {
  const found = new Map<string, { readonly value: FieldValue; count: number }>()
  for (const value of values) {
    const key = JSON.stringify(value)
    const before = found.get(key)
    if (before === undefined) found.set(key, { value, count: 1 })
    else before.count++
  }
  const byCount = [...found].sort(([, a], [, b]) => b.count - a.count).slice(0, mostLevels)
  const places = new Map(byCount.map(([key], index) => [key, index] as const))
  const of = Uint8Array.from(values, (value) => places.get(JSON.stringify(value)) ?? byCount.length - 1)
  return { kind: 'named', of, at: byCount.map((_, index) => index), weights: weightsOf(of, byCount.length), values: byCount.map(([, { value }]) => value) }
}

function weightsOf(of: Uint8Array, levels: number): number[] {
  const counts = Array.from({ length: levels }, () => 0)
  for (const level of of) counts[level]!++
  return counts.map((count) => count / of.length)
}

/** Whether a set of levels, as bits, holds one. */
export function holds(set: number, level: number): boolean {
  return ((set >>> level) & 1) === 1
}

/** The set of the first so many levels. */
export function firstLevels(count: number): number {
  return count >= 32 ? 0xffffffff : 2 ** count - 1
}
