/**
 * Debiased exponential running mean of every value of a curve:
 *
 *     s ← d s + (1 − d) y,    w ← d w + (1 − d),    smoothed = s / w
 *
 * so that the first value stands as it is and a constant stays constant, to the last bit: the quotient is written as a correction of itself.
 *
 * @param smoothing d, from 0 (the values themselves) to below 1.
 * @example smoothCurve([1, 3], 0.5) is [1, 7/3]: (½·½·1 + ½·3) / (1 − ¼).
 */
export function smoothCurve(y: Float64Array, smoothing: number): Float64Array {
  if (smoothing === 0) return y
  const smoothed = new Float64Array(y.length)
  const fresh = 1 - smoothing
  let [mean, weight] = [0, 0]
  for (let i = 0; i < y.length; i++) {
    weight = smoothing * weight + fresh
    mean += (fresh / weight) * (y[i]! - mean)
    smoothed[i] = mean
  }
  return smoothed
}
