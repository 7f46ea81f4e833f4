import { z } from '../../contract/zod.ts'
import { unitState } from '../realisation/unit-state.ts'

/** A checkpoint that a rollback can reload: the end of an epoch. */
const epochCheckpoint = z.object({
  /** Whole epochs done, from 1 on. */
  epoch: z.int(),
  /** The checkpoint's own step. */
  step: z.int(),
  /** The batch size after a rollback to it must be smaller: that of the epoch it ends, then that of each retry. */
  below: z.int(),
})
export type EpochCheckpoint = z.output<typeof epochCheckpoint>

/** What a controlled run keeps besides the run's own state. Written into checkpoints. */
export const controlState = z.object({
  /** The policy that wrote `policy`, as JSON: another one starts anew. */
  policyConfig: z.string(),
  policy: z.record(z.string(), z.unknown()),
  /** How the batch size is realised, and what is known of memory; null before the first time. */
  unit: unitState.nullable().default(null),
  /** In force for the next step. */
  batchSize: z.int(),
  /** Oldest first. */
  ring: z.array(epochCheckpoint),
  rollbacks: z.int(),
  /** Step of the last rollback; 0 before the first. */
  rolledBackAt: z.int(),
  /** The {@link decisionMark} of the last decision. */
  decidedAt: z.int(),
  isFrozen: z.boolean(),
})
export type ControlState = z.output<typeof controlState>
