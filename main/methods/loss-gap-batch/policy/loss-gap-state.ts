import { z } from '../../../contract/zod.ts'
import { belowIdealState } from './below-ideal.ts'
import { epochReference } from './epoch-law.ts'
import { gradientTrackState } from './gradient-track.ts'
import { noiseState } from './noise.ts'
import { signalTrackState } from './signal-track.ts'

/** What is remembered beside the curves. */
const memoryState = z.strictObject({
  noise: noiseState,
  /** A value that was not finite. */
  broken: z.strictObject({ what: z.string(), value: z.string(), position: z.number() }).nullable(),
  /** Position of the last change or rollback. */
  lastChange: z.number().nullable(),
  lastEvaluation: z.number().nullable(),
  reference: epochReference,
  trainingNoise: z.number().nullable(),
  belowIdeal: belowIdealState.nullable(),
})
export type LossGapMemory = z.output<typeof memoryState>

/** Everything that a loss-gap policy remembers, as it stands in a checkpoint. */
export const lossGapState = z.strictObject({
  kind: z.literal('loss-gap'),
  tracks: z.record(z.string(), signalTrackState),
  gradient: gradientTrackState,
  memory: memoryState,
})
export type LossGapState = z.output<typeof lossGapState>
