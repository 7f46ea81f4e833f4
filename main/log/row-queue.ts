import { LoupeError, toWireError } from '../contract/errors.ts'
import type { WireError } from '../contract/errors.ts'
import type { MetricBlock } from '../contract/metric-block.ts'
import type { MetricRow } from '../contract/metrics.ts'
import type { GradientRow } from './gradients.ts'
import { HeldValues, isHeld } from './held-values.ts'
import type { LastValue } from './held-values.ts'
import { RowColumns } from './row-columns.ts'
import type { MetricRows } from './row-columns.ts'

/** What a row counts for: a metric for one, histograms for as many metrics as take their room. */
const bytesOfRow = 100
/** Rows that make a batch, one transaction: more than any run of our own logs in `batchMs`. */
const batchRows = 4_000
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
  /** By run and metric. */
  readonly metrics: Iterable<MetricRows>
  readonly gradients: readonly QueuedGradient[]
  /** Rows that found no place while commits failed, to be told in the same transaction. */
  readonly droppedRows: number
}

export interface QueuedGradient {
  readonly run: number
  readonly row: GradientRow
}

/**
 * How far a commit has come when it returns: `written` is what readers see, and what stays should this process die; the disk is
 * asked for it in the background. `on-disk` is there when the power fails, too.
 */
export type Reach = 'written' | 'on-disk'

/** Writes rows in one transaction of their own. Throws where it could not, having written none. */
export type CommitRows = (queued: QueuedRows, reach: Reach) => void

/**
 * Rows on their way to the disk: metrics, and histograms of gradients.
 *
 * Appending only queues: the commit comes when the event loop next turns, while TensorFlow computes in threads of its own.
 * A failed commit loses nothing: rows stay queued, `health` says why, and it is tried again. A run pauses while `health`
 * is set, so little more arrives; beyond a million rows the queue keeps the oldest, drops new ones and counts them.
 *
 * Of metrics that are logged where they change, values that hold already make no rows. Their steps come in order.
 */
export class RowQueue {
  readonly #commit: CommitRows
  readonly #metrics = new RowColumns()
  readonly #held: HeldValues
  #gradients: QueuedGradient[] = []
  /** Of the histograms that wait, in metric rows. */
  #gradientWeight = 0
  #timer: NodeJS.Timeout | null = null
  #immediate: NodeJS.Immediate | null = null
  #dropped = 0
  #retryMs: number = retryMs.first
  #failure: WireError | null = null

  /** @param lastInLog  Of a metric that is logged where it changes. */
  constructor(commit: CommitRows, lastInLog: LastValue) {
    this.#commit = commit
    this.#held = new HeldValues(lastInLog)
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
    for (const row of rows) this.#push(run, row)
    this.#schedule()
  }

  /** The same for a block. */
  appendBlock(run: number, block: MetricBlock): void {
    refuseMalformedBlock(block)
    const { firstStep, examples, wallMs, metrics } = block
    for (const { key, values } of metrics) {
      const held = this.#held.of(run, key)
      if (held === null) {
        const rows = Math.max(0, Math.min(examples.length, keptRows - this.#weight))
        this.#metrics.pushBlock(run, key, { firstStep, examples, wallMs, values, rows })
        this.#dropped += examples.length - rows
      } else if (!values.every((value) => isHeld(held, value))) {
        for (let i = 0; i < examples.length; i++) this.#push(run, { key, step: firstStep + i, examples: examples[i]!, wallMs: wallMs[i]!, value: values[i]! })
      }
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
    this.#metrics.removeAfter(run, lastStep)
    this.#held.forget(run)
    this.#gradients = this.#gradients.filter(({ run: owner, row }) => owner !== run || row.step <= lastStep)
    this.#gradientWeight = this.#gradients.reduce((sum, { row }) => sum + weightOf(row), 0)
  }

  /** Commits what waits. @throws what the commit threw; the rows stay queued. */
  flush(reach: Reach): void {
    this.#cancel()
    if (this.#metrics.count === 0 && this.#gradients.length === 0 && this.#failure === null) return
    try {
      this.#commit(this.waiting, reach)
    } catch (error) {
      this.failed(error)
      throw error
    }
    this.committed()
  }

  /** Commits what waits until it is written, for those who cannot deal with a failure now: see `health`. */
  tryFlush(): void {
    try {
      this.flush('written')
    } catch {
      // Kept in `health`; the retry is scheduled.
    }
  }

  /** A transaction that wrote `waiting`, too, went through. */
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

  #push(run: number, row: MetricRow): void {
    const held = this.#held.of(run, row.key)
    if (held !== null && isHeld(held, row.value)) return
    if (this.#weight >= keptRows) {
      this.#dropped++
      return
    }
    if (held !== null) held.value = row.value
    this.#metrics.push(run, row.key, row)
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
  const keys = () => metrics.map(({ key }) => key).join(', ')
  if (wallMs.length !== examples.length || metrics.some(({ values }) => values.length !== examples.length)) {
    const lengths = { examples: examples.length, wallMs: wallMs.length, values: metrics.map(({ values }) => values.length) }
    throw new LoupeError('invalid-input', `The columns of a block of ${keys()} must all be as long; got ${JSON.stringify(lengths)}.`, lengths)
  }
  for (let i = 0; i < examples.length; i++) {
    if (isPlace(firstStep + i, examples[i]!, wallMs[i]!)) continue
    const place = { step: firstStep + i, examples: examples[i]!, wallMs: wallMs[i]! }
    throw new LoupeError('invalid-input', `A block of ${keys()} must have whole steps and examples, and numbers for wallMs; got ${JSON.stringify(place)}.`, place)
  }
}

function isPlace(step: number, examples: number, wallMs: number): boolean {
  return Number.isSafeInteger(step) && step >= 0 && Number.isSafeInteger(examples) && Number.isFinite(wallMs)
}
