import { LoupeError } from '../../../contract/errors.ts'
import type { Constants, Curve, Distribution } from './distribution.ts'

/** Where a family is looked at: not at 0 and 1, so that a forgotten location or scale shows. */
const probe: Constants = { location: 0.75, scale: 2, degreesOfFreedom: 5 }
const distances = [0.01, 0.3, 1, 2.5, 7, 20]
const tails = [0.4, 0.25, 0.05, 0.005]

/**
 * Holds a family that somebody adds to what the source asks of any: symmetric about its peak, one computable mean or median.
 *
 * What the family says of itself is not enough: its curve is measured on both sides, and its quantiles are put back into its distribution function.
 *
 * @returns The same family, fit to stand beside the four.
 * @throws LoupeError `invalid-input` that says which of the two is not met, and where.
 * @see US 2020/0380356 A1, claims 4 and 5.
 */
export function checkDistribution(family: Distribution): Distribution {
  const curve = family.at(probe)
  const refuse = (problem: string, rule: string): never => {
    throw new LoupeError('invalid-input', `The distribution "${family.id}" cannot be used: ${problem} ${rule}`, { distribution: family.id })
  }
  const side = family.isSymmetric ? asymmetryOf(curve) : 'it says that it is not symmetric.'
  if (side !== null) refuse(side, 'A distribution to quantise by must be left-right symmetric about its peak (claim 4), so that one threshold serves both sides.')
  const centre = family.centre === null ? 'it has neither.' : offCentre(curve)
  if (centre !== null) refuse(centre, 'A distribution to quantise by needs one mean or one median that can be computed (claim 5), for the threshold is measured from it.')
  const inverse = notInverse(curve)
  if (inverse !== null) refuse(inverse, 'The threshold comes from the quantile, so it must be the inverse of the distribution function.')
  return family
}

function asymmetryOf(curve: Curve): string | null {
  const { location } = probe
  let outer = curve.logDensity(location)
  for (const distance of distances) {
    const [left, right] = [curve.logDensity(location - distance), curve.logDensity(location + distance)]
    if (!isClose(left, right)) return `at a distance of ${distance} its log-density is ${left} on the left and ${right} on the right.`
    if (!(right <= outer)) return `its density rises again at a distance of ${distance} from the location.`
    outer = right
    const [below, above] = [curve.cdf(location - distance), 1 - curve.cdf(location + distance)]
    if (!isClose(below, above)) return `beyond a distance of ${distance} lies ${below} of it on the left and ${above} on the right.`
  }
  return null
}

function offCentre(curve: Curve): string | null {
  const half = curve.cdf(probe.location)
  return isClose(half, 0.5) ? null : `${half} of it lies below its location, where half should.`
}

function notInverse(curve: Curve): string | null {
  for (const tail of tails) {
    const limit = probe.location + curve.tailDistance(tail)
    const found = 1 - curve.cdf(limit)
    if (!isClose(found, tail) || !isClose(curve.quantile(1 - tail), limit)) return `beyond its threshold for a tail of ${tail} lies ${found}.`
  }
  return null
}

function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(a), Math.abs(b))
}
