import type { AnyEvent } from '../contract/events.ts'
import type { QueueProgress } from '../contract/queue.ts'
import type { LogReader } from '../log/log.ts'
import { courseLength } from '../training/run-plan.ts'

/** How far what trains is, as it last said by its events. */
export class QueueProgressWatch {
  readonly #reader: Pick<LogReader, 'run'>
  /** Training examples of the data of a run; null where it is not known. */
  readonly #trainExamples: (runId: string) => number | null
  readonly #latest = new Map<string, QueueProgress>()

  constructor(options: { readonly reader: Pick<LogReader, 'run'>; readonly trainExamples: (runId: string) => number | null }) {
    this.#reader = options.reader
    this.#trainExamples = options.trainExamples
  }

  /** Null until it has said something. */
  of(id: string): QueueProgress | null {
    return this.#latest.get(id) ?? null
  }

  readonly listen = (event: AnyEvent): void => {
    if (event.name === 'study.changed') {
      const { studyId, status, progress } = event.payload
      if (status !== 'running') return void this.#latest.delete(studyId)
      const share = progress.examplesPlanned > 0 ? Math.min(1, progress.examplesDone / progress.examplesPlanned) : null
      this.#latest.set(studyId, { share, secondsLeft: progress.secondsLeft, runsDone: progress.runsDone, runsPlanned: progress.runsPlanned })
    }
    if (event.name === 'run.changed' && event.payload.run.status !== 'running') this.#latest.delete(event.payload.run.id)
    if (event.name === 'run.progressed' && event.payload.studyId === null) this.#latest.set(event.payload.runId, this.#ofRun(event.payload))
  }

  #ofRun({ runId, examples, examplesPerSecond }: { readonly runId: string; readonly examples: number; readonly examplesPerSecond: number }): QueueProgress {
    const { config } = this.#reader.run(runId)
    const trainExamples = this.#trainExamples(runId)
    const planned = config.maxExamples ?? (trainExamples === null ? null : courseLength(config, trainExamples))
    const share = planned === null ? null : Math.min(1, examples / planned)
    const secondsLeft = planned === null || examplesPerSecond <= 0 ? null : Math.max(0, planned - examples) / examplesPerSecond
    return { share, secondsLeft, runsDone: null, runsPlanned: null }
  }
}
