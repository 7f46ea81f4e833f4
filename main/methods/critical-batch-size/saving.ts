import type { PreferredLaw } from './fitted.ts'
import type { BatchSummary, CriticalBatchSizeReport } from './report.ts'

/**
 * What b* saves against the batch size in use (R5): shares of the examples and of the training time.
 *
 * Both sides come from the preferred law, so that noise of single points does not make a saving. Time is K(b) times the time of a
 * step, which is interpolated between the batch sizes measured (its logarithm along the logarithm of b).
 */
export function savingOf(options: { readonly currentBatchSize: number | null; readonly estimate: number | null; readonly preferred: PreferredLaw | null; readonly batches: readonly BatchSummary[] }): CriticalBatchSizeReport['saving'] {
  const { currentBatchSize, estimate, preferred } = options
  if (currentBatchSize === null) return null
  if (estimate === null || preferred === null) return { currentBatchSize, examplesShare: null, timeShare: null }
  const steps = (batchSize: number) => preferred.steps(batchSize)
  const examples = shareSaved(steps(estimate) * estimate, steps(currentBatchSize) * currentBatchSize)
  const [stepMs, currentStepMs] = [interpolatedStepMs(options.batches, estimate), interpolatedStepMs(options.batches, currentBatchSize)]
  return { currentBatchSize, examplesShare: examples, timeShare: stepMs === null || currentStepMs === null ? null : shareSaved(steps(estimate) * stepMs, steps(currentBatchSize) * currentStepMs) }
}

function shareSaved(best: number, current: number): number | null {
  return Number.isFinite(best) && Number.isFinite(current) && current > 0 ? 1 - best / current : null
}

/** Time of a step at any batch size, from those measured; the nearest one's outside their range. */
export function interpolatedStepMs(batches: readonly BatchSummary[], batchSize: number): number | null {
  const known = batches.flatMap((batch) => (batch.stepMs === null || batch.stepMs <= 0 ? [] : [{ batchSize: batch.batchSize, stepMs: batch.stepMs }]))
  const above = known.find((batch) => batch.batchSize >= batchSize)
  const below = known.findLast((batch) => batch.batchSize <= batchSize)
  if (above === undefined || below === undefined) return (above ?? below)?.stepMs ?? null
  if (above.batchSize === below.batchSize) return above.stepMs
  const share = Math.log(batchSize / below.batchSize) / Math.log(above.batchSize / below.batchSize)
  return below.stepMs * (above.stepMs / below.stepMs) ** share
}

/** The batch size that reached the target soonest; the smaller of two that tie. */
export function timeOptimalBatchSize(batches: readonly BatchSummary[]): number | null {
  const timed = batches.flatMap((batch) => (batch.meanWallMs === null ? [] : [{ batchSize: batch.batchSize, ms: batch.meanWallMs }]))
  return timed.length === 0 ? null : timed.reduce((best, batch) => (batch.ms < best.ms ? batch : best)).batchSize
}
