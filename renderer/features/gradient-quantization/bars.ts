import type { BitHistogram } from '../../../main/contract/gradient-records.ts'
import { binsOf, placeOf } from '../../../main/methods/gradient-quantization/bit-histogram.ts'

/** A histogram as bars from left to right on the axis of the values. All arrays are of one length; exact zeros are in no bar. */
export interface Bars {
  /** Ends of each bar, `low < high`; bars do not overlap, and where nothing was logged there is none. */
  readonly low: readonly number[]
  readonly high: readonly number[]
  readonly count: readonly number[]
  /** Values in the bars before each. */
  readonly before: readonly number[]
  /** Values in all bars. */
  readonly total: number
  readonly zeros: number
}

const edgesByBits = new Map<number, Float64Array>()

/** Puts the bins of a logged histogram in the order of their values. */
export function readBars({ bins, counts, mantissaBits, zeros }: BitHistogram): Bars {
  const edges = edgesByBits.get(mantissaBits) ?? binsOf(mantissaBits).edges
  edgesByBits.set(mantissaBits, edges)
  const placed = bins.flatMap((bin, index) => {
    const count = counts[index] ?? 0
    return count > 0 ? [{ place: placeOf(bin, mantissaBits), count }] : []
  })
  placed.sort((a, b) => a.place - b.place)
  let total = 0
  const before = placed.map(({ count }) => {
    total += count
    return total - count
  })
  return { low: placed.map(({ place }) => edges[place] ?? 0), high: placed.map(({ place }) => edges[place + 1] ?? 0), count: placed.map(({ count }) => count), before, total, zeros }
}

/** How many values are below a place, those of the bar that it lies in taken as evenly spread. Zeros are not counted. */
export function countBelow({ low, high, count, before, total }: Bars, place: number): number {
  const index = lastAtMost(low, place)
  if (index < 0) return 0
  const [from = 0, to = 0] = [low[index], high[index]]
  const share = Math.min(1, (place - from) / (to - from))
  return index >= low.length ? total : (before[index] ?? 0) + share * (count[index] ?? 0)
}

/** The place below which a share of the values lies, zeros apart. */
export function shareEnd(bars: Bars, share: number): number {
  const wanted = share * bars.total
  const index = Math.max(0, lastAtMost(bars.before, wanted))
  const [from = 0, to = 0, count = 1] = [bars.low[index], bars.high[index], bars.count[index]]
  return from + Math.min(1, Math.max(0, (wanted - (bars.before[index] ?? 0)) / count)) * (to - from)
}

/** √Σx², zeros included for they add nothing: exact for values spread evenly in each bar. */
export function norm({ low, high, count }: Bars): number {
  return Math.sqrt(count.reduce((sum, number, index) => {
    const [a = 0, b = 0] = [low[index], high[index]]
    return sum + (number * (a * a + a * b + b * b)) / 3
  }, 0))
}

/** Drawn as a density: height = count / (total · width). */
export interface Stair {
  readonly low: number
  readonly high: number
  readonly density: number
}

/**
 * Bars put together until each is at least as wide as asked, as densities: near 0 the logged bins are far narrower than a pixel, far out
 * they are wider than any raster. Gaps in which nothing was logged stay gaps, as stairs of density 0.
 */
export function stairs({ low, high, count, total }: Bars, span: { readonly from: number; readonly to: number; readonly width: number }): Stair[] {
  const result: Stair[] = []
  let open: { low: number; high: number; count: number } | null = null
  const close = () => {
    if (open !== null) result.push({ low: open.low, high: open.high, density: open.count / (total * (open.high - open.low)) })
    open = null
  }
  for (const [index, from] of low.entries()) {
    const to = high[index] ?? from
    if (to <= span.from || from >= span.to) continue
    const end: number = open?.high ?? result.at(-1)?.high ?? from
    if (from > end) {
      // A gap narrower than a stair belongs to the stair; a wider one shows that nothing was there.
      if (open !== null && from - end >= span.width) close()
      if (open === null) result.push({ low: end, high: from, density: 0 })
    }
    open = open === null ? { low: from, high: to, count: count[index] ?? 0 } : { low: open.low, high: to, count: open.count + (count[index] ?? 0) }
    if (open.high - open.low >= span.width) close()
  }
  close()
  return result.filter(({ low: a, high: b }) => b > a)
}

/** The index of the last number ≤ a value in ascending numbers; −1 where there is none. */
function lastAtMost(numbers: readonly number[], value: number): number {
  let [from, to] = [0, numbers.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if ((numbers[middle] ?? Number.POSITIVE_INFINITY) <= value) from = middle + 1
    else to = middle
  }
  return from - 1
}
