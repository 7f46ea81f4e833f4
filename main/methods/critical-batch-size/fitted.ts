import { isInRange } from './batches.ts'
import { combinedEfficientRange, combinedSteps } from './combined-law.ts'
import type { SweepConfig } from './config.ts'
import { fitLaws, type LawFits, type OpenInterval } from './fit-laws.ts'
import { efficientMultiples, iidukaSteps } from './iiduka-law.ts'
import { mccandlishEfficientHigh, mccandlishSteps } from './mccandlish-law.ts'
import type { MeasuredSteps } from './relative-noise.ts'
import type { LawName, SweepPoint } from './report.ts'

/** A difference in AICc below this says nothing (Burnham and Anderson 2002, section 2.6). */
export const DECISIVE = 2

/**
 * The combined law must be better by this much: with 2 it is taken by chance in one sweep of twenty in which the simpler law is true,
 * and the interval then holds b* 91 % of the time instead of 94 %; with 6 in one of a hundred. Trained networks differ by 20 and more.
 */
const STRONG = 6

/** The law that the points speak for, and what follows from it. */
export interface PreferredLaw {
  readonly law: LawName
  /** False where the two laws of the literature, the better ones here, are within {@link DECISIVE} of each other. */
  readonly isDecided: boolean
  /** b*; null where the law has no minimum. */
  readonly criticalBatchSize: number | null
  readonly asymptote: number | null
  readonly interval: OpenInterval
  readonly steps: (batchSize: number) => number
  readonly misfit: boolean
}

/** The points that the laws are fitted to: runs of the sweep that reached the target, within `fitFrom` and `fitTo`. Censored ones are never among them. */
export function pointsInFit(sweep: Pick<SweepConfig, 'fitFrom' | 'fitTo'>, points: readonly SweepPoint[]): MeasuredSteps[] {
  return points.flatMap((point) =>
    point.role === 'sweep' && point.steps !== null && isInRange(sweep, point.batchSize) ? [{ batchSize: point.batchSize, seed: point.seed, steps: point.steps }] : [],
  )
}

/**
 * Chooses among the fitted laws by AICc on log K.
 *
 * The combined law, which has a constant more and holds both others, is taken only where it is much better. Where AICc needs more
 * runs than there are, the law of the method is taken as long as it describes every point, and counts as undecided. Where the combined law
 * is better, but not by enough to be taken, the interval holds its interval, too: the choice of law is then part of what is not known.
 */
export function preferLaw(fits: LawFits): PreferredLaw {
  const { iiduka, mccandlish, combined } = fits
  const [ours, theirs] = [iiduka.aicc ?? Infinity, mccandlish.aicc ?? Infinity]
  if (combined !== null && combined.aicc !== null && combined.aicc < Math.min(ours, theirs) - STRONG) {
    return {
      law: 'combined',
      isDecided: true,
      criticalBatchSize: combined.law.criticalBatchSize,
      asymptote: combined.law.asymptote,
      interval: combined.interval,
      steps: (batchSize) => combinedSteps(combined.law, batchSize),
      misfit: combined.misfit,
    }
  }
  const isDecided = ours !== theirs && Math.abs(ours - theirs) > DECISIVE
  if (iiduka.criticalBatchSize !== null && ours <= theirs) {
    return {
      law: 'iiduka',
      isDecided,
      criticalBatchSize: iiduka.criticalBatchSize,
      asymptote: iiduka.asymptote,
      interval: combined !== null && combined.aicc !== null && combined.aicc < ours ? unionOf(iiduka.interval, combined.interval) : iiduka.interval,
      steps: (batchSize) => iidukaSteps(iiduka.law, batchSize),
      misfit: iiduka.line.misfit,
    }
  }
  return {
    law: 'mccandlish',
    isDecided,
    criticalBatchSize: null,
    asymptote: null,
    interval: { low: null, high: null },
    steps: (batchSize) => mccandlishSteps(mccandlish.law, batchSize),
    misfit: mccandlish.line.misfit,
  }
}

function unionOf(one: OpenInterval, other: OpenInterval): OpenInterval {
  return {
    low: one.low === null || other.low === null ? null : Math.min(one.low, other.low),
    high: one.high === null || other.high === null ? null : Math.max(one.high, other.high),
  }
}

/** K(b) by the preferred law; null with too few points for any. */
export function preferredSteps(points: readonly MeasuredSteps[], confidence: number): ((batchSize: number) => number) | null {
  const fits = fitLaws(points, confidence)
  return fits === null ? null : preferLaw(fits).steps
}

/**
 * Batch sizes that need at most a fifth more examples than the best one, by the preferred law.
 *
 * The law without a minimum has its best one at the smallest batch size swept.
 */
export function efficientRange(fits: LawFits, preferred: PreferredLaw, smallest: number): { low: number; high: number } | null {
  const excess = 0.2
  if (preferred.law === 'combined' && fits.combined !== null) return combinedEfficientRange(fits.combined.law, excess)
  if (preferred.law === 'iiduka' && preferred.criticalBatchSize !== null) {
    const { low, high } = efficientMultiples(excess)
    return { low: low * preferred.criticalBatchSize, high: high * preferred.criticalBatchSize }
  }
  const high = mccandlishEfficientHigh(fits.mccandlish.law, smallest, excess)
  return fits.mccandlish.law.minSteps > 0 && high >= smallest ? { low: smallest, high } : null
}
