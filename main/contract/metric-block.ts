import type { MetricKey, MetricRow } from './metrics.ts'

/**
 * Per-step metrics of steps that follow one another, as columns: what a call of many steps logs, without an object a value.
 *
 * All columns are as long as there are steps; the first step is `firstStep`, each later one the next.
 */
export interface MetricBlock {
  readonly firstStep: number
  /** After each step. */
  readonly examples: Float64Array
  readonly wallMs: Float64Array
  readonly metrics: readonly { readonly key: MetricKey; readonly values: Float64Array }[]
}

/**
 * The same as rows, step by step.
 *
 * @example Two steps of two metrics are four rows: both metrics of the first step, then both of the second.
 */
export function rowsOfBlock({ firstStep, examples, wallMs, metrics }: MetricBlock): MetricRow[] {
  const rows: MetricRow[] = []
  for (let i = 0; i < examples.length; i++) {
    for (const { key, values } of metrics) rows.push({ key, step: firstStep + i, examples: examples[i]!, wallMs: wallMs[i]!, value: values[i]! })
  }
  return rows
}
