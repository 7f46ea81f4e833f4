import type { BitHistogram as LoggedHistogram } from '../../../main/contract/gradient-records.ts'
import { binCount, placeOf } from '../../../main/methods/gradient-quantization/bit-histogram.ts'
import type { BitHistogram } from '../../../main/methods/gradient-quantization/bit-histogram.ts'
import type { Constants, Curve } from '../../../main/methods/gradient-quantization/distributions/distribution.ts'
import { families } from '../../../main/methods/gradient-quantization/distributions/families.ts'
import { limitsAt, ratioOfNonZeros } from '../../../main/methods/gradient-quantization/distributions/threshold.ts'
import type { Limits, Side } from '../../../main/methods/gradient-quantization/distributions/threshold.ts'
import { fitHistogram, judgeHistogram } from '../../../main/methods/gradient-quantization/fit-histogram.ts'
import { readBars } from './bars.ts'
import type { Bars } from './bars.ts'

export const familyNames = ['normal', 'laplace', 'cauchy', 'student-t'] as const
export type FamilyName = (typeof familyNames)[number]

/** A family fitted to the values of a unit, and what its threshold would keep of them. */
export interface UnitFit {
  readonly family: FamilyName
  readonly constants: Constants
  readonly curve: Curve
  readonly logLikelihood: number
  readonly aic: number
  readonly ks: number
  /** At the ratio asked for; null without one, or where there are fewer non-zeros than that. */
  readonly threshold: { readonly distance: number; readonly limits: Limits; readonly kept: number; readonly asked: number } | null
}

export interface UnitFits {
  readonly bars: Bars
  /** Zeros included. */
  readonly count: number
  /** Families whose scale is above 0, in the source's order; empty for values without spread. */
  readonly fits: readonly UnitFit[]
  /** The smallest AIC. */
  readonly best: FamilyName | null
}

export interface FitUnitOptions {
  /** Share of all values to keep; null where none is asked for, as of an error. */
  readonly ratio: number | null
  readonly side: Side
}

/** Below this many values a fit says nothing. */
const fewestValues = 8

/** Fits the four families to a logged histogram, its exact zeros apart, and takes the threshold of each at a ratio. */
export function fitUnit(logged: LoggedHistogram, { ratio, side }: FitUnitOptions): UnitFits {
  const bars = readBars(logged)
  const count = bars.total + bars.zeros
  if (bars.total < fewestValues || bars.count.length < 2) return { bars, count, fits: [], best: null }
  const dense = toDense(logged, count)
  const found = fitHistogram(dense)
  const isAsked = ratio !== null && ratioOfNonZeros({ ratio, count, zeros: bars.zeros }) !== null
  // How well a family fits has nothing to do with a ratio; where there is none, any that the non-zeros allow will do to be judged.
  const judgedAt = isAsked ? ratio : bars.total / count / 2
  const fits = families.flatMap((family): UnitFit[] => {
    const name = familyNames.find((known) => known === family.id)
    if (name === undefined || !(found[name].scale > 0)) return []
    const constants = found[name]
    const judged = judgeHistogram(dense, { family, constants, ratio: judgedAt, side })
    if (judged === null) return []
    const { logLikelihood, aic, ks, threshold: distance } = judged
    const threshold = isAsked ? { distance, limits: limitsAt({ location: constants.location, distance, side }), kept: judged.achievedRatio * count, asked: ratio * count } : null
    return [{ family: name, constants, curve: family.at(constants), logLikelihood, aic, ks, threshold }]
  })
  const best = fits.reduce<UnitFit | null>((least, fit) => (least === null || fit.aic < least.aic ? fit : least), null)
  return { bars, count, fits, best: best?.family ?? null }
}

function toDense({ bins, counts, mantissaBits, zeros }: LoggedHistogram, count: number): BitHistogram {
  const dense = new Float64Array(binCount(mantissaBits))
  for (const [index, bin] of bins.entries()) dense[placeOf(bin, mantissaBits)] = counts[index] ?? 0
  return { mantissaBits, count, zeros, counts: dense }
}
