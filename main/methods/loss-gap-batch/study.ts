import type { Study } from '../study.ts'
import { buildReport } from './build-report.ts'
import { checkComparison } from './check.ts'
import { lossGapBatchConfig, type LossGapBatchConfig } from './config.ts'
import { comparisonProgress, planComparison } from './plan.ts'
import type { LossGapBatchReport } from './report.ts'

/**
 * Is the loss-gap controller better than a fixed batch, or than other controllers? Each way is trained with the same seeds on the same
 * number of examples, and they are held against each other.
 *
 * Every answer is a pure function of the config, the logged runs and the size of the data; see `README.md` beside this file.
 */
export const lossGapBatchStudy: Study<LossGapBatchConfig, LossGapBatchReport> = {
  config: lossGapBatchConfig,
  check: checkComparison,
  plan: planComparison,
  progress: comparisonProgress,
  report: buildReport,
}
