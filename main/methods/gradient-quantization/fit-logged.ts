import type { BitHistogram as LoggedHistogram } from '../../contract/gradient-records.ts'
import { binCount, placeOf } from './bit-histogram.ts'
import type { BitHistogram } from './bit-histogram.ts'
import type { Constants } from './distributions/distribution.ts'
import { familyOf } from './distributions/families.ts'
import { ratioOfNonZeros } from './distributions/threshold.ts'
import type { Side } from './distributions/threshold.ts'
import { fitHistogram, judgeHistogram } from './fit-histogram.ts'
import { FEWEST_VALUES } from './fit-values.ts'

/** The source's four, in its order. */
export const fittedFamilies = ['normal', 'laplace', 'cauchy', 'student-t'] as const
export type FittedFamily = (typeof fittedFamilies)[number]

/** A family fitted to a logged histogram, and what its threshold would keep. */
export interface LoggedFit {
  readonly distribution: FittedFamily
  readonly constants: Constants
  readonly logLikelihood: number
  readonly aic: number
  readonly ks: number
  /** Distance from the location, and the share of all values beyond it; null without a ratio, or where it asks for more than all non-zeros. */
  readonly threshold: number | null
  readonly achievedRatio: number | null
}

export interface LoggedFits {
  /** Zeros included. */
  readonly count: number
  readonly zeros: number
  /** The family with the smallest AIC; null where nothing could be fitted. */
  readonly best: FittedFamily | null
  /** Families whose scale is above 0; none for too few values, or such without spread. */
  readonly fits: readonly LoggedFit[]
}

/**
 * Fits the four families to a histogram as it is logged, exact zeros apart.
 *
 * @param options.ratio  Share of all values to keep; null where none is asked for, as of an error.
 */
export function fitLogged(logged: LoggedHistogram, { ratio, side }: { readonly ratio: number | null; readonly side: Side }): LoggedFits {
  const nonZeros = logged.counts.reduce((total, count) => total + count, 0)
  const count = nonZeros + logged.zeros
  const nothing = { count, zeros: logged.zeros, best: null, fits: [] }
  if (nonZeros < FEWEST_VALUES || logged.bins.length < 2) return nothing
  const histogram = spreadOut(logged, count)
  const found = fitHistogram(histogram)
  const isAsked = ratio !== null && ratioOfNonZeros({ ratio, ...histogram }) !== null
  // How well a family fits has nothing to do with a ratio: without one, any that the non-zeros allow will do to be judged at.
  const judgedAt = isAsked ? ratio : nonZeros / count / 4
  const fits = fittedFamilies.flatMap((distribution): LoggedFit[] => {
    const constants = found[distribution]
    if (!(constants.scale > 0)) return []
    const judged = judgeHistogram(histogram, { family: familyOf(distribution), constants, ratio: judgedAt, side })
    if (judged === null) return []
    const { logLikelihood, aic, ks, threshold, achievedRatio } = judged
    return [{ distribution, constants, logLikelihood, aic, ks, threshold: isAsked ? threshold : null, achievedRatio: isAsked ? achievedRatio : null }]
  })
  const best = fits.reduce<LoggedFit | null>((least, fit) => (least === null || fit.aic < least.aic ? fit : least), null)
  return { ...nothing, best: best?.distribution ?? null, fits }
}

/** A place for every bin, also for those that hold nothing, ascending by value. */
function spreadOut({ bins, counts, mantissaBits, zeros }: LoggedHistogram, count: number): BitHistogram {
  const dense = new Float64Array(binCount(mantissaBits))
  for (const [index, bin] of bins.entries()) dense[placeOf(bin, mantissaBits)] = counts[index] ?? 0
  return { mantissaBits, count, zeros, counts: dense }
}
