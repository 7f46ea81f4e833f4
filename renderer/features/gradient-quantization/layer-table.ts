import type { GradientRecord } from '../../../main/contract/gradient-records.ts'
import { relativeErrorOf, sentOverAsked } from './asked.ts'
import type { UnitFits } from './unit-fits.ts'

/** A layer at a step, ready for a row. */
export interface LayerRow {
  readonly unit: string
  readonly elements: number
  /** Share of exact zeros. */
  readonly zeros: number
  readonly used: string | null
  readonly best: string | null
  readonly asked: number | null
  readonly sent: number
  readonly achieved: number | null
  readonly lower: number | null
  readonly upper: number | null
  readonly error: number | null
  readonly status: string
}
export type LayerColumn = keyof LayerRow
export interface LayerSort {
  readonly column: LayerColumn
  readonly isDescending: boolean
}

export function layerRows(records: readonly GradientRecord[], fits: ReadonlyMap<string, UnitFits>): readonly LayerRow[] {
  return records.map((record) => {
    const { compression, elements, unit } = record
    return {
      unit,
      elements,
      zeros: elements === 0 ? 0 : record.histograms.values.zeros / elements,
      used: compression.distribution,
      best: fits.get(unit)?.best ?? null,
      asked: compression.asked,
      sent: compression.kept,
      achieved: sentOverAsked(compression),
      lower: compression.lower,
      upper: compression.upper,
      error: relativeErrorOf(record),
      status: compression.status,
    }
  })
}

/** Sorted by a column; rows without a value come last whichever way, equal ones keep their order. Texts sort with their numbers in order. */
export function sortLayers(rows: readonly LayerRow[], { column, isDescending }: LayerSort): readonly LayerRow[] {
  const sign = isDescending ? -1 : 1
  return rows.toSorted((a, b) => {
    const [left, right] = [a[column], b[column]]
    if (left === null || right === null) return Number(left === null) - Number(right === null)
    return sign * (typeof left === 'number' && typeof right === 'number' ? left - right : String(left).localeCompare(String(right), 'en', { numeric: true }))
  })
}
