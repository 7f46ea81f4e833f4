import { lossGapPolicyConfig, type BatchPolicyConfig } from '../../contract/batch-policy-config.ts'
import { runConfig, type RunConfig } from '../../contract/run-config.ts'
import type { ArmRequest } from '../arm-runs.ts'
import type { DatasetFacts } from '../study.ts'
import type { ArmName, LossGapBatchConfig } from './config.ts'

/** Ways that never change the batch. */
const FIXED: ReadonlySet<ArmName> = new Set(['fixed-small', 'fixed-large', 'fixed-large-scaled', 'rate-decay'])

/** True for a way that may change the batch size while a run trains. */
export function changesBatch(arm: ArmName): boolean {
  return !FIXED.has(arm)
}

/** Of the first step. */
export function firstBatchOf({ comparison }: LossGapBatchConfig, arm: ArmName): number {
  return arm === 'fixed-large' || arm === 'fixed-large-scaled' ? comparison.largeBatch : comparison.smallBatch
}

/**
 * The whole config of a run. All runs of a comparison see the same number of examples, and none ends at the target: accuracy after
 * equal work is compared, and the target is read off the curves.
 */
export function runConfigOf(config: LossGapBatchConfig, facts: DatasetFacts, { arm, seed }: ArmRequest<ArmName>): RunConfig {
  const { run, comparison } = config
  return runConfig.parse({
    ...run,
    name: '',
    batchSize: firstBatchOf(config, arm),
    seed,
    maxExamples: comparison.epochs * facts.trainExamples,
    target: null,
    checkpointEveryExamples: changesBatch(arm) ? null : run.checkpointEveryExamples,
    schedule: scheduleOf(config, facts, arm),
    batchPolicy: policyOf(config, arm),
  })
}

function scheduleOf({ run, comparison }: LossGapBatchConfig, facts: DatasetFacts, arm: ArmName): RunConfig['schedule'] {
  const examples = (epochs: number) => Math.round(epochs * facts.trainExamples)
  if (arm === 'fixed-large-scaled') return { ...run.schedule, coupling: 'linear', referenceBatchSize: comparison.smallBatch, warmupExamples: Math.max(run.schedule.warmupExamples, examples(comparison.warmupEpochs)) }
  if (arm === 'rate-decay') return { ...run.schedule, kind: 'step', decayExamples: examples(comparison.doublingEpochs), decayFactor: 0.5 }
  return run.schedule
}

/**
 * The policy of a way; null for a fixed batch. Limits, pace and realisation of all of them are those of the controller, so that they
 * differ in what they decide alone.
 */
export function policyOf({ controller, comparison }: LossGapBatchConfig, arm: ArmName): BatchPolicyConfig | null {
  const { batchMin, batchMax, granularity, cooldownExamples, minChange, realisation } = controller
  const shared = { batchMin, batchMax, granularity, cooldownExamples, minChange, learningRateRule: 'none', realisation } as const
  switch (arm) {
    case 'fixed-small':
    case 'fixed-large':
    case 'fixed-large-scaled':
    case 'rate-decay':
      return null
    case 'controller':
      return controller
    case 'epoch-doubling':
      return lossGapPolicyConfig.parse({ ...shared, kind: 'loss-gap', driver: 'epoch', epochStep: comparison.doublingEpochs, growFactor: 2, cooldownExamples: 0, flatT: null, divergeSigma: null, divergeRatio: null, divergeT: null })
    case 'cabs':
    case 'noise-scale':
      return { ...shared, kind: arm, scale: 1, smoothing: comparison.smoothing }
    case 'norm-test':
      return { ...shared, kind: arm, theta: comparison.theta, smoothing: comparison.smoothing }
  }
}
