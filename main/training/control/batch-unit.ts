import type { Lever } from '../../contract/batch-policy-config.ts'
import type { TrainingCall } from '../training-step.ts'

/** How the hardware does an update of a batch size. */
export interface Realised {
  readonly batchSize: number
  /** Steps that go into one call where nothing is due in between. */
  readonly stepsPerCall: number
  /** A call of `stepsPerCall` steps or of one. */
  call(steps: number): TrainingCall
  readonly replicas: number
  /** Largest on one device at once. */
  readonly microBatch: number
  /** Micro-batches one after the other on each device. */
  readonly loops: number
  /** The one that was pulled to come here; null for none. */
  readonly lever: Lever | null
  /** Why that one, in words. */
  readonly reason: string
  /** Left on the device that has least, as measured by trial steps; null where nothing was measured. */
  readonly bytesFree: number | null
  /** Of tracing and compiling what was new; 0 where all of it was known. */
  readonly traceMs: number
}

/**
 * The batch-size change unit: turns a batch size that a policy asks for into calls, apart from the policy that asked (claim 12 of the source).
 */
export interface BatchUnit {
  /** @throws LoupeError `out-of-memory`, with the table of devices, where not even single examples fit. */
  realise(batchSize: number): Promise<Realised>
}
