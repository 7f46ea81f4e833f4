import { z } from '../../contract/zod.ts'
import { probeState } from './probe-memory.ts'

const realisationState = z.object({
  batchSize: z.int(),
  replicas: z.array(z.object({ device: z.string(), microBatches: z.array(z.int()) })),
  loops: z.int(),
})
/** What a resumed run needs to realise batch sizes as if it had not been stopped. */
export const unitState = z.object({ current: realisationState.nullable(), firstMicroBatch: z.int().nullable(), probe: probeState })
export type UnitState = z.output<typeof unitState>
