import { LoupeError } from '../contract/errors.ts'
import { studyConfig } from '../contract/study-config.ts'
import type { StudyConfig } from '../contract/study-config.ts'
import type { LossGapBatchConfig } from '../methods/loss-gap-batch/config.ts'

/** What the engine itself must know of a study's config, whatever its method. */
export interface StudySettings {
  /** Runs side by side; 0 to choose. */
  readonly parallelRuns: number
  /** Training hours after which the study pauses; null for no limit. */
  readonly budgetHours: number | null
  readonly hourlyRate: number
}

/** Reads the engine's settings out of a method's config. */
export function studySettings(config: StudyConfig): StudySettings {
  const { parallelRuns, budgetHours, hourlyRate } = config.method === 'critical-batch-size' ? config.sweep : config.comparison
  return { parallelRuns, budgetHours, hourlyRate }
}

/** The largest batch that some run of the study is sure to train with. */
export function largestBatchSize(config: StudyConfig): number {
  if (config.method === 'critical-batch-size') return Math.max(...config.sweep.batchSizes)
  const { arms, smallBatch, largeBatch } = config.comparison
  return arms.includes('fixed-large') || arms.includes('fixed-large-scaled') ? largeBatch : smallBatch
}

/**
 * The config with batch sizes or seeds added, and nothing else changed.
 *
 * @throws LoupeError `invalid-input` for fewer seeds than before, and for batch sizes where the method sweeps none; ZodError where the
 *   result breaks the schema.
 */
export function extendedConfig(config: StudyConfig, wanted: { readonly batchSizes: readonly number[]; readonly maxSeeds: number | null }): StudyConfig {
  if (config.method === 'loss-gap-batch') return extendedComparison(config, wanted)
  const { sweep } = config
  const batchSizes = [...new Set([...sweep.batchSizes, ...wanted.batchSizes])].sort((a, b) => a - b)
  const maxSeeds = wanted.maxSeeds ?? sweep.maxSeeds
  refuseFewerSeeds(maxSeeds, sweep.maxSeeds)
  return studyConfig.parse({ ...config, sweep: { ...sweep, batchSizes, maxSeeds } })
}

function extendedComparison(config: LossGapBatchConfig, { batchSizes, maxSeeds }: { readonly batchSizes: readonly number[]; readonly maxSeeds: number | null }): StudyConfig {
  const { comparison } = config
  if (batchSizes.length > 0) {
    throw new LoupeError('invalid-input', `This study compares ways to choose the batch size and sweeps none, so ${batchSizes.join(', ')} cannot be added. Add seeds.`, { batchSizes: [...batchSizes] })
  }
  const seeds = maxSeeds ?? comparison.seeds
  refuseFewerSeeds(seeds, comparison.seeds)
  return studyConfig.parse({ ...config, comparison: { ...comparison, seeds } })
}

function refuseFewerSeeds(wanted: number, before: number): void {
  if (wanted >= before) return
  throw new LoupeError('invalid-input', `maxSeeds ${wanted} is below the study's ${before}: a study can be extended, not cut. Use ${before} or more.`, { maxSeeds: wanted })
}
