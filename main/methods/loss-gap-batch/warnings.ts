import { changesBatch } from './arms.ts'
import type { LossGapBatchConfig } from './config.ts'
import type { ComparedArm, ComparedRun, ComparisonFacts, ComparisonWarningCode, LossGapBatchReport } from './report.ts'

type Warning = LossGapBatchReport['warnings'][number]

/** What is to be known about the numbers; nothing about ways that have not begun. */
export function warningsOf({ config, runs, arms }: { readonly config: LossGapBatchConfig; readonly runs: readonly ComparedRun[]; readonly arms: readonly ComparedArm[] }): Warning[] {
  return [...arms.flatMap((arm) => armWarnings(config, arm, runs.filter((run) => run.arm === arm.arm))), ...generalWarnings(config)]
}

function armWarnings({ controller, comparison }: LossGapBatchConfig, { arm, done, failed, reached, rollbacks, batchChanges, finalBatch }: ComparedArm, runs: readonly ComparedRun[]): Warning[] {
  const total = runs.length
  const found: Warning[] = []
  const reason = runs.find(({ problem }) => problem !== null)?.problem ?? ''
  if (failed > 0) found.push(warning('failed-runs', `${failed} of the ${total} runs of ${arm} failed and are in no mean: ${reason}`, { arm, count: failed, total, reason }))
  if (done === 0) return found
  if (comparison.target !== null && reached !== null && reached < done) {
    found.push(warning('target-missed', `${done - reached} of the ${done} runs of ${arm} never reached the target; its means to the target are of the others.`, { arm, count: done - reached, total: done }))
  }
  const back = runs.filter((run) => run.rollbacks > 0).length
  if (rollbacks !== null && rollbacks.mean > 0) found.push(warning('rolled-back', `${back} of the ${total} runs of ${arm} went back to an earlier epoch; what was discarded is counted.`, { arm, count: back, total }))
  if (!changesBatch(arm)) return found
  const still = runs.filter((run) => run.status === 'done' && run.batchChanges === 0 && run.rollbacks === 0).length
  if (batchChanges !== null && still > 0) found.push(warning('never-changed', `${still} of the ${done} runs of ${arm} never changed their batch size.`, { arm, count: still, total: done }))
  if (finalBatch !== null && finalBatch.mean === controller.batchMax) found.push(warning('at-largest', `All runs of ${arm} ended at the largest batch size allowed, ${controller.batchMax}; a larger one might do more.`, { arm, batchMax: controller.batchMax }))
  return found
}

function generalWarnings({ run, comparison }: LossGapBatchConfig): Warning[] {
  const found: Warning[] = []
  if (comparison.seeds === 1) found.push(warning('single-seed', 'One seed of each way: no interval, and chance is not told from effect.', {}))
  if (comparison.arms.length > 1) found.push(warning('one-rate', 'All ways share one learning rate, but for what their rules make of it; each might do better with one of its own.', {}))
  if ('normalization' in run.model && run.model.normalization === 'batch') found.push(warning('batch-norm', 'The model normalises by the batch: accumulated micro-batches are not one large batch to it.', {}))
  return found
}

function warning(code: ComparisonWarningCode, message: string, facts: ComparisonFacts): Warning {
  return { code, message, facts }
}
