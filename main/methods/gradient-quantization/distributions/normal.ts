import normalCdf from '@stdlib/stats-base-dists-normal-cdf'
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile'
import { stretched } from './distribution.ts'
import type { Distribution, StandardForm } from './distribution.ts'
import { meanOf } from './sample.ts'

const LOG_ROOT_TWO_PI = 0.5 * Math.log(2 * Math.PI)

const standardNormal: StandardForm = {
  logDensity: (z) => -0.5 * z * z - LOG_ROOT_TWO_PI,
  cdf: (z) => normalCdf(z, 0, 1),
  tailDistance: (tail) => -normalQuantile(tail, 0, 1),
}

/**
 * The normal distribution. Maximum likelihood: the mean, and the root of the mean square distance from it (divisor n).
 *
 * @example Values −3, −1, 0, 1, 3: location 0, scale 2.
 */
export const normal: Distribution = {
  id: 'normal',
  constants: ['location', 'scale'],
  isSymmetric: true,
  centre: 'mean',
  fit({ sorted }) {
    const location = meanOf(sorted)
    let squares = 0
    for (let i = 0; i < sorted.length; i++) squares += (sorted[i]! - location) ** 2
    return { constants: { location, scale: Math.sqrt(squares / sorted.length), degreesOfFreedom: null }, steps: 0, hasConverged: true }
  },
  at: (constants) => stretched(standardNormal, constants),
}
