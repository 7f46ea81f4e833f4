import type { LossGapPolicyConfig } from '../../../contract/batch-policy-config.ts'
import { z } from '../../../contract/zod.ts'
import { allowedBatch } from './batch-sizes.ts'

/** Where the epoch law was last set: after a rollback, or a change that the gap made, it goes on from the batch size of then. */
export const epochReference = z.strictObject({ epoch: z.number(), batchSize: z.number() })
export type EpochReference = z.output<typeof epochReference>

type LawConfig = Pick<LossGapPolicyConfig, 'epochStep' | 'epochTable' | 'growFactor' | 'growBy' | 'batchMin' | 'batchMax' | 'granularity'>

/**
 * The batch size that the epoch law asks for, before rounding and limits.
 *
 *     B_e = B_0·γ^⌊e/E⌋,   B_0 + δ·⌊e/E⌋,   or that of the table's last row up to e
 *
 * @param epoch  Whole epochs done.
 */
export function epochLaw({ config, firstBatch, epoch }: { readonly config: LawConfig; readonly firstBatch: number; readonly epoch: number }): number {
  if (config.epochTable.length > 0) return config.epochTable.findLast((row) => row.epoch <= epoch)?.batchSize ?? firstBatch
  const growths = Math.floor(epoch / config.epochStep)
  return config.growBy === null ? firstBatch * config.growFactor ** growths : firstBatch + config.growBy * growths
}

/**
 * The batch size that the epoch law asks for at an epoch, as it may be used.
 *
 * Relative to the reference: B_ref·law(e)/law(e_ref). Without that, the first epoch after a rollback would jump back to the batch size
 * that diverged.
 */
export function epochBatchSize({ config, firstBatch, epoch, reference }: { readonly config: LawConfig; readonly firstBatch: number; readonly epoch: number; readonly reference: EpochReference }): number {
  const [then, now] = [epochLaw({ config, firstBatch, epoch: reference.epoch }), epochLaw({ config, firstBatch, epoch })]
  return now === then ? reference.batchSize : allowedBatch((reference.batchSize * now) / then, config)
}
