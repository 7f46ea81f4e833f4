import { tf } from '../../../tensorflow/tf.ts'
import type { FlatLayout } from '../../../training/exchange/flat-layout.ts'
import { ROW } from '../../../training/exchange/flat-layout.ts'
import { cast, gather, indicesOf, known, same, segmented, sumOfRows } from './dynamic-ops.ts'
import { piecesOf } from './padding.ts'
import { unitsOfRows } from './unit-table.ts'

/**
 * Values of each unit that are infinite or not a number, float32 `[units]`.
 *
 * The sum of a row tells whether it may hold one, so that only such rows are counted: one pass over the values, nearly always.
 */
export function countNonFinite(layout: FlatLayout, values: tf.Tensor1D, rowSums: tf.Tensor1D = sumsOfRows(values)): tf.Tensor1D {
  const matrix = tf.reshape(values, [layout.rows, ROW])
  const rows = indicesOf(tf.logicalNot(tf.isFinite(rowSums)))
  const isFinite = cast(same('IsFinite', gather(matrix, rows)), 'float32')
  const bad = same('Sub', tf.scalar(ROW), sumOfRows(isFinite))
  return known(segmented('Sum', bad, { segment: unitsOfRows(layout, rows), segments: layout.units.length }), [layout.units.length])
}

/** Σ of each row, float32 `[rows]`. */
export function sumsOfRows(values: tf.Tensor1D): tf.Tensor1D {
  return tf.concat1d(piecesOf(values).map((piece) => tf.sum<tf.Tensor1D>(tf.reshape(piece, [piece.size / ROW, ROW]), 1)))
}
