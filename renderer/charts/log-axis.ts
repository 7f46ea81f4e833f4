/** The span of an axis and where its labels stand. */
export interface AxisSpan {
  readonly min: number
  readonly max: number
  readonly ticks: readonly number[]
}

/**
 * A logarithmic axis around the values given: a little wider than they are, with ticks at round numbers.
 *
 * Less than a decade takes 1 to 9 in each power of ten, up to three take 1, 2 and 5, more take powers of ten alone.
 *
 * @param values Values to show; those that are not above 0 have no place here and are left out.
 * @param padding Room at each end, as a factor.
 */
export function logSpan(values: Iterable<number>, padding = 1.15): AxisSpan {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (!(value > 0) || !Number.isFinite(value)) continue
    if (value < low) low = value
    if (value > high) high = value
  }
  if (low > high) return { min: 1, max: 10, ticks: [1, 10] }
  const min = low / padding
  const max = high * padding
  return { min, max, ticks: logTicks(min, max) }
}

/** Round numbers from `min` to `max`, both included. */
export function logTicks(min: number, max: number): number[] {
  const decades = Math.log10(max / min)
  const mantissas = decades < 1 ? [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9] : decades < 3.2 ? [1, 2, 5] : [1]
  const step = decades > 9 ? 3 : 1
  const ticks: number[] = []
  for (let power = Math.floor(Math.log10(min)); power <= Math.ceil(Math.log10(max)); power += 1) {
    if (power % step !== 0) continue
    for (const mantissa of mantissas) {
      // Through the text, so that 3e-4 is the number one writes and not 2.9999999999999997e-4.
      const tick = Number(`${mantissa}e${power}`)
      if (tick >= min && tick <= max) ticks.push(tick)
    }
  }
  return ticks
}

/** The same, with ticks at the values themselves where they are few, as those of settings are. */
export function fewSpan(values: readonly number[], padding = 1.15): AxisSpan {
  const span = logSpan(values, padding)
  const distinct = [...new Set(values)].filter((value) => value > 0 && Number.isFinite(value)).sort((a, b) => a - b)
  return distinct.length > 0 && distinct.length <= mostTicks ? { ...span, ticks: distinct } : span
}
const mostTicks = 12

/** Ticks for an axis of batch sizes: those of the sweep themselves where they fit, else powers of two. */
export function batchSpan(batchSizes: Iterable<number>, padding = 1.25): AxisSpan {
  const sizes = [...new Set(batchSizes)].filter((size) => size > 0).sort((a, b) => a - b)
  const first = sizes[0] ?? 1
  const last = sizes.at(-1) ?? 1024
  return { min: first / padding, max: last * padding, ticks: sizes.length <= 14 ? sizes : powersOfTwo(first, last) }
}

function powersOfTwo(from: number, to: number): number[] {
  const ticks: number[] = []
  for (let size = 2 ** Math.ceil(Math.log2(from)); size <= to; size *= 2) ticks.push(size)
  return ticks
}
