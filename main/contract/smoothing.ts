/**
 * Debiased exponential running mean of a series that may have come in buckets.
 *
 * With smoothing d and a bucket of c values of mean m,
 *
 *     s ← dᶜ s + (1 − dᶜ) m,    w ← dᶜ w + (1 − dᶜ),    smoothed = s / w
 *
 * so a constant stays constant, the first value stands as it is, and a bucket counts as the values it stands for:
 * nothing is sub-sampled before smoothing. Values that are not finite are passed through and leave the mean alone.
 *
 * @param mean Mean of each bucket.
 * @param count Logged values in each bucket.
 * @param smoothing d, from 0 (none) to below 1.
 * @example smooth([1, 3], [1, 1], 0.5) is [1, 7/3]: (½·½·1 + ½·3) / (1 − ¼).
 */
export function smooth(mean: readonly number[], count: readonly number[], smoothing: number): number[] {
  let smoothed = 0
  let weight = 0
  return mean.map((value, index) => {
    if (!Number.isFinite(value)) return value
    const decay = smoothing ** (count[index] ?? 1)
    weight = decay * weight + (1 - decay)
    // s/w written as a correction of itself: a constant stays the same to the last bit, which the plain quotient does not keep.
    smoothed += ((1 - decay) / weight) * (value - smoothed)
    return smoothed
  })
}

/** One curve: x and, at each x, the mean, the extremes and the number of the values it stands for. */
export interface Curve {
  readonly x: readonly number[]
  readonly mean: readonly number[]
  readonly min: readonly number[]
  readonly max: readonly number[]
  readonly count: readonly number[]
}

/**
 * The mean of several curves, for the runs of one batch size.
 *
 * Each curve is read by straight lines between its points, at the x values of the one with the most points and only where all of them
 * have values: the mean of a group does not depend on what else is shown, and never jumps where one seed ends before another. Curves whose
 * values hold until the next (`isHeld`) are read as stairs, at the x values of all of them.
 */
export function meanCurve(curves: readonly Curve[], isHeld = false): Curve {
  const [first] = curves
  if (first === undefined) return { x: [], mean: [], min: [], max: [], count: [] }
  if (curves.length === 1) return first
  const from = Math.max(...curves.map((curve) => curve.x[0] ?? Number.POSITIVE_INFINITY))
  const to = Math.min(...curves.map((curve) => curve.x.at(-1) ?? Number.NEGATIVE_INFINITY))
  const densest = curves.reduce((best, curve) => (curve.x.length > best.x.length ? curve : best), first)
  const places = isHeld ? [...new Set(curves.flatMap(({ x }) => x))].sort((a, b) => a - b).map((x) => ({ x, count: 1 })) : densest.x.map((x, index) => ({ x, count: densest.count[index] ?? 1 }))
  const kept = places.filter(({ x }) => x >= from && x <= to)
  const read = isHeld ? valueHeld : interpolate
  const at = (values: (curve: Curve) => readonly number[], x: number) => curves.map((curve) => read(curve.x, values(curve), x))
  return {
    x: kept.map(({ x }) => x),
    mean: kept.map(({ x }) => at((curve) => curve.mean, x).reduce((sum, value) => sum + value, 0) / curves.length),
    min: kept.map(({ x }) => Math.min(...at((curve) => curve.mean, x))),
    max: kept.map(({ x }) => Math.max(...at((curve) => curve.mean, x))),
    count: kept.map(({ count }) => count),
  }
}

/** The curve of a quantity that holds from each of its places on, up to where its run is. */
export function heldUntil(curve: Curve, x: number): Curve {
  const last = curve.x.length - 1
  if (last < 0 || !(x > (curve.x[last] ?? 0))) return curve
  const again = (values: readonly number[]) => [...values, values[last] ?? Number.NaN]
  return { x: [...curve.x, x], mean: again(curve.mean), min: again(curve.min), max: again(curve.max), count: [...curve.count, 1] }
}

function valueHeld(xs: readonly number[], ys: readonly number[], x: number): number {
  return ys[xs.findLastIndex((from) => from <= x)] ?? Number.NaN
}

function interpolate(xs: readonly number[], ys: readonly number[], x: number): number {
  let low = 0
  let high = xs.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((xs[middle] ?? 0) <= x) low = middle
    else high = middle
  }
  const [x0, x1, y0, y1] = [xs[low] ?? 0, xs[high] ?? 0, ys[low] ?? Number.NaN, ys[high] ?? Number.NaN]
  return x1 === x0 ? y1 : y0 + ((x - x0) / (x1 - x0)) * (y1 - y0)
}
