import type { MetricBlock } from '../contract/metric-block.ts'
import type { MetricKey } from '../contract/metrics.ts'
import type { MetricPoints } from './block-codec.ts'

const firstRows = 256
/** Room that stays after an unusually long wait. */
const usualRows = 32_768

/** Rows of one metric of one run, in the order in which they came. */
export interface MetricRows extends MetricPoints {
  readonly run: number
  readonly key: MetricKey
  /** Only so many of each column mean something. */
  readonly count: number
}

/**
 * Metric rows that wait for the disk, in growing arrays of numbers: they leave no objects for the garbage collector to move about, a block is
 * copied by columns, and rows come to the disk by run and metric, which is the order of the table.
 */
export class RowColumns implements Iterable<MetricRows> {
  readonly #runs = new Map<number, Map<MetricKey, Columns>>()
  #count = 0

  /** Rows of all metrics. */
  get count(): number {
    return this.#count
  }

  *[Symbol.iterator](): Iterator<MetricRows> {
    for (const columns of this.#runs.values()) yield* columns.values()
  }

  push(run: number, key: MetricKey, row: { readonly step: number; readonly examples: number; readonly wallMs: number; readonly value: number }): void {
    this.#of(run, key).push(row.step, row.examples, row.wallMs, row.value)
    this.#count++
  }

  /** A metric's rows of the first steps of a block. */
  pushBlock(run: number, key: MetricKey, { firstStep, examples, wallMs, values, rows }: Omit<MetricBlock, 'metrics'> & { readonly values: Float64Array; readonly rows: number }): void {
    const columns = this.#of(run, key)
    for (let i = 0; i < rows; i++) columns.push(firstStep + i, examples[i]!, wallMs[i]!, values[i]!)
    this.#count += rows
  }

  /** Takes a run's rows after a step out; the others keep their order. */
  removeAfter(run: number, lastStep: number): void {
    for (const columns of this.#runs.get(run)?.values() ?? []) this.#count -= columns.removeAfter(lastStep)
  }

  /** Forgets all rows, and the memory of metrics that had none. */
  clear(): void {
    this.#count = 0
    for (const [run, ofRun] of this.#runs) {
      for (const [key, columns] of ofRun) {
        if (columns.count === 0) ofRun.delete(key)
        else columns.clear()
      }
      if (ofRun.size === 0) this.#runs.delete(run)
    }
  }

  #of(run: number, key: MetricKey): Columns {
    let ofRun = this.#runs.get(run)
    if (ofRun === undefined) this.#runs.set(run, (ofRun = new Map()))
    let columns = ofRun.get(key)
    if (columns === undefined) ofRun.set(key, (columns = new Columns(run, key)))
    return columns
  }
}

class Columns implements MetricRows {
  readonly run: number
  readonly key: MetricKey
  count = 0
  steps = new Float64Array(firstRows)
  examples = new Float64Array(firstRows)
  wallMs = new Float64Array(firstRows)
  values = new Float64Array(firstRows)

  constructor(run: number, key: MetricKey) {
    this.run = run
    this.key = key
  }

  push(step: number, examples: number, wallMs: number, value: number): void {
    const at = this.count++
    if (at === this.steps.length) this.#resize(2 * at)
    this.steps[at] = step
    this.examples[at] = examples
    this.wallMs[at] = wallMs
    this.values[at] = value
  }

  /** @returns How many rows are gone. */
  removeAfter(lastStep: number): number {
    const before = this.count
    const { steps, examples, wallMs, values } = this
    this.count = 0
    for (let row = 0; row < before; row++) {
      if (steps[row]! <= lastStep) this.push(steps[row]!, examples[row]!, wallMs[row]!, values[row]!)
    }
    return before - this.count
  }

  clear(): void {
    this.count = 0
    if (this.steps.length > usualRows) this.#resize(firstRows)
  }

  /** Keeps as many rows as fit. */
  #resize(rows: number): void {
    const resized = (column: Float64Array) => {
      const other = new Float64Array(rows)
      other.set(column.subarray(0, rows))
      return other
    }
    this.steps = resized(this.steps)
    this.examples = resized(this.examples)
    this.wallMs = resized(this.wallMs)
    this.values = resized(this.values)
  }
}
