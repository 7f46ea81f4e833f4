import type { LossTerm } from '../../contract/decorrelation-records.ts'
import type { MetricKey } from '../../contract/metrics.ts'
import { requestedRuns } from '../arm-runs.ts'
import { finite, outcomeOf } from '../run-outcome.ts'
import type { StudiedRun } from '../study.ts'
import type { ChannelDecorrelationConfig } from './config.ts'
import { armPlan } from './plan.ts'
import type { DecorrelatedRun } from './report.ts'

/** Every run that the comparison wants: also those that have not been made, that failed or were stopped. */
export function readRuns(config: ChannelDecorrelationConfig, runs: readonly StudiedRun[]): DecorrelatedRun[] {
  const plan = armPlan(config)
  return requestedRuns(plan, runs).flatMap(({ request, run }) => {
    const arm = plan.byId.get(request.arm)
    if (arm === undefined) return []
    const { runId, status, problem, validationAccuracy, validationLoss, trainLoss, testAccuracy, examples, wallMs } = outcomeOf(run)
    const last = (key: MetricKey) => finite(run?.evaluations.findLast(({ values }) => values[key] !== undefined)?.values[key] ?? null)
    const trainAccuracy = last('train/accuracy')
    const steps = run?.steps ?? 0
    return {
      ...{ runId, arm: arm.id, way: arm.way, fraction: arm.fraction, seed: request.seed, status, problem },
      ...{ accuracy: testAccuracy ?? validationAccuracy, testAccuracy, validationAccuracy, validationLoss, trainAccuracy, trainLoss },
      accuracyGap: minus(trainAccuracy, validationAccuracy),
      lossGap: minus(validationLoss, trainLoss),
      unlabelledLoss: termLoss(run, 'unlabelled'),
      labelledLoss: termLoss(run, 'labelled'),
      meanCorrelation: last('decorrelation/mean-correlation'),
      effectiveRank: last('decorrelation/effective-rank'),
      deadChannels: last('decorrelation/dead-channels'),
      meanDeviation: last('decorrelation/mean-deviation'),
      unlabelledMeanCorrelation: last('decorrelation/unlabelled-mean-correlation'),
      ...{ stepMs: steps > 0 ? wallMs / steps : null, steps, examples, wallMs },
    }
  })
}

/** As the last record has it: a mean over the steps before it. */
function termLoss(run: StudiedRun | undefined, wanted: LossTerm): number | null {
  const term = run?.decorrelation?.().at(-1)?.terms.find(({ term }) => term === wanted)
  // With a weight of 0 it is looked at, not lowered.
  return term === undefined || term.weight === 0 ? null : finite(term.loss)
}

function minus(value: number | null, other: number | null): number | null {
  return value === null || other === null ? null : value - other
}
