import { Random } from '../../training/random.ts'
import type { SweepConfig } from './config.ts'
import { BOOTSTRAP_SEEDS, bootstrapInterval, bootstrapLines } from './bootstrap.ts'
import { fitLaws, type LawFits } from './fit-laws.ts'
import { efficientRange, pointsInFit, preferLaw, type PreferredLaw } from './fitted.ts'
import { lawCurves } from './law-curves.ts'
import { relativeNoise, type MeasuredSteps } from './relative-noise.ts'
import type { BatchSummary, CriticalBatchSizeReport, SweepPoint } from './report.ts'
import { verdictOf } from './verdict.ts'

/** The part of a report that follows from the points alone, whether they were trained here or imported. */
export type Reading = Pick<CriticalBatchSizeReport, 'criticalBatchSize' | 'asymptote' | 'efficientRange' | 'fits' | 'preferredLaw' | 'linearised'> & {
  readonly preferred: PreferredLaw | null
}

/** What a reading needs to know of the sweep beside its points. */
export type ReadingOptions = Pick<SweepConfig, 'fitFrom' | 'fitTo' | 'confidence' | 'bootstrap'> & {
  readonly points: readonly SweepPoint[]
  readonly batches: readonly BatchSummary[]
  readonly isComplete: boolean
}

/** Fits the laws to the points, chooses one, and says what they show. */
export function readPoints(options: ReadingOptions): Reading {
  const measured = pointsInFit(options, options.points)
  const fits = fitLaws(measured, options.confidence)
  const { preferred, intervalMethod } = fits === null ? { preferred: null, intervalMethod: null } : withInterval(fits, measured, options)
  const swept = options.batches.map(({ batchSize }) => batchSize)
  const efficient = fits === null || preferred === null ? null : efficientRange(fits, preferred, Math.min(...swept))
  const verdict = verdictOf({
    batches: evidenceOf(options, measured),
    isComplete: options.isComplete,
    ended: options.points.filter((point) => point.steps !== null || point.status === 'done' || point.status === 'stopped' || point.status === 'failed').length,
    fitted: new Set(measured.map((point) => point.batchSize)).size,
    slope: fits?.iiduka.law.s ?? null,
    preferred,
    efficient,
    confidence: options.confidence,
  })
  const hasEstimate = preferred !== null && ['interior-minimum', 'edge-minimum', 'extrapolated'].includes(verdict.verdict)
  return {
    preferred,
    criticalBatchSize: {
      estimate: hasEstimate ? preferred.criticalBatchSize : null,
      low: hasEstimate ? preferred.interval.low : null,
      high: hasEstimate ? preferred.interval.high : null,
      ...verdict,
      intervalMethod: hasEstimate ? intervalMethod : null,
    },
    asymptote: preferred?.asymptote ?? null,
    efficientRange: efficient,
    fits: fits === null ? [] : lawCurves({ fits, points: measured, batchSizes: swept, confidence: options.confidence }),
    preferredLaw: preferred?.law ?? null,
    linearised: fits === null ? null : linearised(fits, measured),
  }
}

/** The preferred law with its interval: by the bootstrap where every batch size has seeds enough to resample, else in closed form or by profile. */
function withInterval(fits: LawFits, measured: readonly MeasuredSteps[], options: ReadingOptions): { preferred: PreferredLaw; intervalMethod: 'bootstrap' | 'fieller' | 'profile' } {
  const preferred = preferLaw(fits)
  if (preferred.law === 'combined') return { preferred, intervalMethod: 'profile' }
  const hasSeeds = relativeNoise(measured).batches.every((batch) => batch.runs >= BOOTSTRAP_SEEDS)
  if (preferred.law !== 'iiduka' || !hasSeeds || preferred.misfit) return { preferred, intervalMethod: 'fieller' }
  const lines = bootstrapLines({ points: measured, response: 'inverse-steps', samples: options.bootstrap, random: Random.seeded(0, 'bootstrap') })
  const interval = bootstrapInterval(lines, options.confidence)
  return interval === null ? { preferred, intervalMethod: 'fieller' } : { preferred: { ...preferred, interval }, intervalMethod: 'bootstrap' }
}

function evidenceOf(options: ReadingOptions, measured: readonly MeasuredSteps[]) {
  const { pooledVariance } = relativeNoise(measured)
  return options.batches
    .filter((batch) => batch.runs > 0)
    .map((batch) => ({
      batchSize: batch.batchSize,
      isNeverReached: batch.reached === 0 && batch.censored > 0,
      meanExamples: batch.inFit ? batch.meanExamples : null,
      examplesError: batch.meanExamples === null || batch.reached === 0 ? 0 : batch.meanExamples * Math.sqrt(pooledVariance / batch.reached),
    }))
}

function linearised(fits: LawFits, measured: readonly MeasuredSteps[]): NonNullable<CriticalBatchSizeReport['linearised']> {
  const sorted = [...measured].sort((one, other) => one.batchSize - other.batchSize || one.seed - other.seed)
  return {
    x: sorted.map((point) => 1 / point.batchSize),
    y: sorted.map((point) => 1 / point.steps),
    fitted: sorted.map((point) => fits.iiduka.law.a - fits.iiduka.law.s / point.batchSize),
    batchSize: sorted.map((point) => point.batchSize),
  }
}
