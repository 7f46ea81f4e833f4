import { LoupeError } from '../contract/errors.ts'
import { studyConfig } from '../contract/study-config.ts'
import type { StudyConfig } from '../contract/study-config.ts'

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
  const { parallelRuns, budgetHours, hourlyRate } = config.sweep
  return { parallelRuns, budgetHours, hourlyRate }
}

/**
 * The config with batch sizes or seeds added, and nothing else changed.
 *
 * @throws LoupeError `invalid-input` for fewer seeds than before, and ZodError where the result breaks the schema.
 */
export function extendedConfig(config: StudyConfig, wanted: { readonly batchSizes: readonly number[]; readonly maxSeeds: number | null }): StudyConfig {
  const { sweep } = config
  const batchSizes = [...new Set([...sweep.batchSizes, ...wanted.batchSizes])].sort((a, b) => a - b)
  const maxSeeds = wanted.maxSeeds ?? sweep.maxSeeds
  if (maxSeeds < sweep.maxSeeds) {
    throw new LoupeError('invalid-input', `maxSeeds ${maxSeeds} is below the study's ${sweep.maxSeeds}: a study can be extended, not cut. Use ${sweep.maxSeeds} or more.`, { maxSeeds })
  }
  return studyConfig.parse({ ...config, sweep: { ...sweep, batchSizes, maxSeeds } })
}
