import type { BitHistogram as LoggedHistogram } from '../../../main/contract/gradient-records.ts'
import type { Constants, Curve } from '../../../main/methods/gradient-quantization/distributions/distribution.ts'
import { familyOf } from '../../../main/methods/gradient-quantization/distributions/families.ts'
import { limitsAt } from '../../../main/methods/gradient-quantization/distributions/threshold.ts'
import type { Limits, Side } from '../../../main/methods/gradient-quantization/distributions/threshold.ts'
import { fitLogged, fittedFamilies } from '../../../main/methods/gradient-quantization/fit-logged.ts'
import type { FittedFamily, LoggedFit } from '../../../main/methods/gradient-quantization/fit-logged.ts'
import { readBars } from './bars.ts'
import type { Bars } from './bars.ts'

export const familyNames = fittedFamilies
export type FamilyName = FittedFamily

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

/** Fits the four families to a logged histogram, its exact zeros apart, and takes the threshold of each at a ratio. */
export function fitUnit(logged: LoggedHistogram, { ratio, side }: FitUnitOptions): UnitFits {
  const { count, fits, best } = fitLogged(logged, { ratio, side })
  return { bars: readBars(logged), count, fits: fits.map((fit) => withCurve(fit, { ratio, side, count })), best }
}

/** The fit as charts draw it. */
function withCurve({ distribution: family, constants, logLikelihood, aic, ks, threshold: distance, achievedRatio }: LoggedFit, { ratio, side, count }: FitUnitOptions & { readonly count: number }): UnitFit {
  const isAsked = ratio !== null && distance !== null && achievedRatio !== null
  const threshold = isAsked ? { distance, limits: limitsAt({ location: constants.location, distance, side }), kept: achievedRatio * count, asked: ratio * count } : null
  return { family, constants, curve: familyOf(family).at(constants), logLikelihood, aic, ks, threshold }
}
