/** Two estimates that vary together, as a fit returns them. */
export interface Ratio {
  readonly numerator: number
  readonly denominator: number
  readonly numeratorVariance: number
  readonly denominatorVariance: number
  readonly covariance: number
}

/**
 * The confidence interval of numerator/denominator, a ratio known to be positive: all values θ > 0 for which
 * numerator − θ·denominator is within t standard errors of 0, that is aθ² − 2bθ + c ≤ 0.
 *
 * Exact for normal estimates, unlike the delta method, and rightly lopsided. Where the denominator may be 0 (a ≤ 0) the interval has no
 * high end; it then has a low one as long as the numerator may not be 0 as well (c > 0). An end that is not bounded is null.
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
  if (discriminant < 0) return { low: null, high: null }
  const root = Math.sqrt(discriminant)
  if (a > 0) return { low: (b - root) / a, high: (b + root) / a }
  // With c > 0 the roots have opposite signs, and all beyond the positive one is held. It is (b − root)/a without the division by 0.
  return { low: c > 0 && b + root > 0 ? c / (b + root) : null, high: null }
}
