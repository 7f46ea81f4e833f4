import type { CheckpointRecord } from '../contract/records.ts'
import { LoupeError } from '../contract/errors.ts'

/** What a saved checkpoint is told by. */
export type SavedNetwork = Pick<CheckpointRecord, 'step' | 'sha256' | 'bytes'>

interface WaitingSave {
  readonly resolve: (saved: SavedNetwork) => void
  readonly reject: (error: unknown) => void
}

/**
 * What a user may ask of any run while it trains; the run looks between two calls.
 *
 * A run that saves makes the same steps as one that does not: a checkpoint only reads.
 */
export class RunRequests {
  readonly #saves: WaitingSave[] = []
  #isEndWanted = false

  /** Asks the run to end as if its last step were done. */
  end(): void {
    this.#isEndWanted = true
  }

  get isEndWanted(): boolean {
    return this.#isEndWanted
  }

  /** Asks for a checkpoint of the network as it is. @throws LoupeError `conflict` where the run ends before it is saved, and what kept it from being saved. */
  save(): Promise<SavedNetwork> {
    return new Promise((resolve, reject) => this.#saves.push({ resolve, reject }))
  }

  get isSaveWanted(): boolean {
    return this.#saves.length > 0
  }

  /** Answers all that ask for a checkpoint with one; what goes wrong is theirs to hear of, and the run goes on. */
  async answerSaves(save: () => Promise<SavedNetwork>): Promise<void> {
    const waiting = this.#saves.splice(0)
    try {
      const saved = await save()
      for (const { resolve } of waiting) resolve(saved)
    } catch (error) {
      for (const { reject } of waiting) reject(error)
    }
  }

  /** The run is over: who still waits is told so. */
  close(runId: string): void {
    for (const { reject } of this.#saves.splice(0)) reject(new LoupeError('conflict', `Run ${runId} ended before its network was saved. Its last checkpoint is among its checkpoints.`, { runId }))
  }
}
