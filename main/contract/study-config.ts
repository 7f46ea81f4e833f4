import { criticalBatchSizeConfig } from '../methods/critical-batch-size/config.ts'
import { lossGapBatchConfig } from '../methods/loss-gap-batch/config.ts'
import { z } from './zod.ts'

/** A study: a method, what its runs share, and the method's own settings. */
export const studyConfig = z.discriminatedUnion('method', [criticalBatchSizeConfig, lossGapBatchConfig])
export type StudyConfig = z.output<typeof studyConfig>
export type StudyConfigInput = z.input<typeof studyConfig>

/** Methods that have a study. */
export const methodNames = ['critical-batch-size', 'loss-gap-batch'] as const
export type MethodName = (typeof methodNames)[number]
