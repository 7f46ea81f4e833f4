/** Two estimates that vary together, as a fit returns them. */
export interface Ratio {
  readonly numerator: number
  readonly denominator: number
  readonly numeratorVariance: number
  readonly denominatorVariance: number
  readonly covariance: number
}

/**
 * The confidence interval of numerator/denominator: all values θ for which numerator − θ·denominator is within t standard errors of 0.
 *
 * Exact for normal estimates, unlike the delta method, and rightly lopsided. Its end is null where the interval is not bounded
 * on that side: the denominator may then be 0.
 *
 * @param t  Quantile of Student's t for the confidence wanted.
 * @see Fieller 1954, "Some problems in interval estimation", J. R. Stat. Soc. B 16.
 */
export function fieller(ratio: Ratio, t: number): { low: number | null; high: number | null } {
  const { numerator: u, denominator: v } = ratio
  const square = t * t
  const a = v * v - square * ratio.denominatorVariance
  const b = u * v - square * ratio.covariance
  const c = u * u - square * ratio.numeratorVariance
  const discriminant = b * b - a * c
  if (a <= 0 || discriminant < 0) return { low: null, high: null }
  const root = Math.sqrt(discriminant)
  return { low: (b - root) / a, high: (b + root) / a }
}
