import type { Study } from '../study.ts'
import { buildReport } from './build-report.ts'
import { checkSweep } from './check.ts'
import { criticalBatchSizeConfig, type CriticalBatchSizeConfig } from './config.ts'
import { sweepProgress } from './forecast.ts'
import { planSweep } from './plan.ts'
import type { CriticalBatchSizeReport } from './report.ts'

/**
 * How large should the batch be? A sweep over batch sizes and seeds, read against a target.
 *
 * Every answer is a pure function of the config, the logged runs and the size of the data; see `README.md` beside this file.
 */
export const criticalBatchSizeStudy: Study<CriticalBatchSizeConfig, CriticalBatchSizeReport> = {
  config: criticalBatchSizeConfig,
  check: checkSweep,
  plan: planSweep,
  progress: (config, runs, facts) => sweepProgress({ config, runs, plan: planSweep(config, runs, facts) }),
  report: buildReport,
}
