import { channelDecorrelationConfig } from '../methods/channel-decorrelation/config.ts'
import { criticalBatchSizeConfig } from '../methods/critical-batch-size/config.ts'
import { featureDistillationConfig } from '../methods/feature-distillation/config.ts'
import { gradientQuantizationConfig } from '../methods/gradient-quantization/config.ts'
import { lossGapBatchConfig } from '../methods/loss-gap-batch/config.ts'
import { z } from './zod.ts'

/** A study: a method, what its runs share, and the method's own settings. */
export const studyConfig = z.discriminatedUnion('method', [criticalBatchSizeConfig, lossGapBatchConfig, gradientQuantizationConfig, featureDistillationConfig, channelDecorrelationConfig])
export type StudyConfig = z.output<typeof studyConfig>
export type StudyConfigInput = z.input<typeof studyConfig>

/** Methods that have a study. */
export const methodNames = ['critical-batch-size', 'loss-gap-batch', 'gradient-quantization', 'feature-distillation', 'channel-decorrelation'] as const
export type MethodName = (typeof methodNames)[number]

/** What the settings of every method have among them. */
export interface CommonSettings {
  /** Runs side by side; 0 to choose. */
  readonly parallelRuns: number
  /** Training hours after which the study pauses; null for no limit. */
  readonly budgetHours: number | null
  readonly hourlyRate: number
}

/** Reads those settings, whatever the method calls its group of them. */
export function commonSettings(config: StudyConfig): CommonSettings {
  switch (config.method) {
    case 'critical-batch-size':
      return config.sweep
    case 'loss-gap-batch':
      return config.comparison
    case 'gradient-quantization':
      return config.quantization
    case 'feature-distillation':
      return config.students
    case 'channel-decorrelation':
      return config.labels
  }
}
