import { accuracyDifference, pairedRatio, pairsOf, type Quantity } from '../paired-runs.ts'
import { learningRateOf } from '../run-outcome.ts'
import { spreadOf } from '../spread.ts'
import type { DatasetFacts } from '../study.ts'
import { firstBatchOf, runConfigOf } from './arms.ts'
import type { ArmName, LossGapBatchConfig } from './config.ts'
import type { ComparedArm, ComparedRun, Spread } from './report.ts'

/** What the others are held against. */
export const BASELINE: ArmName = 'fixed-small'

/** The runs of each way together: means over those that are done. */
export function summariseArms(config: LossGapBatchConfig, runs: readonly ComparedRun[], facts: DatasetFacts): ComparedArm[] {
  const { arms, confidence, firstSeed, target } = config.comparison
  return arms.map((arm) => {
    const own = runs.filter((run) => run.arm === arm)
    const done = own.filter(({ status }) => status === 'done')
    const spread = (of: Quantity<ComparedRun>): Spread | null => spreadOf(done.flatMap((run) => of(run) ?? []), confidence)
    return {
      arm,
      learningRate: learningRateOf(runConfigOf(config, facts, { arm, seed: firstSeed })),
      firstBatch: firstBatchOf(config, arm),
      runs: own.length,
      done: done.length,
      failed: own.filter(({ status }) => status === 'failed').length,
      reached: target === null ? null : done.filter(({ toTarget }) => toTarget !== null).length,
      validationAccuracy: spread((run) => run.validationAccuracy),
      testAccuracy: spread((run) => run.testAccuracy),
      validationLoss: spread((run) => run.validationLoss),
      trainLoss: spread((run) => run.trainLoss),
      updates: spread((run) => run.updates),
      examples: spread((run) => run.examples),
      wallMs: spread((run) => run.wallMs),
      updatesToTarget: spread((run) => run.toTarget?.updates ?? null),
      examplesToTarget: spread((run) => run.toTarget?.examples ?? null),
      wallMsToTarget: spread((run) => run.toTarget?.wallMs ?? null),
      batchChanges: spread((run) => run.batchChanges),
      rollbacks: spread((run) => run.rollbacks),
      finalBatch: spread((run) => run.finalBatch),
      ratios: arm === BASELINE ? null : ratiosOf({ runs, arm, baseline: BASELINE, confidence }),
      accuracyGain: arm === BASELINE ? null : accuracyDifference(pairsOf({ runs, arm, baseline: BASELINE }), confidence),
    }
  })
}

/** How many times what the baseline takes a way takes; null where no seed has both. */
export function ratiosOf(options: { readonly runs: readonly ComparedRun[]; readonly arm: ArmName; readonly baseline: ArmName; readonly confidence: number }): ComparedArm['ratios'] {
  const pairs = pairsOf(options)
  if (pairs.length === 0) return null
  const ratio = (of: Quantity<ComparedRun>) => pairedRatio(pairs, of, options.confidence)
  return {
    updates: ratio((run) => run.updates),
    examples: ratio((run) => run.examples),
    wallMs: ratio((run) => run.wallMs),
    updatesToTarget: ratio((run) => run.toTarget?.updates ?? null),
    examplesToTarget: ratio((run) => run.toTarget?.examples ?? null),
    wallMsToTarget: ratio((run) => run.toTarget?.wallMs ?? null),
  }
}
