import { LoupeError } from '../contract/errors.ts'
import type { LogWriter } from '../log/log.ts'
import type { Checkpoint } from '../training/trainer.ts'

/**
 * The newest checkpoint of a run that reads, or null where it starts from the beginning.
 *
 * A checkpoint whose bytes do not match their SHA-256 is passed over with a warning in the log; the one before it is
 * taken, so the run repeats some steps instead of being lost.
 */
export function resumePoint(options: { readonly writer: LogWriter; readonly runId: string; readonly decode: (bytes: Uint8Array) => Checkpoint }): Checkpoint | null {
  const { writer, runId, decode } = options
  const newestFirst = [...writer.checkpoints(runId)].sort((a, b) => b.step - a.step)
  for (const record of newestFirst) {
    try {
      return decode(writer.checkpointBytes(record.id))
    } catch (error) {
      if (!(error instanceof LoupeError)) throw error
      writer.appendEvent({
        studyId: null,
        runId,
        level: 'warning',
        kind: 'checkpoint.unreadable',
        message: `The checkpoint of step ${record.step} does not read and is passed over: ${error.message}`,
        facts: { checkpointId: record.id, step: record.step, code: error.code, reason: error.message },
      })
    }
  }
  return null
}
