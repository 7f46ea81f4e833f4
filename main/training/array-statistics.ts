import type { ArrayDifference, ArrayStatistics } from '../contract/checkpoint-browser.ts'
import { LoupeError } from '../contract/errors.ts'

type Values = ArrayLike<number>

/**
 * Norm, mean, spread and range of the elements of an array, in float64; elements that are not finite are counted and left out.
 *
 * @example arrayStatistics([3, 4, 0]).norm  // 5
 */
export function arrayStatistics(values: Values): ArrayStatistics {
  let [squares, sum, zeros, notFinite] = [0, 0, 0, 0]
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!Number.isFinite(value)) {
      notFinite += 1
      continue
    }
    squares += value * value
    sum += value
    if (value === 0) zeros += 1
    if (value < min) min = value
    if (value > max) max = value
  }
  const finite = values.length - notFinite
  if (finite === 0) return { elements: values.length, norm: 0, mean: 0, deviation: 0, min: 0, max: 0, zeros, notFinite }
  const mean = sum / finite
  let spread = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (Number.isFinite(value)) spread += (value - mean) ** 2
  }
  return { elements: values.length, norm: Math.sqrt(squares), mean, deviation: Math.sqrt(spread / finite), min, max, zeros, notFinite }
}

/** Sums over the elements of two arrays, from which every number about their difference follows; those of several arrays add up. */
export interface DifferenceSums {
  readonly elements: number
  readonly squaresA: number
  readonly squaresB: number
  readonly product: number
  readonly squares: number
  readonly greatest: number
  readonly equal: number
  readonly notFinite: number
}

export const noDifference: DifferenceSums = { elements: 0, squaresA: 0, squaresB: 0, product: 0, squares: 0, greatest: 0, equal: 0, notFinite: 0 }

/** @throws LoupeError `shape-mismatch` for arrays of different lengths. */
export function differenceSums(a: Values, b: Values): DifferenceSums {
  if (a.length !== b.length) throw new LoupeError('shape-mismatch', `An array of ${a.length} elements cannot be compared with one of ${b.length}.`, { a: a.length, b: b.length })
  let [squaresA, squaresB, product, squares, greatest, equal, notFinite] = [0, 0, 0, 0, 0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!]
    if (Object.is(x, y) || x === y) equal += 1
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      notFinite += 1
      continue
    }
    const change = y - x
    squaresA += x * x
    squaresB += y * y
    product += x * y
    squares += change * change
    if (Math.abs(change) > greatest) greatest = Math.abs(change)
  }
  return { elements: a.length, squaresA, squaresB, product, squares, greatest, equal, notFinite }
}

export function addSums(one: DifferenceSums, other: DifferenceSums): DifferenceSums {
  return {
    elements: one.elements + other.elements,
    squaresA: one.squaresA + other.squaresA,
    squaresB: one.squaresB + other.squaresB,
    product: one.product + other.product,
    squares: one.squares + other.squares,
    greatest: Math.max(one.greatest, other.greatest),
    equal: one.equal + other.equal,
    notFinite: one.notFinite + other.notFinite,
  }
}

/**
 * How far b is from a: ‖b − a‖, ‖a − b‖ / ‖a‖ and the cosine of their angle.
 *
 * @example  a = (3, 4), b = (3, 0): difference 4, relative 0.8, cosine 9 / (5 · 3) = 0.6
 */
export function arrayDifference({ elements, squaresA, squaresB, product, squares, greatest, equal, notFinite }: DifferenceSums): ArrayDifference {
  const [normA, normB, difference] = [Math.sqrt(squaresA), Math.sqrt(squaresB), Math.sqrt(squares)]
  return {
    elements,
    normA,
    normB,
    difference,
    relative: normA === 0 ? null : difference / normA,
    // Rounding may put the cosine of an array with itself a last digit above 1.
    cosine: normA === 0 || normB === 0 ? null : Math.max(-1, Math.min(1, product / (normA * normB))),
    greatest,
    equal,
    notFinite,
  }
}

/** Counts differences b − a into bins of one width over ±`reach`; those at the ends are in the outer bins. */
export function countDifferences(options: { readonly a: Values; readonly b: Values; readonly reach: number; readonly counts: number[] }): void {
  const { a, b, reach, counts } = options
  if (reach === 0) return
  const perUnit = counts.length / (2 * reach)
  for (let i = 0; i < a.length; i++) {
    const change = b[i]! - a[i]!
    if (!Number.isFinite(change)) continue
    const bin = Math.min(counts.length - 1, Math.max(0, Math.floor((change + reach) * perUnit)))
    counts[bin] = counts[bin]! + 1
  }
}

/** An element that changed. */
export interface Change {
  readonly name: string
  /** Place within the array, elements counted in the order in which they lie. */
  readonly place: number
  readonly from: number
  readonly to: number
}

/** The elements that changed most over all arrays, the greatest change first; of equal ones the earlier. */
export function greatestChanges(arrays: readonly { readonly name: string; readonly a: Values; readonly b: Values }[], count: number): Change[] {
  const found: Change[] = []
  const size = ({ from, to }: Change) => Math.abs(to - from)
  for (const { name, a, b } of arrays) {
    for (let place = 0; place < a.length; place++) {
      const [from, to] = [a[place]!, b[place]!]
      const change = Math.abs(to - from)
      if (!Number.isFinite(change) || change === 0) continue
      if (found.length === count && change <= size(found[count - 1]!)) continue
      const at = found.findIndex((one) => size(one) < change)
      found.splice(at < 0 ? found.length : at, 0, { name, place, from, to })
      if (found.length > count) found.pop()
    }
  }
  return found
}

/** Indices along the axes of an array's element, from its place among them in row-major order. @example indexOf(7, [2, 5])  // [1, 2] */
export function indexOf(place: number, shape: readonly number[]): number[] {
  let rest = place
  return shape.toReversed().map((side) => {
    const index = rest % side
    rest = Math.floor(rest / side)
    return index
  }).toReversed()
}
