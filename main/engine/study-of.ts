import { LoupeError } from '../contract/errors.ts'
import type { StudyConfig } from '../contract/study-config.ts'
import type { QueryOutput } from '../contract/queries.ts'
import { criticalBatchSize } from '../methods/critical-batch-size/index.ts'
import type { Study } from '../methods/study.ts'

/** The study of a config's method. */
export function studyOf(config: StudyConfig): Study<StudyConfig, QueryOutput<'study.report'>> {
  switch (config.method) {
    case 'critical-batch-size':
      return criticalBatchSize
    case 'loss-gap-batch':
      throw new LoupeError('unsupported', 'The comparison of batch policies is not part of this version.', { method: config.method })
  }
}
