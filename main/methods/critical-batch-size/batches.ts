import type { SweepConfig } from './config.ts'
import type { ReadRun } from './points.ts'
import type { BatchSummary, SweepPoint } from './report.ts'

/** The runs of one batch size and what they say together. */
export interface Batch {
  readonly batchSize: number
  readonly runs: readonly ReadRun[]
  readonly ended: number
  readonly reached: number
  readonly censored: number
  /** Standard error of the mean K as a share of it; null with fewer than two runs that reached the target. */
  readonly relativeError: number | null
  /** True when the sweep asks for no further seed here. */
  readonly settled: boolean
  /** True when its first seeds ended without reaching the target and `stopHopeless` is on. */
  readonly hopeless: boolean
  /** True while its first seed still trains and has taken far more examples than any run that arrived: its other seeds wait for how it ends. */
  readonly held: boolean
}

/** How many times the examples of the longest run that arrived make a batch size doubtful. */
const DOUBTFUL = 2

/** Groups the sweep's runs, tuning apart, by batch size, in the order of the batch sizes. */
export function batchesOf(sweep: SweepConfig, runs: readonly ReadRun[]): Batch[] {
  const longest = Math.max(...runs.filter(({ point, hasEnded }) => hasEnded && point.steps !== null).map(({ run }) => run.examples), 0)
  return [...sweep.batchSizes].sort((one, other) => one - other).map((batchSize) => {
    const batch = batchOf(sweep, batchSize, runs.filter(({ point }) => point.role === 'sweep' && point.batchSize === batchSize))
    const isDoubtful = longest > 0 && batch.runs.some((read) => !read.hasEnded && read.run.examples > DOUBTFUL * longest)
    return { ...batch, held: sweep.stopHopeless && batch.reached === 0 && isDoubtful }
  })
}

function batchOf(sweep: SweepConfig, batchSize: number, runs: readonly ReadRun[]): Omit<Batch, 'held'> {
  const ended = runs.filter((read) => read.hasEnded)
  const steps = runs.flatMap(({ point }) => (point.steps === null ? [] : [point.steps]))
  const hopeless = sweep.stopHopeless && ended.length > 0 && steps.length === 0
  const relativeError = steps.length < 2 ? null : standardDeviation(steps) / Math.sqrt(steps.length) / mean(steps)
  const isPrecise = relativeError !== null ? relativeError <= sweep.seedPrecision : sweep.maxSeeds === 1
  return {
    batchSize,
    runs,
    ended: ended.length,
    reached: steps.length,
    censored: runs.filter(({ point }) => point.censored).length,
    relativeError,
    hopeless,
    settled: hopeless || ended.length >= sweep.maxSeeds || (ended.length >= sweep.minSeeds && isPrecise),
  }
}

/** How many seeds the sweep wants at a batch size now: the minimum, then one more at a time while K is not precise enough. */
export function seedsWanted(sweep: SweepConfig, batch: Batch): number {
  if (batch.hopeless || batch.settled) return 0
  if (batch.held) return 1
  return batch.ended < sweep.minSeeds ? sweep.minSeeds : Math.min(batch.ended + 1, sweep.maxSeeds)
}

/** One row of the report. */
export function summaryOf(sweep: SweepConfig, batch: Batch): BatchSummary {
  const points = batch.runs.map((read) => read.point)
  return { ...statisticsOf(batch.batchSize, points), settled: batch.settled, inFit: batch.reached > 0 && isInRange(sweep, batch.batchSize) }
}

/** Means and deviations over the points of one batch size that reached the target. */
export function statisticsOf(batchSize: number, points: readonly SweepPoint[]): Omit<BatchSummary, 'settled' | 'inFit'> {
  const steps = points.flatMap((point) => point.steps ?? [])
  const wallMs = points.flatMap((point) => (point.steps === null ? [] : (point.wallMs ?? [])))
  const meanSteps = steps.length > 0 ? mean(steps) : null
  const sdSteps = steps.length > 1 ? standardDeviation(steps) : null
  const meanWallMs = wallMs.length > 0 ? mean(wallMs) : null
  return {
    batchSize,
    runs: points.length,
    reached: steps.length,
    censored: points.filter((point) => point.censored).length,
    meanSteps,
    sdSteps,
    meanExamples: meanSteps === null ? null : meanSteps * batchSize,
    sdExamples: sdSteps === null ? null : sdSteps * batchSize,
    meanWallMs,
    stepMs: meanWallMs !== null && meanSteps !== null && meanSteps > 0 ? meanWallMs / meanSteps : null,
  }
}

/** Whether a batch size lies in the range that is fitted. */
export function isInRange(sweep: Pick<SweepConfig, 'fitFrom' | 'fitTo'>, batchSize: number): boolean {
  return batchSize >= (sweep.fitFrom ?? 1) && batchSize <= (sweep.fitTo ?? Infinity)
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length
}

function standardDeviation(values: readonly number[]): number {
  const centre = mean(values)
  return Math.sqrt(values.reduce((total, value) => total + (value - centre) ** 2, 0) / (values.length - 1))
}
