import { requestedRuns } from '../arm-runs.ts'
import { crossing } from '../crossing.ts'
import { outcomeOf } from '../run-outcome.ts'
import type { StudiedRun } from '../study.ts'
import { firstBatchOf } from './arms.ts'
import type { LossGapBatchConfig } from './config.ts'
import type { ComparedRun } from './report.ts'

/** Every run that the comparison wants, read against its target: also those that have not been made, that failed or were stopped. */
export function readRuns(config: LossGapBatchConfig, runs: readonly StudiedRun[]): ComparedRun[] {
  return requestedRuns(config.comparison, runs).map(({ request: { arm, seed }, run }) => {
    const { runId, status, problem, validationAccuracy, validationLoss, trainLoss, testAccuracy, examples, wallMs } = outcomeOf(run)
    return {
      ...{ runId, arm, seed, status, problem, validationAccuracy, validationLoss, trainLoss, testAccuracy },
      updates: run?.steps ?? 0,
      examples,
      wallMs,
      toTarget: run === undefined ? null : arrival(config, run),
      batchChanges: run?.batchCourse?.changes ?? 0,
      rollbacks: run?.batchCourse?.rollbacks ?? 0,
      finalBatch: run?.batchCourse?.last ?? run?.config.batchSize ?? firstBatchOf(config, arm),
    }
  })
}

function arrival({ comparison: { target } }: LossGapBatchConfig, run: StudiedRun): ComparedRun['toTarget'] {
  if (target === null) return null
  const found = crossing(run.evaluations, target)
  return found.kind === 'crossed' ? { updates: found.steps, examples: found.examples, wallMs: found.wallMs } : null
}
