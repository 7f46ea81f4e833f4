import type { StudyConfig } from '../contract/study-config.ts'
import type { QueryOutput } from '../contract/queries.ts'
import { channelDecorrelation } from '../methods/channel-decorrelation/index.ts'
import { criticalBatchSize } from '../methods/critical-batch-size/index.ts'
import { featureDistillation } from '../methods/feature-distillation/index.ts'
import { gradientQuantization } from '../methods/gradient-quantization/index.ts'
import { lossGapBatch } from '../methods/loss-gap-batch/index.ts'
import type { Study } from '../methods/study.ts'

/** The study of a config's method. */
export function studyOf(config: StudyConfig): Study<StudyConfig, QueryOutput<'study.report'>> {
  switch (config.method) {
    case 'critical-batch-size':
      return criticalBatchSize
    case 'loss-gap-batch':
      return lossGapBatch
    case 'gradient-quantization':
      return gradientQuantization
    case 'feature-distillation':
      return featureDistillation
    case 'channel-decorrelation':
      return channelDecorrelation
  }
}
