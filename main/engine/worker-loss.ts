import { LoupeError, toWireError } from '../contract/errors.ts'
import type { EventKind } from '../contract/event-kinds.ts'
import type { RunRecord } from '../contract/records.ts'
import type { RunPatch } from '../log/log.ts'

type Note = (event: { readonly kind: EventKind; readonly level: 'info' | 'warning'; readonly message: string; readonly facts: Readonly<Record<string, unknown>> }) => void

export interface WorkerLossOptions {
  readonly run: RunRecord
  /** Tells where the run is, for the event. */
  readonly step: () => number
  /** Where the run's last checkpoint is; 0 where there is none. */
  readonly checkpoint: () => { readonly step: number; readonly examples: number }
  readonly note: Note
}

/**
 * What becomes of a run that loses a worker: while it trains, it goes back to its last checkpoint and brings its workers together again, which
 * waits for the one that is gone or does without it. Where that fails too, or a worker is lost again before the next checkpoint, the run pauses,
 * and resumes from there when the user says so. In a study, which has no use for a run that waits, it fails.
 */
export class WorkerLoss {
  readonly #options: WorkerLossOptions
  #lost: { readonly worker: unknown; readonly host: unknown } | null = null
  #hasBegun = false
  /** Of the checkpoint that the run went back to after its last loss. */
  #wentBackTo: number | null = null

  constructor(options: WorkerLossOptions) {
    this.#options = options
  }

  /** An attempt to train begins: no worker has answered yet. */
  attempting(): void {
    this.#hasBegun = false
  }

  /** The workers are together and the run trains. */
  began(workers: number): void {
    const { run, step, note } = this.#options
    this.#hasBegun = true
    const wanted = run.config.exchange?.workers ?? workers
    if (this.#lost === null) return
    const facts = { ...this.#lost, step: step(), workers, wanted }
    if (workers === wanted) note({ kind: 'worker.returned', level: 'info', message: `All ${wanted} workers are there again; the run goes on from its last checkpoint.`, facts })
    else note({ kind: 'worker.left-out', level: 'warning', message: `The run goes on with ${workers} of ${wanted} workers, from its last checkpoint. What one of them had not sent is gone.`, facts })
    this.#lost = null
  }

  /**
   * Answers an error of an attempt.
   *
   * @returns `again` to try once more; what to change of the run's record where it pauses; null where the error is another, or fails the run.
   */
  answer(error: unknown): 'again' | RunPatch | null {
    const { run, step, note } = this.#options
    if (!(error instanceof LoupeError) || error.code !== 'worker-lost') return null
    const { worker, host } = error.facts
    note({ kind: 'worker.lost', level: 'warning', message: error.message, facts: { ...error.facts, step: step() } })
    const checkpoint = this.#options.checkpoint()
    const isFurther = this.#wentBackTo === null || checkpoint.step > this.#wentBackTo
    if (this.#hasBegun && isFurther) {
      this.#lost = { worker, host }
      this.#wentBackTo = checkpoint.step
      return 'again'
    }
    return run.studyId === null ? { status: 'paused', error: toWireError(error), steps: checkpoint.step, examples: checkpoint.examples } : null
  }
}
