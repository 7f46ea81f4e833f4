import { LoupeError, toWireError } from '../contract/errors.ts'
import type { WireError } from '../contract/errors.ts'
import type { MetricRow } from '../contract/metrics.ts'
import type { GradientRow } from './gradients.ts'

/** What a row counts for: a metric for one, histograms for as many metrics as take their room. */
const bytesOfRow = 100
/** Rows that make a batch: one transaction, one fsync. */
const batchRows = 1_000
/** The longest that a row waits for its batch to fill, in ms. */
const batchMs = 250
/** Above this the event loop has been kept from turning, and appending commits by itself. */
const overdueRows = 20_000
/** What is kept, at most, while the disk takes nothing: about 100 MB. */
const keptRows = 1_000_000
/** How long to wait before a failed commit is tried again: doubles from the first to the second, in ms. */
const retryMs = { first: 500, longest: 5_000 } as const

/** Something of a step that is appended to the log. */
export type LoggedRow = MetricRow | GradientRow

/** What the next transaction has to write: two columns, as long as each other. */
export interface QueuedRows {
  readonly runs: readonly number[]
  readonly rows: readonly LoggedRow[]
  /** Rows that found no place while commits failed, to be told in the same transaction. */
  readonly droppedRows: number
}

/** Writes rows in one transaction of their own. Throws where it could not, having written none. */
export type CommitRows = (queued: QueuedRows) => void

/**
 * Rows on their way to the disk: metrics, and histograms of gradients.
 *
 * Appending only queues: the commit comes when the event loop next turns, while TensorFlow computes in threads of its own.
 * A failed commit loses nothing: rows stay queued, `health` says why, and it is tried again. A run pauses while `health`
 * is set, so little more arrives; beyond a million rows the queue keeps the oldest, drops new ones and counts them.
 */
export class RowQueue {
  readonly #commit: CommitRows
  #runs: number[] = []
  #rows: LoggedRow[] = []
  /** Of the rows that wait, in metric rows. */
  #weight = 0
  #timer: NodeJS.Timeout | null = null
  #immediate: NodeJS.Immediate | null = null
  #dropped = 0
  #retryMs: number = retryMs.first
  #failure: WireError | null = null

  constructor(commit: CommitRows) {
    this.#commit = commit
  }

  get waiting(): QueuedRows {
    return { runs: this.#runs, rows: this.#rows, droppedRows: this.#dropped }
  }

  /** Why the last commit failed, null when all is well. */
  get health(): WireError | null {
    if (this.#failure === null) return null
    return { ...this.#failure, facts: { ...this.#failure.facts, waitingRows: this.#rows.length, droppedRows: this.#dropped } }
  }

  append(run: number, rows: readonly LoggedRow[]): void {
    for (const row of rows) refuseMalformed(row)
    for (const row of rows) {
      if (this.#weight >= keptRows) {
        this.#dropped++
        continue
      }
      this.#weight += weightOf(row)
      this.#runs.push(run)
      this.#rows.push(row)
    }
    this.#schedule()
  }

  /** Takes rows back, such as those after the step that a run resumes from. */
  remove(isUnwanted: (run: number, row: LoggedRow) => boolean): void {
    const kept = this.#rows.flatMap((row, index) => (isUnwanted(this.#runs[index] ?? 0, row) ? [] : [index]))
    this.#runs = kept.map((index) => this.#runs[index] ?? 0)
    this.#rows = kept.flatMap((index) => this.#rows[index] ?? [])
    this.#weight = this.#rows.reduce((sum, row) => sum + weightOf(row), 0)
  }

  /** Commits what waits. @throws what the commit threw; the rows stay queued. */
  flush(): void {
    this.#cancel()
    if (this.#rows.length === 0 && this.#failure === null) return
    try {
      this.#commit(this.waiting)
    } catch (error) {
      this.failed(error)
      throw error
    }
    this.committed()
  }

  /** The same for those who cannot deal with a failure now: see `health`. */
  tryFlush(): void {
    try {
      this.flush()
    } catch {
      // Kept in `health`; the retry is scheduled.
    }
  }

  /** A transaction that wrote `waiting`, too, is on the disk. */
  committed(): void {
    this.#cancel()
    this.#runs = []
    this.#rows = []
    this.#weight = 0
    this.#failure = null
    this.#dropped = 0
    this.#retryMs = retryMs.first
  }

  /** The disk took nothing; what waits is tried again by itself. */
  failed(error: unknown): void {
    this.#failure = toWireError(error)
    this.#cancel()
    this.#timer = setTimeout(() => this.tryFlush(), this.#retryMs).unref()
    this.#retryMs = Math.min(2 * this.#retryMs, retryMs.longest)
  }

  close(): void {
    this.#cancel()
  }

  #schedule(): void {
    // While a failure stands, its retry is what comes next.
    if (this.#failure !== null) return
    if (this.#weight >= overdueRows) this.tryFlush()
    else if (this.#weight >= batchRows) this.#immediate ??= setImmediate(() => this.tryFlush())
    else this.#timer ??= setTimeout(() => this.tryFlush(), batchMs).unref()
  }

  #cancel(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    if (this.#immediate !== null) clearImmediate(this.#immediate)
    this.#timer = null
    this.#immediate = null
  }
}

function weightOf(row: LoggedRow): number {
  return 'histograms' in row ? 1 + Math.ceil(row.histograms.length / bytesOfRow) : 1
}

/** One row that the table refuses would hold up all the others, so it is refused here. NaN and infinities are values. */
function refuseMalformed(row: LoggedRow): void {
  const isCount = (number: number) => Number.isSafeInteger(number) && number >= 0
  if ('histograms' in row) {
    const { step, worker, unit, elements } = row
    if (isCount(step) && isCount(worker) && isCount(elements)) return
    const message = `A gradient of ${unit} must have a whole step, worker and number of elements; got ${JSON.stringify({ step, worker, elements })}.`
    throw new LoupeError('invalid-input', message, { step, worker, unit, elements })
  }
  const { key, step, examples, wallMs, value } = row
  if (isCount(step) && Number.isSafeInteger(examples) && Number.isFinite(wallMs) && typeof value === 'number') return
  const received = JSON.stringify({ step, examples, wallMs, value })
  const message = `A row of ${key} must have a whole step and examples, and numbers for wallMs and value; got ${received}.`
  throw new LoupeError('invalid-input', message, { key, step, examples, wallMs, value })
}
