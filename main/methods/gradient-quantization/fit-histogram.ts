import { binsOf } from './bit-histogram.ts'
import type { BitHistogram } from './bit-histogram.ts'
import type { Constants, Curve, Distribution } from './distributions/distribution.ts'
import { akaike } from './distributions/goodness.ts'
import { degreesScore, scoringStep } from './distributions/student-scoring.ts'
import type { StudentConstants } from './distributions/student-scoring.ts'
import { studentT } from './distributions/student-t.ts'
import { isBeyond, limitsAt, ratioOfNonZeros, thresholdDistance } from './distributions/threshold.ts'
import type { Limits, Side } from './distributions/threshold.ts'

/**
 * Iterations from the quantiles to constants within 1e-3 of maximum likelihood, for all values that were tried. Fixed, so that a
 * graph can unroll them. Newton needs 2 (values without tails), scoring 6 for the four families, fat tails and mixtures, and 16 where one side
 * is three times as wide as the other: the method's README has the table.
 */
export const NEWTON_STEPS = 3
export const SCORING_STEPS = 16

/** The constants of all four families. */
export interface HistogramFit {
  readonly normal: Constants
  readonly laplace: Constants
  readonly cauchy: Constants
  readonly 'student-t': Constants
}

export interface HistogramFitOptions {
  readonly newtonSteps?: number
  readonly scoringSteps?: number
  /** Of the Student-t; null fits them. */
  readonly degreesOfFreedom?: number | null
}

/** The values as their histogram has them. */
export interface Grouped {
  /** Non-zeros. */
  readonly size: number
  /** The mean over the values of a function of them. */
  readonly mean: (of: (value: number) => number) => number
  /** The value below which this share of the values lies. */
  readonly quantile: (share: number) => number
}

/**
 * Fits the four families to a histogram of bits: each value stands at the middle of its bin, of few values at their mean, and nothing is asked of the
 * values themselves.
 *
 * This is what the engine does in its graph, said plainly: sums over bins, quantiles of the cumulative counts, and a fixed number of iterations.
 */
export function fitHistogram(histogram: BitHistogram, { newtonSteps = NEWTON_STEPS, scoringSteps = SCORING_STEPS, degreesOfFreedom = null }: HistogramFitOptions = {}): HistogramFit {
  const values = grouped(histogram)
  const mean = values.mean((x) => x)
  const median = values.quantile(0.5)
  const halfRange = (values.quantile(0.75) - values.quantile(0.25)) / 2
  const found = studentFit(values, { median, halfRange, steps: scoringSteps, given: degreesOfFreedom })
  return {
    normal: { location: mean, scale: Math.sqrt(values.mean((x) => (x - mean) ** 2)), degreesOfFreedom: null },
    laplace: { location: median, scale: values.mean((x) => Math.abs(x - median)), degreesOfFreedom: null },
    cauchy: { location: median, scale: cauchyScale(values, { median, halfRange, steps: newtonSteps }), degreesOfFreedom: null },
    'student-t': { location: found.location, scale: found.scale, degreesOfFreedom: found.degrees },
  }
}

export function grouped({ counts, mantissaBits, means }: BitHistogram): Grouped {
  const { middles, edges } = binsOf(mantissaBits)
  const standing = means ?? middles
  const size = counts.reduce((a, b) => a + b, 0)
  return {
    size,
    mean(of) {
      let sum = 0
      for (let i = 0; i < counts.length; i++) if (counts[i]! > 0) sum += counts[i]! * of(standing[i]!)
      return sum / size
    },
    quantile(share) {
      const wanted = share * size
      let below = 0
      let i = 0
      while (below + counts[i]! < wanted) below += counts[i++]!
      const first = along(i, wanted - below)
      // Between two values, as of an even number, it lies in the middle.
      if (below + counts[i]! > wanted) return first
      let next = i + 1
      while (next < counts.length - 1 && counts[next] === 0) next++
      return counts[next] === 0 ? first : (first + along(next, 0)) / 2
    },
  }

  /** The value that so many of a bin lie below: along a straight line over the bin, or over what its values span, as far as their mean tells. */
  function along(i: number, within: number): number {
    const [count, width] = [counts[i]!, edges[i + 1]! - edges[i]!]
    if (means === undefined) return edges[i]! + (within / count) * width
    return means[i]! + (within / count - 0.5) * width * (1 - 1 / count)
  }
}

/** γ by Newton's method on ln γ from half the interquartile range: the mean of (d² − γ²)/(d² + γ²) is to be 0. */
function cauchyScale(values: Grouped, { median, halfRange, steps }: { readonly median: number; readonly halfRange: number; readonly steps: number }): number {
  let scale = halfRange
  for (let step = 0; step < steps; step++) {
    const share = (x: number) => 1 / (1 + ((x - median) / scale) ** 2)
    const excess = values.mean((x) => 1 - 2 * share(x))
    const slope = values.mean((x) => 4 * share(x) * (1 - share(x)))
    scale *= Math.exp(Math.min(Math.max(excess / slope, -1), 1))
  }
  return scale
}

interface StudentStart {
  readonly median: number
  readonly halfRange: number
  readonly steps: number
  readonly given: number | null
}

/** All three constants by Fisher scoring, from ν = 4 and the scale that this and the interquartile range give. */
function studentFit(values: Grouped, { median, halfRange, steps, given }: StudentStart): StudentConstants {
  const start = given ?? 4
  const unit = studentT.at({ location: 0, scale: 1, degreesOfFreedom: start })
  let constants: StudentConstants = { location: median, scale: halfRange / unit.tailDistance(0.25), degrees: start }
  for (let step = 0; step < steps; step++) {
    const { location, scale, degrees } = constants
    const z = (x: number) => (x - location) / scale
    const weight = (x: number) => (degrees + 1) / (degrees + z(x) ** 2)
    const stretch = values.mean((x) => weight(x) * z(x) ** 2)
    const scores = {
      location: values.mean((x) => weight(x) * z(x)),
      scale: stretch - 1,
      scaleSlope: 2 * degrees * values.mean((x) => (weight(x) * z(x) ** 2) / (degrees + z(x) ** 2)),
      degrees: degreesScore(degrees) - values.mean((x) => Math.log1p(z(x) ** 2 / degrees)) / 2 + stretch / (2 * degrees),
    }
    constants = scoringStep(constants, scores, { isFixed: given !== null })
  }
  return constants
}

/** How well a distribution fits a histogram, and what its threshold keeps of it. */
export interface HistogramJudgement {
  /** Of the non-zeros, each at the middle of its bin. */
  readonly logLikelihood: number
  readonly aic: number
  /** Kolmogorov-Smirnov distance at the edges of the bins; between them it may be larger by what a bin holds. */
  readonly ks: number
  /** Distance from the location. */
  readonly threshold: number
  /** Share of all values beyond the threshold, bins that it cuts taken in part. */
  readonly achievedRatio: number
}

/** Judges one family's constants by a histogram alone. Null where the ratio asks for more than all non-zeros. */
export function judgeHistogram(histogram: BitHistogram, { family, constants, ratio, side }: { readonly family: Distribution; readonly constants: Constants; readonly ratio: number; readonly side: Side }): HistogramJudgement | null {
  const asked = ratioOfNonZeros({ ratio, ...histogram })
  if (asked === null) return null
  const values = grouped(histogram)
  const curve = family.at(constants)
  const logLikelihood = values.size * values.mean((x) => curve.logDensity(x))
  const threshold = thresholdDistance(curve, { ratio: asked, side })
  const limits = limitsAt({ location: constants.location, distance: threshold, side })
  return { logLikelihood, aic: akaike(family, logLikelihood), ks: largestGap(curve, histogram), threshold, achievedRatio: shareBeyond(histogram, limits) }
}

function largestGap(curve: Curve, { counts, mantissaBits }: BitHistogram): number {
  const { edges } = binsOf(mantissaBits)
  const size = counts.reduce((a, b) => a + b, 0)
  let below = 0
  let largest = 0
  counts.forEach((count, i) => {
    if (count === 0) return
    largest = Math.max(largest, Math.abs(below / size - curve.cdf(edges[i]!)))
    below += count
    largest = Math.max(largest, Math.abs(below / size - curve.cdf(edges[i + 1]!)))
  })
  return largest
}

function shareBeyond({ counts, mantissaBits, count, zeros }: BitHistogram, limits: Limits): number {
  if (limits.lower >= limits.upper) return 1
  const { edges } = binsOf(mantissaBits)
  let kept = isBeyond(0, limits) ? zeros : 0
  counts.forEach((here, i) => {
    if (here === 0) return
    const [from, to] = [edges[i]!, edges[i + 1]!]
    const outside = Math.max(0, Math.min(to, limits.lower) - from) + Math.max(0, to - Math.max(from, limits.upper))
    kept += (here * outside) / (to - from)
  })
  return kept / count
}
