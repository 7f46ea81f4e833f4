import { LoupeError, toWireError } from '../contract/errors.ts'
import type { WireError } from '../contract/errors.ts'
import type { MetricBlock } from '../contract/metric-block.ts'
import type { MetricRow } from '../contract/metrics.ts'
import type { GradientRow } from './gradients.ts'
import { RowColumns } from './row-columns.ts'

/** What a row counts for: a metric for one, histograms for as many metrics as take their room. */
const bytesOfRow = 100
/** Rows that make a batch: one transaction, one fsync. */
const batchRows = 1_000
/** The longest that a row waits for its batch to fill, in ms. */
const batchMs = 250
/** Above this the event loop has been kept from turning, and appending commits by itself. */
const overdueRows = 20_000
/** What is kept, at most, while the disk takes nothing: about 50 MB. */
const keptRows = 1_000_000
/** How long to wait before a failed commit is tried again: doubles from the first to the second, in ms. */
const retryMs = { first: 500, longest: 5_000 } as const

/** What the next transaction has to write. */
export interface QueuedRows {
  readonly metrics: Pick<RowColumns, 'count' | 'numbers' | 'keys'>
  readonly gradients: readonly QueuedGradient[]
  /** Rows that found no place while commits failed, to be told in the same transaction. */
  readonly droppedRows: number
}

export interface QueuedGradient {
  readonly run: number
  readonly row: GradientRow
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
  readonly #metrics = new RowColumns()
  #gradients: QueuedGradient[] = []
  /** Of the histograms that wait, in metric rows. */
  #gradientWeight = 0
  #timer: NodeJS.Timeout | null = null
  #immediate: NodeJS.Immediate | null = null
  #dropped = 0
  #retryMs: number = retryMs.first
  #failure: WireError | null = null

  constructor(commit: CommitRows) {
    this.#commit = commit
  }

  get waiting(): QueuedRows {
    return { metrics: this.#metrics, gradients: this.#gradients, droppedRows: this.#dropped }
  }

  /** Why the last commit failed, null when all is well. */
  get health(): WireError | null {
    if (this.#failure === null) return null
    return { ...this.#failure, facts: { ...this.#failure.facts, waitingRows: this.#metrics.count + this.#gradients.length, droppedRows: this.#dropped } }
  }

  append(run: number, rows: readonly MetricRow[]): void {
    for (const row of rows) refuseMalformed(row)
    for (const { key, step, examples, wallMs, value } of rows) this.#push(run, this.#metrics.numberOfKey(key), step, examples, wallMs, value)
    this.#schedule()
  }

  /** The same for a block, in the order of its rows. */
  appendBlock(run: number, block: MetricBlock): void {
    refuseMalformedBlock(block)
    const { firstStep, examples, wallMs, metrics } = block
    const columns = metrics.map(({ key, values }) => ({ key: this.#metrics.numberOfKey(key), values }))
    for (let i = 0; i < examples.length; i++) {
      for (const { key, values } of columns) this.#push(run, key, firstStep + i, examples[i]!, wallMs[i]!, values[i]!)
    }
    this.#schedule()
  }

  appendGradients(run: number, rows: readonly GradientRow[]): void {
    for (const row of rows) refuseMalformedGradient(row)
    for (const row of rows) {
      if (this.#weight >= keptRows) {
        this.#dropped++
        continue
      }
      this.#gradientWeight += weightOf(row)
      this.#gradients.push({ run, row })
    }
    this.#schedule()
  }

  /** Takes a run's rows after a step back, such as those after the step that it resumes from. */
  removeAfter(run: number, lastStep: number): void {
    const isUnwanted = (owner: number, step: number) => owner === run && step > lastStep
    this.#metrics.remove(isUnwanted)
    this.#gradients = this.#gradients.filter(({ run: owner, row }) => !isUnwanted(owner, row.step))
    this.#gradientWeight = this.#gradients.reduce((sum, { row }) => sum + weightOf(row), 0)
  }

  /** Commits what waits. @throws what the commit threw; the rows stay queued. */
  flush(): void {
    this.#cancel()
    if (this.#metrics.count === 0 && this.#gradients.length === 0 && this.#failure === null) return
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
    this.#metrics.clear()
    this.#gradients = []
    this.#gradientWeight = 0
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

  /** Of the rows that wait, in metric rows. */
  get #weight(): number {
    return this.#metrics.count + this.#gradientWeight
  }

  #push(run: number, key: number, step: number, examples: number, wallMs: number, value: number): void {
    if (this.#weight >= keptRows) this.#dropped++
    else this.#metrics.push(run, key, step, examples, wallMs, value)
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

function weightOf({ histograms }: GradientRow): number {
  return 1 + Math.ceil(histograms.length / bytesOfRow)
}

/** One row that the table refuses would hold up all the others, so it is refused here. NaN and infinities are values. */
function refuseMalformed({ key, step, examples, wallMs, value }: MetricRow): void {
  if (isPlace(step, examples, wallMs) && typeof value === 'number') return
  const received = JSON.stringify({ step, examples, wallMs, value })
  const message = `A row of ${key} must have a whole step and examples, and numbers for wallMs and value; got ${received}.`
  throw new LoupeError('invalid-input', message, { key, step, examples, wallMs, value })
}

function refuseMalformedGradient({ step, worker, unit, elements }: GradientRow): void {
  const isCount = (number: number) => Number.isSafeInteger(number) && number >= 0
  if (isCount(step) && isCount(worker) && isCount(elements)) return
  const message = `A gradient of ${unit} must have a whole step, worker and number of elements; got ${JSON.stringify({ step, worker, elements })}.`
  throw new LoupeError('invalid-input', message, { step, worker, unit, elements })
}

function refuseMalformedBlock({ firstStep, examples, wallMs, metrics }: MetricBlock): void {
  const keys = metrics.map(({ key }) => key).join(', ')
  if (wallMs.length !== examples.length || metrics.some(({ values }) => values.length !== examples.length)) {
    const lengths = { examples: examples.length, wallMs: wallMs.length, values: metrics.map(({ values }) => values.length) }
    throw new LoupeError('invalid-input', `The columns of a block of ${keys} must all be as long; got ${JSON.stringify(lengths)}.`, lengths)
  }
  for (let i = 0; i < examples.length; i++) {
    const place = { step: firstStep + i, examples: examples[i]!, wallMs: wallMs[i]! }
    if (isPlace(place.step, place.examples, place.wallMs)) continue
    throw new LoupeError('invalid-input', `A block of ${keys} must have whole steps and examples, and numbers for wallMs; got ${JSON.stringify(place)}.`, place)
  }
}

function isPlace(step: number, examples: number, wallMs: number): boolean {
  return Number.isSafeInteger(step) && step >= 0 && Number.isSafeInteger(examples) && Number.isFinite(wallMs)
}
