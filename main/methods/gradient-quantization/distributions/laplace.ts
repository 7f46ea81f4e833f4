import { stretched } from './distribution.ts'
import type { Distribution, StandardForm } from './distribution.ts'
import { meanDistance, medianOf } from './sample.ts'

const standardLaplace: StandardForm = {
  logDensity: (z) => -Math.abs(z) - Math.LN2,
  cdf: (z) => (z < 0 ? 0.5 * Math.exp(z) : 1 - 0.5 * Math.exp(-z)),
  tailDistance: (tail) => -Math.log(2 * tail),
}

/**
 * The Laplace distribution. Maximum likelihood: the median, and the mean distance from it.
 *
 * @example Values −3, −1, 0, 1, 3: location 0, scale 1.6.
 */
export const laplace: Distribution = {
  id: 'laplace',
  constants: ['location', 'scale'],
  isSymmetric: true,
  centre: 'median',
  fit({ sorted }) {
    const location = medianOf(sorted)
    return { constants: { location, scale: meanDistance(sorted, location), degreesOfFreedom: null }, steps: 0, hasConverged: true }
  },
  at: (constants) => stretched(standardLaplace, constants),
}
