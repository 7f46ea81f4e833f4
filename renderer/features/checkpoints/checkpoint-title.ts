import type { CheckpointRow } from '../../../main/contract/checkpoint-browser.ts'

/** What the run of a checkpoint is called. */
export function runTitle({ runKey, runName, runId }: Pick<CheckpointRow, 'runKey' | 'runName' | 'runId'>): string {
  return runKey || runName || runId
}
