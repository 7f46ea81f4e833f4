import type { MetricKey } from '../contract/metrics.ts'

/** Numbers of one row: its run and key by their numbers, then step, examples, wall time, value. */
export const rowWidth = 6
const firstRows = 4_096

/** Metric rows in one growing array of numbers: what waits for the disk leaves no objects for the garbage collector to move about. */
export class RowColumns {
  readonly #keys: MetricKey[] = []
  readonly #keyNumbers = new Map<MetricKey, number>()
  #numbers = new Float64Array(firstRows * rowWidth)
  #count = 0

  get count(): number {
    return this.#count
  }

  /** {@link rowWidth} for each row; only those of the first `count` mean something. */
  get numbers(): Float64Array {
    return this.#numbers
  }

  /** By their numbers. */
  get keys(): readonly MetricKey[] {
    return this.#keys
  }

  numberOfKey(key: MetricKey): number {
    const known = this.#keyNumbers.get(key)
    if (known !== undefined) return known
    this.#keyNumbers.set(key, this.#keys.length)
    return this.#keys.push(key) - 1
  }

  /** @param key  Its number. */
  push(run: number, key: number, step: number, examples: number, wallMs: number, value: number): void {
    let at = this.#count * rowWidth
    if (at === this.#numbers.length) this.#grow()
    const numbers = this.#numbers
    numbers[at++] = run
    numbers[at++] = key
    numbers[at++] = step
    numbers[at++] = examples
    numbers[at++] = wallMs
    numbers[at] = value
    this.#count++
  }

  /** Takes rows out; the others keep their order. */
  remove(isUnwanted: (run: number, step: number) => boolean): void {
    const numbers = this.#numbers
    let kept = 0
    for (let row = 0; row < this.#count; row++) {
      const at = row * rowWidth
      if (isUnwanted(numbers[at]!, numbers[at + 2]!)) continue
      numbers.copyWithin(kept * rowWidth, at, at + rowWidth)
      kept++
    }
    this.#count = kept
  }

  /** Forgets all rows, and the memory of an unusually long wait. */
  clear(): void {
    this.#count = 0
    if (this.#numbers.length > 8 * firstRows * rowWidth) this.#numbers = new Float64Array(firstRows * rowWidth)
  }

  #grow(): void {
    const larger = new Float64Array(2 * this.#numbers.length)
    larger.set(this.#numbers)
    this.#numbers = larger
  }
}
