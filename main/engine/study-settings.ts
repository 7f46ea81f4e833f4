import { LoupeError } from '../contract/errors.ts'
import { commonSettings, studyConfig } from '../contract/study-config.ts'
import type { CommonSettings, StudyConfig } from '../contract/study-config.ts'
import { hasUnlabelledTerm } from '../methods/channel-decorrelation/arms.ts'
import type { ChannelDecorrelationConfig } from '../methods/channel-decorrelation/config.ts'
import type { CriticalBatchSizeConfig } from '../methods/critical-batch-size/config.ts'

/** What the engine itself must know of a study's config, whatever its method. Workers on other machines train one run at a time. */
export function studySettings(config: StudyConfig): CommonSettings {
  const { parallelRuns, budgetHours, hourlyRate } = commonSettings(config)
  const isElsewhere = config.method === 'gradient-quantization' && config.exchange.hosts.length > 0
  return { parallelRuns: isElsewhere ? 1 : parallelRuns, budgetHours, hourlyRate }
}

/** The largest batch that some run of the study is sure to train with. */
export function largestBatchSize(config: StudyConfig): number {
  if (config.method === 'critical-batch-size') return Math.max(...config.sweep.batchSizes)
  if (config.method === 'gradient-quantization') return config.quantization.batchSize
  if (config.method === 'feature-distillation') return config.students.batchSize
  if (config.method === 'channel-decorrelation') return decorrelatedBatch(config)
  const { arms, smallBatch, largeBatch } = config.comparison
  return arms.includes('fixed-large') || arms.includes('fixed-large-scaled') ? largeBatch : smallBatch
}

/** A step of a way on unlabelled examples holds those beside the labelled ones. */
function decorrelatedBatch({ labels: { ways, batchSize }, decorrelation: { labelledSets, unlabelledSets } }: ChannelDecorrelationConfig): number {
  const sets = [...labelledSets, ...(ways.some(hasUnlabelledTerm) ? unlabelledSets : [])]
  return sets.reduce((total, set) => total + set.batchSize, batchSize)
}

/**
 * The config with batch sizes or seeds added, and nothing else changed.
 *
 * @throws LoupeError `invalid-input` for fewer seeds than before, and for batch sizes where the method sweeps none; ZodError where the
 *   result breaks the schema.
 */
export function extendedConfig(config: StudyConfig, wanted: { readonly batchSizes: readonly number[]; readonly maxSeeds: number | null }): StudyConfig {
  if (config.method === 'critical-batch-size') return extendedSweep(config, wanted)
  if (wanted.batchSizes.length > 0) {
    throw new LoupeError('invalid-input', `This study compares ways to train and sweeps no batch sizes, so ${wanted.batchSizes.join(', ')} cannot be added. Add seeds.`, { batchSizes: [...wanted.batchSizes] })
  }
  return studyConfig.parse(withSeeds(config, wanted.maxSeeds))
}

function withSeeds(config: Exclude<StudyConfig, CriticalBatchSizeConfig>, wanted: number | null): StudyConfig {
  const more = <Settings extends { readonly seeds: number }>(settings: Settings): Settings => {
    const seeds = wanted ?? settings.seeds
    refuseFewerSeeds(seeds, settings.seeds)
    return { ...settings, seeds }
  }
  switch (config.method) {
    case 'loss-gap-batch':
      return { ...config, comparison: more(config.comparison) }
    case 'gradient-quantization':
      return { ...config, quantization: more(config.quantization) }
    case 'feature-distillation':
      return { ...config, students: more(config.students) }
    case 'channel-decorrelation':
      return { ...config, labels: more(config.labels) }
  }
}

function extendedSweep(config: CriticalBatchSizeConfig, wanted: { readonly batchSizes: readonly number[]; readonly maxSeeds: number | null }): StudyConfig {
  const { sweep } = config
  const batchSizes = [...new Set([...sweep.batchSizes, ...wanted.batchSizes])].sort((a, b) => a - b)
  const maxSeeds = wanted.maxSeeds ?? sweep.maxSeeds
  refuseFewerSeeds(maxSeeds, sweep.maxSeeds)
  return studyConfig.parse({ ...config, sweep: { ...sweep, batchSizes, maxSeeds } })
}

function refuseFewerSeeds(wanted: number, before: number): void {
  if (wanted >= before) return
  throw new LoupeError('invalid-input', `maxSeeds ${wanted} is below the study's ${before}: a study can be extended, not cut. Use ${before} or more.`, { maxSeeds: wanted })
}
