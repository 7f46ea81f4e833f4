import { dynamicOutput } from '../../../tensorflow/dynamic-tensor.ts'
import { tf } from '../../../tensorflow/tf.ts'
import type { FlatLayout } from '../../../training/exchange/flat-layout.ts'
import { ROW } from '../../../training/exchange/flat-layout.ts'
import { both, cast, either, gather, indicesOf, known, placesOf, reshape, same, segmented } from './dynamic-ops.ts'
import type { Operand } from './dynamic-ops.ts'
import { piecesOf } from './padding.ts'
import { ofEachRow, unitsOfElements, unitsOfRows } from './unit-table.ts'

/** Elements of the flat vector that are to be sent. Never one that only fills up a row. */
export interface Selection {
  /** int32 `[k]`, each at most once. */
  readonly indices: Operand
  /** float32 `[k]`: what stands there. */
  readonly values: Operand
  /** int32 `[k]`: the unit of each. */
  readonly units: Operand
  /** Whether the indices rise. */
  readonly isSorted: boolean
}

/** Values at or beyond these are kept: float32 `[units]`; ∓∞ keeps none on that side. */
export interface Limits {
  readonly lower: tf.Tensor1D
  readonly upper: tf.Tensor1D
}

/** Finds the values that lie at or beyond the limits of their units. @param values  float32 `[layout.size]`. */
export function selectBeyond(layout: FlatLayout, values: tf.Tensor1D, { lower, upper }: Limits): Selection {
  return search(layout, values, {
    rowMayHold: (greatest, smallest) => tf.logicalOr(tf.greaterEqual(greatest, ofEachRow(layout, upper)), tf.lessEqual(smallest, ofEachRow(layout, lower))),
    holds(picked, units) {
      // One limit for all is compared with in half the time of one for each row.
      const limit = (perUnit: tf.Tensor1D) => (layout.units.length === 1 ? perUnit : reshape(gather(perUnit, units), [-1, 1]))
      return either(same('GreaterEqual', picked, limit(upper)), same('LessEqual', picked, limit(lower)))
    },
  })
}

/** Finds the values that are not 0. */
export function selectNonZeros(layout: FlatLayout, values: tf.Tensor1D): Selection {
  return search(layout, values, {
    rowMayHold: (greatest, smallest) => tf.logicalOr(tf.notEqual(greatest, 0), tf.notEqual(smallest, 0)),
    holds: (picked) => dynamicOutput('NotEqual', [picked, tf.scalar(0)], { T: { kind: 'type', value: 'float32' } }),
  })
}

interface Sought {
  /** From the greatest and the smallest of each row, float32 `[rows]`, to bool `[rows]`. */
  rowMayHold(greatest: tf.Tensor, smallest: tf.Tensor): tf.Tensor
  /** From rows that may hold one, float32 `[k, ROW]`, and their units, `[k]`, to bool `[k, ROW]`. */
  holds(picked: Operand, units: Operand): Operand
}

/**
 * Searches in two levels: first for rows that may hold something, then inside of those. For one value in a thousand this takes less than
 * half the time of one search through all elements.
 */
function search(layout: FlatLayout, values: tf.Tensor1D, { rowMayHold, holds }: Sought): Selection {
  const matrix = tf.reshape<tf.Rank.R2>(values, [layout.rows, ROW])
  const pieces = piecesOf(values).map((piece) => tf.reshape<tf.Rank.R2>(piece, [piece.size / ROW, ROW]))
  const extremes = (of: (piece: tf.Tensor2D) => tf.Tensor1D) => tf.concat1d(pieces.map(of))
  const rows = indicesOf(rowMayHold(extremes((piece) => tf.max(piece, 1)), extremes((piece) => tf.min(piece, 1))))
  const units = unitsOfRows(layout, rows)
  const picked = gather(matrix, rows)
  const held = holds(picked, units)
  const [inner, columns] = placesOf(layout.elements === layout.size ? held : both(held, isReal(layout, { rows, units })))
  const along = (row: Operand) => same('AddV2', same('Mul', row, tf.scalar(ROW, 'int32')), columns)
  return { indices: along(gather(rows, inner)), values: gather(reshape(picked, [-1]), along(inner)), units: gather(units, inner), isSorted: true }
}

/** Elements chosen by their indices. */
export function selectIndices(layout: FlatLayout, values: tf.Tensor1D, indices: Operand, options: { readonly isSorted: boolean }): Selection {
  return { indices, values: gather(values, indices), units: unitsOfElements(layout, indices), ...options }
}

/** Values selected of each unit, float32 `[units]`. */
export function countPerUnit(layout: FlatLayout, { units }: Selection): tf.Tensor1D {
  const ones = same('OnesLike', units)
  return known(cast(segmented('Sum', ones, { segment: units, segments: layout.units.length }), 'float32'), [layout.units.length])
}

/** Which elements of rows are real: those that only fill up the last row of a unit are not. bool `[k, ROW]`. */
export function isReal(layout: FlatLayout, { rows, units }: { readonly rows: Operand; readonly units: Operand }): Operand {
  const ends = layout.units.map(({ firstRow, elements }) => firstRow * ROW + elements)
  const left = same('Sub', gather(tf.tensor1d(ends, 'int32'), units), same('Mul', rows, tf.scalar(ROW, 'int32')))
  return same('Less', tf.tensor2d(Int32Array.from({ length: ROW }, (_, i) => i), [1, ROW], 'int32'), reshape(left, [-1, 1]))
}
