import { LoupeError } from '../../contract/errors.ts'
import { maximumLikelihood } from './distributions/distribution.ts'
import type { Constants, Distribution, FitOptions } from './distributions/distribution.ts'
import { families } from './distributions/families.ts'
import { akaike, andersonDarling, kolmogorovSmirnov, logLikelihood } from './distributions/goodness.ts'
import { takeSample } from './distributions/sample.ts'
import type { Sample, ZeroHandling } from './distributions/sample.ts'
import { checkRatio, countBeyond, limitsAt, ratioOfNonZeros, thresholdDistance } from './distributions/threshold.ts'
import type { Side } from './distributions/threshold.ts'

/**
 * What came of a fit.
 *
 * - `fitted`: thresholds are there.
 * - `no-spread`: all values are equal, or the scale of every family is 0: no threshold tells them apart.
 * - `too-many-zeros`: fewer non-zeros than the ratio asks for; all of them are to be kept.
 * - `too-small`: under 8 values, or fewer than one value is to be kept; the fits, where there are any, are still those of the values.
 */
export type FitStatus = 'fitted' | 'no-spread' | 'too-many-zeros' | 'too-small'

/** Below this many values a fit says nothing. */
export const FEWEST_VALUES = 8

/** A distribution fitted to values, how well it fits them, and what its threshold keeps. */
export interface FamilyFit {
  readonly distribution: string
  readonly constants: Constants
  /** Of the non-zeros, natural logarithm. */
  readonly logLikelihood: number
  readonly aic: number
  /** Kolmogorov-Smirnov distance. */
  readonly ks: number
  /** Anderson-Darling distance A²/n. */
  readonly andersonDarling: number
  /** Distance from the location, in the unit of the values, from which on they are kept. */
  readonly threshold: number
  /** Values kept. */
  readonly kept: number
  /** Share of all values that is kept: to be compared with the ratio asked for. */
  readonly achievedRatio: number
  /** Passes over the values. */
  readonly steps: number
}

export interface ValuesFit {
  readonly count: number
  readonly zeros: number
  readonly ratio: number
  readonly side: Side
  readonly status: FitStatus
  /** The family with the smallest AIC; null where nothing could be fitted. */
  readonly best: string | null
  readonly fits: readonly FamilyFit[]
  /** What a user should know, a sentence each. */
  readonly warnings: readonly string[]
}

export interface FitValuesOptions {
  /** Share of the values to keep. */
  readonly ratio: number
  readonly side?: Side
  readonly among?: readonly Distribution[]
  readonly zeroHandling?: ZeroHandling
  readonly fitting?: FitOptions
}

/**
 * Fits each family to values and says what its threshold keeps of them: the reference for what the engine does in its graph.
 *
 * @throws LoupeError `invalid-input` for a ratio out of range or no values, `not-finite` for NaN or infinite values.
 */
export function fitValues(values: ArrayLike<number>, { ratio, side = 'both', among = families, zeroHandling = 'mix', fitting = maximumLikelihood }: FitValuesOptions): ValuesFit {
  checkRatio(ratio, side)
  if (values.length === 0) throw new LoupeError('invalid-input', 'There are no values to fit a distribution to.', { count: 0 })
  const sample = takeSample(values, zeroHandling)
  const nothing = (status: FitStatus): ValuesFit => ({ count: sample.count, zeros: sample.zeros, ratio, side, status, best: null, fits: [], warnings: [] })
  const { sorted } = sample
  if (sorted.length < 2 || sorted[0] === sorted.at(-1)) return nothing(sample.count < FEWEST_VALUES ? 'too-small' : 'no-spread')
  if (sorted.length < FEWEST_VALUES) return nothing('too-small')
  const asked = ratioOfNonZeros({ ratio, count: sample.count, zeros: sample.zeros })
  if (asked === null) return nothing('too-many-zeros')

  const warnings: string[] = []
  const fits = among.flatMap((family) => {
    const found = fitFamily(sample, { family, fitting, warn: (warning) => void warnings.push(warning) })
    return found === null ? [] : [{ family, ...found }]
  })
  if (fits.length === 0) return { ...nothing('no-spread'), warnings }
  const told = fits.map(({ family, constants, steps }) => tell(sample, { family, constants, steps, asked, side }))
  const best = told.reduce((a, b) => (b.aic < a.aic ? b : a))
  return { ...nothing(ratio * sample.count < 1 ? 'too-small' : 'fitted'), best: best.distribution, fits: told, warnings }
}

interface FoundConstants {
  readonly constants: Constants
  readonly steps: number
}

/** Null where the family finds no spread. A Student-t that does not converge falls back to Cauchy, which is its ν = 1. */
function fitFamily(sample: Sample, { family, fitting, warn }: { readonly family: Distribution; readonly fitting: FitOptions; readonly warn: (warning: string) => void }): FoundConstants | null {
  const found = family.fit(sample, fitting)
  if (!found.hasConverged && family.constants.includes('degreesOfFreedom')) {
    warn(`The fit of ${family.id} did not converge in ${found.steps} steps: one degree of freedom is used, which is Cauchy.`)
    const heaviest = families.find(({ id }) => id === 'cauchy')!.fit(sample, maximumLikelihood)
    return heaviest.constants.scale > 0 ? { constants: { ...heaviest.constants, degreesOfFreedom: 1 }, steps: found.steps } : null
  }
  if (found.constants.scale > 0) return found
  warn(`${family.id} finds no spread in these values, for too many are equal: it is left out.`)
  return null
}

interface Told extends FoundConstants {
  readonly family: Distribution
  readonly asked: number
  readonly side: Side
}

function tell(sample: Sample, { family, constants, steps, asked, side }: Told): FamilyFit {
  const curve = family.at(constants)
  const likelihood = logLikelihood(curve, sample.sorted)
  const threshold = thresholdDistance(curve, { ratio: asked, side })
  const kept = countBeyond(sample, limitsAt({ location: constants.location, distance: threshold, side }))
  return {
    distribution: family.id,
    constants,
    logLikelihood: likelihood,
    aic: akaike(family, likelihood),
    ks: kolmogorovSmirnov(curve, sample.sorted),
    andersonDarling: andersonDarling(curve, sample.sorted),
    threshold,
    kept,
    achievedRatio: kept / sample.count,
    steps,
  }
}
