import { DEGREES_RANGE } from '../distributions/student-scoring.ts'
import { studentT } from '../distributions/student-t.ts'
import { add, clamped, digamma, div, double, exp, inverse, log, log1p, logGamma, mul, power, rowSum, square, sub, trigamma } from './doubles.ts'
import type { Double } from './doubles.ts'
import { same } from './dynamic-ops.ts'
import { meanOf } from './fit-families.ts'
import type { FamilyFit, FitGraphOptions, Quartiles, UnitConstants } from './fit-families.ts'
import type { Histograms } from './histogram.ts'
import { interpolated } from './interpolated.ts'

/**
 * Half of what the twin takes in reserve: 6 are enough for the families, fat tails and mixtures; more than 8 only where one side is three times
 * as wide as the other: the method's README measures a difference of 6e-3 after 8 steps there, on the twin.
 */
export const GRAPH_SCORING_STEPS = 8

/** A Student-t by Fisher scoring on all units at once; see `scoringStep` of `student-scoring.ts`, whose formulae these are. */
export function fitStudent(histograms: Histograms, quartiles: Quartiles, { estimator, degreesOfFreedom }: FitGraphOptions): FamilyFit {
  const start = degreesOfFreedom ?? 4
  const like = quartiles.median
  let constants: UnitConstants =
    estimator === 'quick'
      ? matchQuantiles(histograms, quartiles, degreesOfFreedom)
      : { location: quartiles.median, scale: div(quartiles.halfRange, upperQuartile(start)), degrees: add(same('ZerosLike', like), start) }
  if (estimator === 'likelihood') for (let step = 0; step < GRAPH_SCORING_STEPS; step++) constants = scoringStep(histograms, constants, degreesOfFreedom !== null)
  const found = constants
  return { ...found, logLikelihood: () => logLikelihood(histograms, found) }
}

function upperQuartile(degreesOfFreedom: number): number {
  return studentT.at({ location: 0, scale: 1, degreesOfFreedom }).tailDistance(0.25)
}

function scoringStep(histograms: Histograms, { location, scale, degrees }: UnitConstants, isFixed: boolean): UnitConstants {
  const z = div(sub(histograms.middles, location), scale)
  const spread = add(degrees, square(z))
  const pull = div(mul(histograms.weights, z), spread) // of each bin; times ν + 1 the weighted w·z
  const stretch = mul(pull, z)
  const perValue = add(degrees, 1)
  const plusThree = add(degrees, 3)
  const [pulled, stretched, steepness] = [pull, stretch, div(stretch, spread)].map((x) => mul(perValue, rowSum(x))) as [Double, Double, Double] // three of three
  const scaleScore = sub(stretched, 1)
  const scaleSlope = mul(mul(2, degrees), steepness)
  const scaleInformation = div(mul(2, degrees), plusThree)
  const sharedInformation = div(mul(2, square(degrees)), mul(perValue, plusThree))
  const next = isFixed ? degrees : degreesAfter({ degrees, sharedInformation, scaleInformation, scaleScore, stretched, meanLog: sub(meanOf(histograms, log(spread)), log(degrees)) })
  const moved = sub(inverse(next), inverse(degrees))
  const logScaleStep = div(isFixed ? scaleScore : sub(scaleScore, mul(sharedInformation, moved)), scaleSlope)
  return {
    location: add(location, div(mul(mul(scale, pulled), plusThree), perValue)),
    scale: mul(scale, exp(clamped(logScaleStep, -1, 1))),
    degrees: next,
  }
}


interface DegreesScore {
  readonly degrees: Double
  readonly sharedInformation: Double
  readonly scaleInformation: Double
  readonly scaleScore: Double
  readonly stretched: Double
  readonly meanLog: Double
}

function degreesAfter({ degrees, sharedInformation, scaleInformation, scaleScore, stretched, meanLog }: DegreesScore): Double {
  const [half, halfMore] = [mul(degrees, 0.5), mul(add(degrees, 1), 0.5)]
  const fromDegrees = mul(0.5, sub(sub(digamma(halfMore), digamma(half)), inverse(degrees)))
  const score = add(sub(fromDegrees, mul(0.5, meanLog)), div(stretched, mul(2, degrees)))
  const known = div(add(degrees, 5), mul(mul(2, degrees), mul(add(degrees, 1), add(degrees, 3))))
  const degreesInformation = sub(mul(0.25, sub(trigamma(half), trigamma(halfMore))), known)
  const ratio = div(sharedInformation, scaleInformation)
  const inverseScore = sub(mul(mul(-1, square(degrees)), score), mul(ratio, scaleScore))
  const information = sub(mul(power(degrees, 4), degreesInformation), mul(ratio, sharedInformation))
  return inverse(clamped(add(inverse(degrees), div(inverseScore, information)), 1 / DEGREES_RANGE.high, 1 / DEGREES_RANGE.low))
}

function logLikelihood(histograms: Histograms, { location, scale, degrees }: UnitConstants): Double {
  const z = div(sub(histograms.middles, location), scale)
  const halfMore = mul(add(degrees, 1), 0.5)
  const peak = sub(sub(logGamma(halfMore), logGamma(mul(degrees, 0.5))), mul(0.5, log(mul(degrees, Math.PI))))
  return sub(sub(peak, log(scale)), mul(halfMore, meanOf(histograms, log1p(div(square(z), degrees)))))
}

/** Of 1/ν from 1/60 to 1. */
const GRID = 128

/** ν from how the inner 90 % lie to the inner 50 %, then s from the inner 50 %: as `quick` of `student-t.ts`, by a table. */
function matchQuantiles({ quantile }: Histograms, { median, halfRange }: Quartiles, given: number | null): UnitConstants {
  const [lowest, highest] = [1 / DEGREES_RANGE.high, 1 / DEGREES_RANGE.low]
  const table = Array.from({ length: GRID + 1 }, (_, i) => studentT.at({ location: 0, scale: 1, degreesOfFreedom: 1 / (lowest + (i / GRID) * (highest - lowest)) }))
  const quarters = table.map((curve) => curve.tailDistance(0.25))
  const ratios = table.map((curve, i) => curve.tailDistance(0.05) / quarters[i]!)
  const ratio = div(mul(0.5, sub(quantile(0.95), quantile(0.05))), halfRange)
  // Where in the table the ratio stands: it rises with 1/ν.
  const place = interpolated.placeOf(ratios, ratio)
  const degrees = given === null ? inverse(add(lowest, mul(place, (highest - lowest) / GRID))) : add(same('ZerosLike', ratio), given)
  return { location: median, scale: div(halfRange, given === null ? interpolated.at(quarters, place) : double(upperQuartile(given))), degrees }
}
