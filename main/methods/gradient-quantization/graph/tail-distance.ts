import { add, choose, div, double, exp, incompleteBeta, inverse, isLess, least, log, log1p, logGamma, mul, negate, normalQuantile, power, square, sub, tan } from './doubles.ts'
import type { Double } from './doubles.ts'
import { same } from './dynamic-ops.ts'
import type { FamilyId } from './fit-families.ts'

/** Newton steps for a Student-t's quantile: 4 bring the worst of all degrees and tails to 1e-9. */
const STEPS = 4

/**
 * How far above the location, in scales, the upper tail of a probability begins, for the standard form of a family.
 *
 * @param tail  float64 `[units, 1]`, within (0, 1). Above ½ the distance is negative; at ½ it is 0.
 * @param degrees  float64 `[units, 1]`, of Student-t.
 */
export function tailDistance(family: FamilyId, tail: Double, degrees: Double): Double {
  const isUpper = isLess(tail, 0.5)
  const short = least(choose(isUpper, tail, sub(1, tail)), 0.5 - 1e-7)
  const distance = upperDistance(family, short, degrees)
  return choose(same('Equal', tail, double(0.5)), 0, choose(isUpper, distance, negate(distance)))
}

function upperDistance(family: FamilyId, tail: Double, degrees: Double): Double {
  if (family === 'normal') return negate(normalQuantile(tail))
  if (family === 'laplace') return negate(log(mul(2, tail)))
  if (family === 'cauchy') return inverse(tan(mul(Math.PI, tail)))
  return studentDistance(tail, degrees)
}

/**
 * Solves P(T > x) = I(ν/(ν + x²); ν/2, ½) / 2 = tail for x by Newton's method on the logarithms, in which the tail is nearly straight.
 *
 * It starts between the normal's distance (1/ν = 0) and Cauchy's (1/ν = 1), geometrically.
 */
function studentDistance(tail: Double, degrees: Double): Double {
  const normal = upperDistance('normal', tail, degrees)
  const cauchy = upperDistance('cauchy', tail, degrees)
  let x = mul(normal, power(div(cauchy, normal), inverse(degrees)))
  const half = mul(0.5, degrees)
  const halfMore = add(half, 0.5)
  const peak = sub(sub(logGamma(halfMore), logGamma(half)), mul(0.5, log(mul(degrees, Math.PI))))
  for (let step = 0; step < STEPS; step++) {
    const squared = square(x)
    const beyond = mul(0.5, incompleteBeta(half, mul(0.5, same('OnesLike', half)), div(degrees, add(degrees, squared))))
    const density = exp(sub(peak, mul(halfMore, log1p(div(squared, degrees)))))
    x = mul(x, exp(div(mul(beyond, sub(log(beyond), log(tail))), mul(x, density))))
  }
  return x
}
