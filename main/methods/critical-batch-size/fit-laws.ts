import { combinedSteps, type CombinedLaw } from './combined-law.ts'
import { fieller } from './fieller.ts'
import { combinedInterval, fitCombined } from './fit-combined.ts'
import { fitLine, type FittedLine } from './fit-line.ts'
import { goodnessOf, type Goodness } from './goodness.ts'
import { asymptote, criticalBatchSize, iidukaSteps, type IidukaLaw } from './iiduka-law.ts'
import { mccandlishSteps, type McCandlishLaw } from './mccandlish-law.ts'
import { relativeNoise, type MeasuredSteps } from './relative-noise.ts'
import { studentQuantile } from '../student.ts'

/** An interval of b*; an end that the points do not bound is null. */
export interface OpenInterval {
  readonly low: number | null
  readonly high: number | null
}

export interface IidukaFit extends Goodness {
  readonly line: FittedLine
  readonly law: IidukaLaw
  /** Null where s ≤ 0: then the law has no critical batch size. */
  readonly criticalBatchSize: number | null
  readonly asymptote: number | null
  /** Fieller's. */
  readonly interval: OpenInterval
}

export interface McCandlishFit extends Goodness {
  readonly line: FittedLine
  readonly law: McCandlishLaw
}

export interface CombinedLawFit extends Goodness {
  readonly law: CombinedLaw
  /** By the profile of b*. */
  readonly interval: OpenInterval
  /** Variance of log K that the interval goes by, and its degrees of freedom. */
  readonly scale: number
  readonly degrees: number
  readonly misfit: boolean
}

export interface LawFits {
  readonly iiduka: IidukaFit
  readonly mccandlish: McCandlishFit
  /** Null with fewer than 4 batch sizes. */
  readonly combined: CombinedLawFit | null
}

/**
 * Fits all laws to the same runs and says how well each predicts log K.
 *
 * @returns Null with fewer than 3 batch sizes.
 */
export function fitLaws(points: readonly MeasuredSteps[], confidence: number): LawFits | null {
  const noise = relativeNoise(points)
  const inverse = fitLine(points, noise, 'inverse-steps')
  const direct = fitLine(points, noise, 'steps')
  const both = fitCombined(noise)
  if (inverse === null || direct === null) return null
  const law = iidukaOf(inverse)
  const positive = law.s > 0 && law.a > 0
  const judge = (parameters: number, predict: (batchSize: number) => number, refit: Parameters<typeof goodnessOf>[0]['refit']) => goodnessOf({ points, noise, parameters, predict, refit })
  return {
    iiduka: {
      line: inverse,
      law,
      criticalBatchSize: positive ? criticalBatchSize(law) : null,
      asymptote: positive ? asymptote(law) : null,
      interval: iidukaInterval(inverse, confidence),
      ...judge(2, (size) => iidukaSteps(law, size), (rest, restNoise) => predictorOf(fitLine(rest, restNoise, 'inverse-steps'), (line, size) => iidukaSteps(iidukaOf(line), size))),
    },
    mccandlish: {
      line: direct,
      law: mccandlishOf(direct),
      ...judge(2, (size) => mccandlishSteps(mccandlishOf(direct), size), (rest, restNoise) => predictorOf(fitLine(rest, restNoise, 'steps'), (line, size) => mccandlishSteps(mccandlishOf(line), size))),
    },
    combined:
      both === null
        ? null
        : {
            ...both,
            interval: combinedInterval({ noise, fit: both, confidence }),
            ...judge(3, (size) => combinedSteps(both.law, size), (_rest, restNoise) => predictorOf(fitCombined(restNoise), (fit, size) => combinedSteps(fit.law, size))),
          },
  }
}

/** 1/K = a − s/b read from its line. */
export function iidukaOf(line: { readonly intercept: number; readonly slope: number }): IidukaLaw {
  return { a: line.intercept, s: -line.slope }
}

/** K = S_min + S_min·B_c/b read from its line. */
export function mccandlishOf(line: { readonly intercept: number; readonly slope: number }): McCandlishLaw {
  return { minSteps: line.intercept, bend: line.slope / line.intercept }
}

/** Twice Fieller's interval of s/a. */
function iidukaInterval(line: FittedLine, confidence: number): OpenInterval {
  const { low, high } = fieller(
    { numerator: -line.slope, denominator: line.intercept, numeratorVariance: line.slopeVariance, denominatorVariance: line.interceptVariance, covariance: -line.covariance },
    studentQuantile(confidence, line.degrees),
  )
  const twice = (end: number | null) => (end !== null && end > 0 ? 2 * end : null)
  return { low: twice(low), high: twice(high) }
}

function predictorOf<Fit>(fit: Fit | null, steps: (fit: Fit, batchSize: number) => number): ((batchSize: number) => number) | null {
  return fit === null ? null : (batchSize) => steps(fit, batchSize)
}
