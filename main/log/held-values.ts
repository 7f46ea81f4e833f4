import { metrics } from '../contract/metrics.ts'
import type { MetricKey } from '../contract/metrics.ts'

/** The last logged value of a metric that is logged where it changes; undefined before the first. */
export interface HeldValue {
  value: number | undefined
}

/** Reads the last value of a metric of a run that is in the log. */
export type LastValue = (run: number, key: MetricKey) => number | undefined

/**
 * Last values of metrics that are logged where they change (`per: 'change'`), by run. Each is read from the log once, so that a run that
 * is resumed logs the same rows as one that was never interrupted.
 */
export class HeldValues {
  readonly #lastInLog: LastValue
  readonly #runs = new Map<number, Map<MetricKey, HeldValue>>()

  constructor(lastInLog: LastValue) {
    this.#lastInLog = lastInLog
  }

  /** Null for a metric whose values are all logged. */
  of(run: number, key: MetricKey): HeldValue | null {
    if (metrics[key].per !== 'change') return null
    let held = this.#runs.get(run)
    if (held === undefined) this.#runs.set(run, (held = new Map()))
    let value = held.get(key)
    if (value === undefined) held.set(key, (value = { value: this.#lastInLog(run, key) }))
    return value
  }

  /** After rows of a run were taken back. */
  forget(run: number): void {
    this.#runs.delete(run)
  }
}

/** NaN is the same as NaN: the log stores it, too. */
export function isHeld({ value: last }: HeldValue, value: number): boolean {
  return last === value || (Number.isNaN(value) && last !== undefined && Number.isNaN(last))
}
