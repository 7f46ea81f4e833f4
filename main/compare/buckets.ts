/** A curve to be put into buckets: a run, or a group with its spread. */
export interface BucketedCurve {
  readonly x: Float64Array
  readonly y: Float64Array
  readonly smoothed: Float64Array
  readonly low?: Float64Array
  readonly high?: Float64Array
  readonly runs?: Float64Array
}

export interface BucketRange {
  readonly from: number
  readonly to: number
  /** Buckets between the bounds at most. */
  readonly buckets: number
  readonly scale: 'linear' | 'log'
  /** Whether the smoothed curve is drawn, and with it the spread at its places. */
  readonly isSmoothed: boolean
}

/** Columns of points, of one line after the other. */
export class BucketColumns {
  readonly x: number[] = []
  readonly mean: number[] = []
  readonly min: number[] = []
  readonly max: number[] = []
  readonly smoothed: number[] = []
  readonly low: number[] = []
  readonly high: number[] = []
  readonly count: number[] = []
  readonly runs: number[] = []
}

/**
 * Puts the part of a curve between two bounds into buckets of equal width on the axis, each computed from every value in it, with one value more on
 * either side, so that lines go on to the edges. A part with no more values than buckets stays as it is. The edges stand still while a range of one
 * width moves along the axis: what is drawn does not flicker.
 *
 * @returns How many points came to the columns.
 */
export function intoBuckets(curve: BucketedCurve, range: BucketRange, columns: BucketColumns): number {
  const { x } = curve
  const before = columns.x.length
  const first = firstAtLeast(x, range.from)
  const end = firstAbove(x, range.to)
  if (first > 0) pushBucket(curve, { from: first - 1, to: first }, range, columns)
  if (end - first <= range.buckets) for (let i = first; i < end; i++) pushBucket(curve, { from: i, to: i + 1 }, range, columns)
  else {
    const edgeAfter = edges(range)
    for (let from = first; from < end; ) {
      const edge = edgeAfter(x[from]!)
      let to = from + 1
      while (to < end && x[to]! < edge) to++
      pushBucket(curve, { from, to }, range, columns)
      from = to
    }
  }
  if (end < x.length) pushBucket(curve, { from: end, to: end + 1 }, range, columns)
  return columns.x.length - before
}

function pushBucket({ x, y, smoothed, low, high, runs }: BucketedCurve, { from, to }: { readonly from: number; readonly to: number }, { isSmoothed }: BucketRange, columns: BucketColumns): void {
  let [sum, least, greatest, fewest] = [0, Infinity, -Infinity, Infinity]
  for (let i = from; i < to; i++) {
    const value = y[i]!
    sum += value
    if (value < least) least = value
    if (value > greatest) greatest = value
    if (runs !== undefined && runs[i]! < fewest) fewest = runs[i]!
  }
  const last = to - 1
  columns.x.push(x[last]!)
  // The mean of equal values is that value to the last bit, which their sum divided need not be.
  columns.mean.push(least === greatest ? least : sum / (to - from))
  columns.min.push(least)
  columns.max.push(greatest)
  columns.smoothed.push(smoothed[last]!)
  columns.count.push(to - from)
  columns.runs.push(runs === undefined ? 1 : fewest)
  const spreadFrom = isSmoothed ? last : from
  columns.low.push(low === undefined ? Number.NaN : meanOf(low, spreadFrom, to))
  columns.high.push(high === undefined ? Number.NaN : meanOf(high, spreadFrom, to))
}

function meanOf(values: Float64Array, from: number, to: number): number {
  let mean = 0
  for (let i = from; i < to; i++) mean += (values[i]! - mean) / (i - from + 1)
  return mean
}

/** Where the bucket of a place ends. The width is a power of the fourth root of two, so that no rounding of the range moves the edges. */
function edges({ from, to, buckets, scale }: BucketRange): (x: number) => number {
  const isLog = scale === 'log'
  const span = isLog ? Math.log2(to) - Math.log2(from) : to - from
  const width = 2 ** (Math.ceil(4 * Math.log2(span / buckets)) / 4)
  return (x) => {
    const edge = (Math.floor((isLog ? Math.log2(x) : x) / width) + 1) * width
    return isLog ? 2 ** edge : edge
  }
}

function firstAtLeast(x: Float64Array, bound: number): number {
  let [low, high] = [0, x.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (x[middle]! < bound) low = middle + 1
    else high = middle
  }
  return low
}

function firstAbove(x: Float64Array, bound: number): number {
  let [low, high] = [0, x.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (x[middle]! <= bound) low = middle + 1
    else high = middle
  }
  return low
}

/** How many of the places lie between two bounds, both included. */
export function countBetween(x: Float64Array, from: number, to: number): number {
  return Math.max(0, firstAbove(x, to) - firstAtLeast(x, from))
}

/** The indices of those places. */
export function indicesBetween(x: Float64Array, from: number, to: number): readonly [from: number, end: number] {
  return [firstAtLeast(x, from), firstAbove(x, to)]
}
