import type { BatchPolicyConfig, LossGapPolicyConfig } from '../../../contract/batch-policy-config.ts'
import { LoupeError } from '../../../contract/errors.ts'

type Limits = Pick<BatchPolicyConfig, 'batchMin' | 'batchMax' | 'granularity'>
type Growth = Limits & Pick<LossGapPolicyConfig, 'growFactor' | 'growBy'>
type Shrink = Limits & Pick<LossGapPolicyConfig, 'shrinkFactor'>

/** The nearest batch size that may be: a multiple of the granularity within the limits, or a limit. */
export function allowedBatch(wanted: number, { batchMin, batchMax, granularity }: Limits): number {
  return Math.min(batchMax, Math.max(batchMin, granularity * Math.round(wanted / granularity)))
}

/**
 * The batch size after a growth: min(B_max, q·round(γB/q)), or B + δ.
 *
 * At least the next multiple of q, so that a small factor does not stand still at a small batch; B_max where there is none.
 */
export function grownBatch(batchSize: number, config: Growth): number {
  const { granularity, batchMax, growFactor, growBy } = config
  const wanted = growBy === null ? growFactor * batchSize : batchSize + growBy
  const next = granularity * (Math.floor(batchSize / granularity) + 1)
  return Math.min(batchMax, Math.max(next, allowedBatch(wanted, config)))
}

/** The batch size after a shrink: max(B_min, q·⌊βB/q⌋). Smaller than B unless B is the smallest. */
export function shrunkBatch(batchSize: number, { batchMin, granularity, shrinkFactor }: Shrink): number {
  return Math.max(batchMin, granularity * Math.floor((shrinkFactor * batchSize) / granularity))
}

/**
 * The batch size to go on with after a reload: max(B_min, q·⌊βB_{e−1}/q⌋), below the one that the previous epoch was trained with.
 *
 * @param rollbacks  This one included.
 * @throws LoupeError `diverged` where no rollback is left, or the previous epoch had the smallest batch already.
 */
export function rolledBackBatch({ config, epochBatch, rollbacks }: { readonly config: Shrink & Pick<LossGapPolicyConfig, 'maxRollbacks'>; readonly epochBatch: number; readonly rollbacks: number }): number {
  const { batchMin, maxRollbacks } = config
  if (rollbacks > maxRollbacks) {
    throw new LoupeError('diverged', `Training diverged ${rollbacks} times, and maxRollbacks allows ${maxRollbacks} to be taken back. Lower the learning rate or batchMax, or allow more. The best checkpoint is kept.`, { rollbacks, maxRollbacks })
  }
  const batchSize = shrunkBatch(epochBatch, config)
  if (batchSize >= epochBatch) {
    throw new LoupeError('diverged', `Training diverged, and it cannot use a batch smaller than the previous epoch’s, which is ${epochBatch} (batchMin is ${batchMin}). Lower batchMin or the learning rate.`, { epochBatch, batchMin })
  }
  return batchSize
}
