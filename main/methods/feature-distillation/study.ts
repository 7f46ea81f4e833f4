import type { Study } from '../study.ts'
import { buildReport } from './build-report.ts'
import { checkComparison } from './check.ts'
import { featureDistillationConfig, type FeatureDistillationConfig } from './config.ts'
import { comparisonProgress, planComparison } from './plan.ts'
import type { FeatureDistillationReport } from './report.ts'

/**
 * How small may a network be? Students of several depths are trained alone, and drawn towards what the blocks stacked on them make of
 * their features, with the same seeds on the same examples; the one within the limits that serves the objective best is chosen.
 *
 * Every answer is a pure function of the config, the logged runs, the size of the data and what networks cost.
 */
export const featureDistillationStudy: Study<FeatureDistillationConfig, FeatureDistillationReport> = {
  config: featureDistillationConfig,
  check: checkComparison,
  plan: planComparison,
  progress: comparisonProgress,
  report: buildReport,
}
