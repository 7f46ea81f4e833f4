import { stretched } from './distribution.ts'
import type { Distribution, Fitted, StandardForm } from './distribution.ts'
import { firstAbove, firstAtLeast, meanDistance, medianDistance, medianOf, quantileOf } from './sample.ts'

const standardCauchy: StandardForm = {
  logDensity: (z) => -Math.log(Math.PI * (1 + z * z)),
  // By the arctangent of 1/z in the tails: ½ + atan(z)/π would lose every digit there.
  cdf: (z) => (z < -1 ? Math.atan(-1 / z) / Math.PI : z > 1 ? 1 - Math.atan(1 / z) / Math.PI : 0.5 + Math.atan(z) / Math.PI),
  tailDistance: (tail) => (tail === 0.5 ? 0 : 1 / Math.tan(Math.PI * tail)),
}

/** More than Newton's method has been seen to need by far; bisection alone would be done. */
const MAX_STEPS = 100

/**
 * The Cauchy distribution: so heavy in its tails that it has neither mean nor variance.
 *
 * The location is the median: the likelihood may have several peaks in it. The scale γ is that of maximum likelihood given
 * this location, where Σ γ²/(γ² + (x − m)²) = n/2. `quick` takes half the interquartile range.
 *
 * @example Values −3, −1, 0, 1, 3: location 0, scale 1.236860; quick: scale 1.
 */
export const cauchy: Distribution = {
  id: 'cauchy',
  constants: ['location', 'scale'],
  isSymmetric: true,
  centre: 'median',
  fit({ sorted }, { estimator }) {
    const location = medianOf(sorted)
    if (estimator === 'maximum-likelihood') return cauchyScale(sorted, location)
    const scale = (quantileOf(sorted, 0.75) - quantileOf(sorted, 0.25)) / 2
    return { constants: { location, scale, degreesOfFreedom: null }, steps: 0, hasConverged: true }
  },
  at: (constants) => stretched(standardCauchy, constants),
}

/**
 * Solves for γ by Newton's method in log γ, kept inside a bracket: the mean of (d² − γ²)/(d² + γ²), with d = x − m, falls as γ rises.
 *
 * Where half of the values or more are the location itself the likelihood rises without end as γ falls to 0: the scale is then 0.
 */
function cauchyScale(sorted: Float64Array, location: number): Fitted {
  const result = (scale: number, steps: number, hasConverged: boolean): Fitted => ({ constants: { location, scale, degreesOfFreedom: null }, steps, hasConverged })
  const atLocation = firstAbove(sorted, location) - firstAtLeast(sorted, location)
  if (2 * atLocation >= sorted.length) return result(0, 0, true)
  let scale = medianDistance(sorted, location) || meanDistance(sorted, location)
  let low = 0
  let high = Infinity
  for (let step = 1; step <= MAX_STEPS; step++) {
    let sum = 0
    let slope = 0
    const square = scale * scale
    for (let i = 0; i < sorted.length; i++) {
      const share = square / (square + (sorted[i]! - location) ** 2)
      sum += 1 - 2 * share
      slope += share * (1 - share)
    }
    if (sum > 0) low = scale
    else high = scale
    const newton = scale * Math.exp(sum / (4 * slope))
    if (Math.abs(newton - scale) <= 1e-10 * scale) return result(newton, step, true)
    scale = newton > low && newton < high ? newton : high === Infinity ? 2 * scale : (low + high) / 2
  }
  return result(scale, MAX_STEPS, false)
}
