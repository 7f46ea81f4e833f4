import { LoupeError } from '../contract/errors.ts'
import type { RunRecord } from '../contract/records.ts'
import type { LogReader } from '../log/log.ts'
import type { Checkpoint } from '../training/trainer.ts'
import type { EngineParts } from './parts.ts'

/**
 * A checkpoint of a run, which must be of a trained model where none is named.
 *
 * @param step  Null for the newest.
 * @throws LoupeError `not-found` where there is none, or none after a first step.
 */
export function trainedCheckpoint({ reader, parts, run, step = null }: { readonly reader: Pick<LogReader, 'checkpoints' | 'checkpointBytes'>; readonly parts: Pick<EngineParts, 'decodeCheckpoint'>; readonly run: RunRecord; readonly step?: number | null }): Checkpoint {
  const all = reader.checkpoints(run.id)
  if (step !== null) {
    const found = all.find((checkpoint) => checkpoint.step === step)
    if (found !== undefined) return parts.decodeCheckpoint(reader.checkpointBytes(found.id))
    const there = all.map((checkpoint) => checkpoint.step)
    throw new LoupeError('not-found', `Run ${run.id} has no checkpoint of step ${step}. ${there.length > 0 ? `It has those of steps ${there.join(', ')}.` : 'It has none.'}`, { runId: run.id, step, there })
  }
  const newest = all.at(-1)
  if (newest !== undefined && newest.step > 0) return parts.decodeCheckpoint(reader.checkpointBytes(newest.id))
  throw new LoupeError('not-found', `Run ${run.id} has no checkpoint of a trained model: it is ${run.status} after ${run.steps} ${run.steps === 1 ? 'step' : 'steps'}. Let it train for an epoch, or to its end.`, { runId: run.id, status: run.status })
}
