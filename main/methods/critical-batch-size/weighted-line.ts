/** y = intercept + slope·x, with the covariance of both for weights that are 1/variance. */
export interface WeightedLine {
  readonly intercept: number
  readonly slope: number
  readonly interceptVariance: number
  readonly slopeVariance: number
  readonly covariance: number
  /** Σ w·(y − fitted)². */
  readonly chiSquared: number
}

export interface WeightedPoint {
  readonly x: number
  readonly y: number
  /** 1/Var(y), or anything proportional to it: then the variances here are so, too. */
  readonly weight: number
}

/**
 * Fits a straight line by weighted least squares, in closed form.
 *
 * Sums are taken about the weighted mean of x, so that close x lose no digits.
 *
 * @returns Null where fewer than two distinct x have a weight: no line is determined.
 */
export function weightedLine(points: readonly WeightedPoint[]): WeightedLine | null {
  const used = points.filter((point) => point.weight > 0)
  const weight = sum(used, (point) => point.weight)
  const meanX = sum(used, (point) => point.weight * point.x) / weight
  const meanY = sum(used, (point) => point.weight * point.y) / weight
  const spread = sum(used, (point) => point.weight * (point.x - meanX) ** 2)
  if (!(spread > 0)) return null
  const slope = sum(used, (point) => point.weight * (point.x - meanX) * (point.y - meanY)) / spread
  const intercept = meanY - slope * meanX
  return {
    intercept,
    slope,
    slopeVariance: 1 / spread,
    interceptVariance: 1 / weight + meanX ** 2 / spread,
    covariance: -meanX / spread,
    chiSquared: sum(used, (point) => point.weight * (point.y - intercept - slope * point.x) ** 2),
  }
}

/** Variance of the line at x. */
export function lineVariance(line: WeightedLine, x: number): number {
  return line.interceptVariance + 2 * x * line.covariance + x * x * line.slopeVariance
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0)
}
