import type { Study } from '../study.ts'
import { buildReport } from './build-report.ts'
import { checkComparison } from './check.ts'
import { channelDecorrelationConfig, type ChannelDecorrelationConfig } from './config.ts'
import { comparisonProgress, planComparison } from './plan.ts'
import type { ChannelDecorrelationReport } from './report.ts'

/**
 * Do the channels say different things, and does it help to make them? The same network is trained on fewer and fewer labels, with and without losses
 * between its channels on labelled and unlabelled examples, and each way is held against supervised training by seed.
 *
 * Every answer is a pure function of the config, the logged runs and the size of the data.
 */
export const channelDecorrelationStudy: Study<ChannelDecorrelationConfig, ChannelDecorrelationReport> = {
  config: channelDecorrelationConfig,
  check: checkComparison,
  plan: planComparison,
  progress: comparisonProgress,
  report: buildReport,
}
