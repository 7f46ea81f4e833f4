import gammaln from '@stdlib/math-base-special-gammaln'
import studentCdf from '@stdlib/stats-base-dists-t-cdf'
import studentQuantile from '@stdlib/stats-base-dists-t-quantile'
import { stretched } from './distribution.ts'
import type { Constants, Distribution, FitOptions, Fitted, StandardForm } from './distribution.ts'
import { medianDistance, medianOf, quantileOf } from './sample.ts'
import { DEGREES_RANGE, degreesScore, scoringStep, stepSize } from './student-scoring.ts'
import type { StudentConstants, StudentScores } from './student-scoring.ts'

function standardStudent(degrees: number): StandardForm {
  const logPeak = gammaln((degrees + 1) / 2) - gammaln(degrees / 2) - 0.5 * Math.log(Math.PI * degrees)
  return {
    logDensity: (z) => logPeak - ((degrees + 1) / 2) * Math.log1p((z * z) / degrees),
    cdf: studentCdf.factory(degrees),
    tailDistance: (tail) => -studentQuantile(tail, degrees),
  }
}

/** After this many steps a fit counts as not converged. */
const MAX_STEPS = 200
const TOLERANCE = 1e-9
/** A fit that starts from every k-th of this many values has little left to do on all of them. */
const THINNED = 20_000

/**
 * Student's t distribution with ν degrees of freedom: from Cauchy (ν = 1) to nearly normal (ν = 60).
 *
 * Maximum likelihood in all three constants at once, ν from 1 to 60, by Fisher scoring. It ends where the EM iteration
 * m = Σwx/Σw, s² = Σw(x − m)²/n, w = (ν + 1)/(ν + z²) ends, which takes some six times as many passes over the values. `quick` takes the
 * median, and s and ν from how far the quantiles lie apart. The scale is no standard deviation: that is s·√(ν/(ν − 2)), and only for ν > 2.
 *
 * @example Values −3, −1, 0, 1, 3 with ν = 3 given: location 0, scale 1.669986.
 */
export const studentT: Distribution = {
  id: 'student-t',
  constants: ['location', 'scale', 'degreesOfFreedom'],
  isSymmetric: true,
  centre: 'median',
  fit: ({ sorted }, options) => (options.estimator === 'quick' ? matchQuantiles(sorted, options) : climb(sorted, options)),
  at: (constants) => stretched(standardStudent(degreesOf(constants)), constants),
}

function degreesOf({ degreesOfFreedom }: Constants): number {
  if (degreesOfFreedom === null || !(degreesOfFreedom > 0)) throw new RangeError(`A Student-t needs degrees of freedom above 0, got ${degreesOfFreedom}.`)
  return degreesOfFreedom
}

function fitted({ location, scale, degrees }: StudentConstants, steps: number, hasConverged: boolean): Fitted {
  return { constants: { location, scale, degreesOfFreedom: degrees }, steps, hasConverged }
}

/** Maximum likelihood: on a thinned sample first, then on all values. */
function climb(sorted: Float64Array, { degreesOfFreedom }: FitOptions): Fitted {
  const isFixed = degreesOfFreedom !== null
  const location = medianOf(sorted)
  const degrees = degreesOfFreedom ?? 4
  const scale = medianDistance(sorted, location) / -studentQuantile(0.25, degrees)
  let constants: StudentConstants = { location, scale, degrees }
  const every = Math.floor(sorted.length / THINNED)
  const rounds = every < 2 ? [sorted] : [sorted.filter((_, i) => i % every === every >> 1), sorted]
  let steps = 0
  for (const values of rounds) {
    for (steps = 1; ; steps++) {
      // More ties at the location than a Student-t of one degree of freedom can have: no scale is small enough.
      if (!(constants.scale > Number.MIN_VALUE * 2 ** 60)) return fitted({ ...constants, scale: 0 }, steps, true)
      const next = scoringStep(constants, studentScores(values, constants), { isFixed })
      const moved = stepSize(constants, next)
      constants = next
      if (moved <= TOLERANCE) break
      if (steps === MAX_STEPS) return fitted(constants, steps, false)
    }
  }
  return fitted(constants, steps, true)
}

function studentScores(values: Float64Array, { location, scale, degrees }: StudentConstants): StudentScores {
  let [pull, stretch, slope, logs] = [0, 0, 0, 0]
  for (let i = 0; i < values.length; i++) {
    const z = (values[i]! - location) / scale
    const spread = degrees + z * z
    const weighted = z / spread
    pull += weighted
    stretch += weighted * z
    slope += weighted * weighted
    logs += Math.log(spread)
  }
  const perValue = (degrees + 1) / values.length
  const meanLog = logs / values.length - Math.log(degrees)
  return {
    location: perValue * pull,
    scale: perValue * stretch - 1,
    degrees: degreesScore(degrees) - meanLog / 2 + (perValue * stretch) / (2 * degrees),
    scaleSlope: 2 * degrees * perValue * slope,
  }
}

/** ν from the ratio of the inner 90 % to the inner 50 %, which falls from 6.3 (ν = 1) to 2.5; then s from the inner 50 %. */
function matchQuantiles(sorted: Float64Array, { degreesOfFreedom }: FitOptions): Fitted {
  const width = (tail: number) => quantileOf(sorted, 1 - tail) - quantileOf(sorted, tail)
  const ratio = width(0.05) / width(0.25)
  const degrees = degreesOfFreedom ?? degreesOfRatio(ratio)
  return fitted({ location: medianOf(sorted), scale: width(0.25) / (-2 * studentQuantile(0.25, degrees)), degrees }, 0, true)
}

/** Bisects in 1/ν. */
function degreesOfRatio(ratio: number): number {
  let [low, high] = [1 / DEGREES_RANGE.high, 1 / DEGREES_RANGE.low]
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2
    if (studentQuantile(0.05, 1 / middle) / studentQuantile(0.25, 1 / middle) < ratio) low = middle
    else high = middle
  }
  return 2 / (low + high)
}
