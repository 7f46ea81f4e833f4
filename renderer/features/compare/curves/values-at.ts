import { readLine } from './drawn-lines.ts'
import type { DrawnLine } from './drawn-lines.ts'

/** What a line says at a place. */
export interface ValueAt {
  readonly id: string
  /** Index of the point. */
  readonly index: number
  readonly x: number
  readonly value: number
}

/** The point of each line that is nearest to a place; of a value that holds, the one that holds there. Lines that have none within reach are left out. */
export function valuesAt(lines: readonly DrawnLine[], { x, reach, isHeld }: { readonly x: number; readonly reach: number; readonly isHeld: boolean }): ValueAt[] {
  return lines.flatMap((line) => {
    const index = isHeld ? lastUpTo(line.x, x) : nearest(line.x, x)
    const place = line.x[index]
    const value = readLine(line)[index]
    if (place === undefined || value === undefined || !Number.isFinite(value)) return []
    if (isHeld ? x > (line.x.at(-1) ?? x) + reach : Math.abs(place - x) > Math.max(reach, spacing(line.x, index))) return []
    return [{ id: line.id, index, x: place, value }]
  })
}

/** The index of the last place that is not after another; −1 where there is none. */
export function lastUpTo(places: Float64Array, x: number): number {
  let [low, high] = [0, places.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (places[middle]! <= x) low = middle + 1
    else high = middle
  }
  return low - 1
}

function nearest(places: Float64Array, x: number): number {
  const before = lastUpTo(places, x)
  if (before < 0) return 0
  const after = before + 1
  return after < places.length && places[after]! - x < x - places[before]! ? after : before
}

/** Half the way to the farther neighbour: between two evaluations the pointer reads one of them. */
function spacing(places: Float64Array, index: number): number {
  const at = places[index]!
  return Math.max(at - (places[index - 1] ?? at), (places[index + 1] ?? at) - at) / 2 + 1e-9
}

/** The values around one, greatest first: what a list of a few rows can hold of many lines. */
export function around(values: readonly ValueAt[], id: string | null, most: number): { readonly rows: readonly ValueAt[]; readonly left: number } {
  const sorted = values.toSorted((a, b) => b.value - a.value)
  if (sorted.length <= most) return { rows: sorted, left: 0 }
  const at = Math.max(0, sorted.findIndex((value) => value.id === id))
  const first = Math.min(Math.max(0, at - (most >> 1)), sorted.length - most)
  return { rows: sorted.slice(first, first + most), left: sorted.length - most }
}
