import { spentOn } from '../run-outcome.ts'
import type { DatasetFacts, StudiedRun } from '../study.ts'
import type { LossGapBatchConfig } from './config.ts'
import { readRuns } from './read-runs.ts'
import type { LossGapBatchReport } from './report.ts'
import { ratiosOf, summariseArms } from './summarise-arms.ts'
import { verdictOf } from './verdict.ts'
import { warningsOf } from './warnings.ts'

/** Everything that the comparison says so far. Pure: another target re-reads the same curves. */
export function buildReport(config: LossGapBatchConfig, runs: readonly StudiedRun[], facts: DatasetFacts): LossGapBatchReport {
  const { comparison } = config
  const read = readRuns(config, runs)
  const arms = summariseArms(config, read, facts)
  return {
    method: 'loss-gap-batch',
    studyId: null,
    target: comparison.target,
    runs: read,
    arms,
    verdict: verdictOf({ config, runs: read, arms }),
    saving: savingOf(config, read),
    spent: spentOn(runs, comparison.hourlyRate),
    warnings: warningsOf({ config, runs: read, arms }),
  }
}

/** Against the way used today: all updates and training time, and the examples to the target, for all of them would be equal but for discarded ones. */
function savingOf({ comparison: { currentArm, confidence } }: LossGapBatchConfig, runs: ReturnType<typeof readRuns>): LossGapBatchReport['saving'] {
  if (currentArm === null || currentArm === 'controller') return null
  const ratios = ratiosOf({ runs, arm: 'controller', baseline: currentArm, confidence })
  return { currentArm, updates: ratios?.updates ?? null, examples: ratios?.examplesToTarget ?? null, wallMs: ratios?.wallMs ?? null }
}
