import type { HostArray } from '../../../tensorflow/runtime.ts'
import { elementCount } from '../numeric-array.ts'

/** Values that are looked at: half a second of work. */
const MOST_VALUES = 2e8

/** Least, mean, variance and greatest of each number of an example, over all examples looked at. */
export interface ElementStatistics {
  /** Rows looked at, rising. */
  readonly rows: Int32Array
  readonly min: Float64Array
  readonly mean: Float64Array
  /** Of the population, by a second pass. */
  readonly variance: Float64Array
  readonly max: Float64Array
}

/**
 * Looks at every example, or at as many as hold 200 million values, spread evenly.
 *
 * @param inputs  `[count, ...shape]`, count at least 1.
 */
export function elementStatistics(inputs: HostArray, mostValues = MOST_VALUES): ElementStatistics {
  const [count = 0, ...shape] = inputs.shape
  const width = elementCount(shape)
  const rows = spread(count, Math.max(1, Math.floor(mostValues / width)))
  const min = new Float64Array(width).fill(Infinity)
  const max = new Float64Array(width).fill(-Infinity)
  const mean = new Float64Array(width)
  const variance = new Float64Array(width)
  const { values } = inputs
  for (const row of rows) {
    for (let element = 0, at = row * width; element < width; element++, at++) {
      const value = values[at]!
      if (value < min[element]!) min[element] = value
      if (value > max[element]!) max[element] = value
      mean[element]! += value
    }
  }
  for (let element = 0; element < width; element++) mean[element]! /= rows.length
  for (const row of rows) {
    for (let element = 0, at = row * width; element < width; element++, at++) variance[element]! += (values[at]! - mean[element]!) ** 2
  }
  for (let element = 0; element < width; element++) variance[element]! /= rows.length
  return { rows, min, mean, variance, max }
}

/** As many of the first whole numbers as wanted, spread evenly, rising; all where they are no more. */
export function spread(count: number, wanted: number): Int32Array {
  if (count <= wanted) return Int32Array.from({ length: count }, (_, index) => index)
  return Int32Array.from({ length: wanted }, (_, index) => Math.floor((index * count) / wanted))
}
