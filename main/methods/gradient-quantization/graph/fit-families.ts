import { NEWTON_STEPS } from '../fit-histogram.ts'
import { abs, add, clamped, div, double, exp, log, log1p, mul, negate, root, rowSum, square, sub } from './doubles.ts'
import type { Double } from './doubles.ts'
import { same } from './dynamic-ops.ts'
import { fitStudent } from './fit-student.ts'
import type { Histograms } from './histogram.ts'

/** The families, by the number that readings name them with. */
export const familyIds = ['normal', 'laplace', 'cauchy', 'student-t'] as const
export type FamilyId = (typeof familyIds)[number]

/** The constants of one family for each unit, each float64 `[units, 1]`. */
export interface UnitConstants {
  readonly location: Double
  /** Not above 0, or no number, where the family finds no spread. */
  readonly scale: Double
  /** 0 where the family has none. */
  readonly degrees: Double
}

export interface FamilyFit extends UnitConstants {
  /** Mean log-likelihood of a value, in nats; each value at the middle of its bin. */
  logLikelihood(): Double
}

export interface FitGraphOptions {
  readonly estimator: 'likelihood' | 'quick'
  /** Given for Student-t; null fits them. */
  readonly degreesOfFreedom: number | null
}

/** What fits start from, each float64 `[units, 1]`. */
export interface Quartiles {
  readonly median: Double
  /** Half of the range between the quartiles. */
  readonly halfRange: Double
}

/** Fits a family to all units at once, by the iterations of `fit-histogram.ts`. */
export function fitFamily(id: FamilyId, histograms: Histograms, options: FitGraphOptions): FamilyFit {
  if (id === 'normal') return fitNormal(histograms)
  if (id === 'laplace') return fitLaplace(histograms)
  const quartiles = quartilesOf(histograms)
  return id === 'cauchy' ? fitCauchy(histograms, quartiles, options) : fitStudent(histograms, quartiles, options)
}

/** Σ of weight · value: the mean over the values of a unit. */
export function meanOf({ weights }: Histograms, values: Double): Double {
  return rowSum(mul(weights, values))
}

function none(like: Double): Double {
  return same('ZerosLike', like)
}

function quartilesOf({ quantile }: Histograms): Quartiles {
  const [low, median, high] = [quantile(0.25), quantile(0.5), quantile(0.75)]
  return { median, halfRange: mul(sub(high, low), 0.5) }
}

function fitNormal(histograms: Histograms): FamilyFit {
  const location = meanOf(histograms, histograms.middles)
  const scale = root(meanOf(histograms, square(sub(histograms.middles, location))))
  return { location, scale, degrees: none(scale), logLikelihood: () => sub(-0.5 * (1 + Math.log(2 * Math.PI)), log(scale)) }
}

function fitLaplace(histograms: Histograms): FamilyFit {
  const location = histograms.quantile(0.5)
  const scale = meanOf(histograms, abs(sub(histograms.middles, location)))
  return { location, scale, degrees: none(scale), logLikelihood: () => sub(-1 - Math.LN2, log(scale)) }
}

function fitCauchy(histograms: Histograms, { median, halfRange }: Quartiles, { estimator }: FitGraphOptions): FamilyFit {
  const squares = square(sub(histograms.middles, median))
  let scale = halfRange
  for (let step = 0; step < (estimator === 'quick' ? 0 : NEWTON_STEPS); step++) {
    const share = div(square(scale), add(squares, square(scale)))
    const mean = meanOf(histograms, share)
    const slope = mul(4, sub(mean, meanOf(histograms, square(share))))
    scale = mul(scale, exp(clamped(div(sub(1, mul(2, mean)), slope), -1, 1)))
  }
  const spread = () => meanOf(histograms, log1p(div(squares, square(scale))))
  return { location: median, scale, degrees: none(scale), logLikelihood: () => negate(add(spread(), add(log(scale), double(Math.log(Math.PI))))) }
}
