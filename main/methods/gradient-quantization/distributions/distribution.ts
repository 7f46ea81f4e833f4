import type { Sample } from './sample.ts'

/** The constants of a fitted distribution, in the unit of the values. */
export interface Constants {
  /** Where the distribution peaks and about which it is symmetric. */
  readonly location: number
  /** Normal: the standard deviation. Laplace: the mean distance b. Cauchy and Student-t: the scale, which is no standard deviation. */
  readonly scale: number
  /** Only Student-t has them; null elsewhere. */
  readonly degreesOfFreedom: number | null
}

/** How the constants are found. */
export interface FitOptions {
  /** `quick` takes them from quantiles where maximum likelihood would iterate; where it would not, both are the same. */
  readonly estimator: 'maximum-likelihood' | 'quick'
  /** Held fixed, for families that have them; null fits them. */
  readonly degreesOfFreedom: number | null
}

export const maximumLikelihood: FitOptions = { estimator: 'maximum-likelihood', degreesOfFreedom: null }

/** Constants and how they came about. */
export interface Fitted {
  readonly constants: Constants
  /** Passes over the values that the iteration took; 0 for a closed form. */
  readonly steps: number
  readonly hasConverged: boolean
}

/** A distribution with its constants put in. All float64. */
export interface Curve {
  /** ln of the density, in 1 / unit of the values. */
  logDensity(value: number): number
  /** P(X ≤ value). */
  cdf(value: number): number
  /** The value with P(X ≤ value) = probability. */
  quantile(probability: number): number
  /** How far above the location the upper tail of this probability begins; exact where `quantile(1 - tail)` would round. */
  tailDistance(tail: number): number
}

/**
 * A family of distributions that gradients may be assumed to follow.
 *
 * Two properties are what the source asks of any family: it is symmetric about its peak, and it has one computable mean or
 * median. Cauchy has no mean, which is why a median is enough. `check-distribution.ts` holds a family to both.
 *
 * @see US 2020/0380356 A1, claims 4 to 8.
 */
export interface Distribution {
  readonly id: string
  /** What is fitted; AIC charges for each. */
  readonly constants: readonly (keyof Constants)[]
  /** Whether left and right of the peak are mirror images (claim 4). */
  readonly isSymmetric: boolean
  /** Which centre can be computed (claim 5); null where neither can. */
  readonly centre: 'mean' | 'median' | null
  /** Obtains the constants from the values themselves (claim 7). A scale of 0 says that the values have no spread for this family. */
  fit(sample: Sample, options: FitOptions): Fitted
  at(constants: Constants): Curve
}

/** A family in its standard form: location 0, scale 1. */
export interface StandardForm {
  logDensity(z: number): number
  cdf(z: number): number
  /** For a tail of at most ½. */
  tailDistance(tail: number): number
}

/** Moves and stretches a standard form to its location and scale. */
export function stretched(form: StandardForm, { location, scale }: Constants): Curve {
  const logScale = Math.log(scale)
  const tailDistance = (tail: number) => scale * (tail <= 0.5 ? form.tailDistance(tail) : -form.tailDistance(1 - tail))
  return {
    logDensity: (value) => form.logDensity((value - location) / scale) - logScale,
    cdf: (value) => form.cdf((value - location) / scale),
    quantile: (probability) => (probability <= 0.5 ? location - tailDistance(probability) : location + tailDistance(1 - probability)),
    tailDistance,
  }
}
