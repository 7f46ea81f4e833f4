import { LoupeError } from '../contract/errors.ts'
import type { RunRecord } from '../contract/records.ts'
import type { LogReader } from '../log/log.ts'
import type { Checkpoint } from '../training/trainer.ts'
import type { EngineParts } from './parts.ts'

/**
 * The newest checkpoint of a run, which must be of a trained model.
 *
 * @throws LoupeError `not-found` where there is none, or none after a first step.
 */
export function trainedCheckpoint({ reader, parts, run }: { readonly reader: Pick<LogReader, 'checkpoints' | 'checkpointBytes'>; readonly parts: Pick<EngineParts, 'decodeCheckpoint'>; readonly run: RunRecord }): Checkpoint {
  const newest = reader.checkpoints(run.id).at(-1)
  if (newest !== undefined && newest.step > 0) return parts.decodeCheckpoint(reader.checkpointBytes(newest.id))
  throw new LoupeError('not-found', `Run ${run.id} has no checkpoint of a trained model: it is ${run.status} after ${run.steps} ${run.steps === 1 ? 'step' : 'steps'}. Let it train for an epoch, or to its end.`, { runId: run.id, status: run.status })
}
