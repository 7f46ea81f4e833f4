import type { AnyEvent } from '../contract/events.ts'
import type { Output } from './output.ts'

const PLAIN_EVERY_MS = 10_000
const ERASE_LINE = '\r\x1b[2K'

/**
 * Shows on standard error how far training is: one line that changes in a terminal, a line every 10 s elsewhere.
 */
export class ProgressLine {
  readonly #output: Output
  readonly #isTerminal = process.stderr.isTTY === true
  #study = ''
  #runs = new Map<string, string>()
  #shownMs = Number.NEGATIVE_INFINITY

  constructor(output: Output) {
    this.#output = output
  }

  readonly onEvent = (event: AnyEvent): void => {
    switch (event.name) {
      case 'study.changed': {
        const { runsDone, runsPlanned, examplesDone, examplesPlanned, secondsLeft } = event.payload.progress
        const share = examplesPlanned > 0 ? ` · ${Math.min(100, Math.round((100 * examplesDone) / examplesPlanned))} %` : ''
        this.#study = `${runsDone}/${runsPlanned} runs${share}${secondsLeft === null ? '' : ` · ${duration(secondsLeft)} left`}`
        return this.#show()
      }
      case 'run.progressed': {
        const { runId, steps, batchLoss, examplesPerSecond } = event.payload
        this.#runs.set(runId, `step ${steps}${batchLoss === null ? '' : ` loss ${batchLoss.toPrecision(3)}`} ${Math.round(examplesPerSecond)}/s`)
        return this.#show()
      }
      case 'run.changed': {
        const { run } = event.payload
        if (run.status !== 'running') this.#runs.delete(run.id)
        if (run.status === 'finished' || run.status === 'failed') {
          const how = run.status === 'failed' ? `failed: ${run.error?.message ?? ''}` : run.censored === true ? 'target not reached' : 'done'
          this.note(`${run.key || run.id}: ${how} after ${run.steps} steps, ${(run.wallMs / 1000).toFixed(1)} s`)
        }
        return
      }
      case 'log.event':
        if (event.payload.event.level !== 'info' && event.payload.event.kind !== 'run.failed') this.note(`${event.payload.event.level}: ${event.payload.event.message}`)
    }
  }

  /** A line that stays. */
  note(text: string): void {
    this.clear()
    this.#output.note(text)
  }

  clear(): void {
    if (this.#isTerminal) process.stderr.write(ERASE_LINE)
  }

  #show(): void {
    const text = [this.#study, ...this.#runs.values()].filter((part) => part !== '').join(' | ')
    if (this.#isTerminal) {
      process.stderr.write(`${ERASE_LINE}${text.slice(0, (process.stderr.columns ?? 80) - 1)}`)
      return
    }
    const nowMs = performance.now()
    if (nowMs - this.#shownMs < PLAIN_EVERY_MS) return
    this.#shownMs = nowMs
    process.stderr.write(`${text}\n`)
  }
}

function duration(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)]
  if (hours > 0) return `${hours} h ${minutes} min`
  return minutes > 0 ? `${minutes} min` : `${Math.ceil(seconds)} s`
}
