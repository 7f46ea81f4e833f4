import type { Study } from '../study.ts'
import { buildReport } from './build-report.ts'
import { checkComparison } from './check.ts'
import { gradientQuantizationConfig, type GradientQuantizationConfig } from './config.ts'
import { comparisonProgress, planComparison } from './plan.ts'
import type { GradientQuantizationReport } from './report.ts'

/**
 * How much of a gradient must travel between workers? Each way to compress it is trained with the same seeds on the same examples, and
 * held against sending all of it.
 *
 * Every answer is a pure function of the config, the logged runs and the size of the data.
 */
export const gradientQuantizationStudy: Study<GradientQuantizationConfig, GradientQuantizationReport> = {
  config: gradientQuantizationConfig,
  check: checkComparison,
  plan: planComparison,
  progress: comparisonProgress,
  report: buildReport,
}
