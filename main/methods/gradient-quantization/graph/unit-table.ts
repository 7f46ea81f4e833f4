import type { FlatLayout } from '../../../training/exchange/flat-layout.ts'
import { ROW } from '../../../training/exchange/flat-layout.ts'
import { tf } from '../../../tensorflow/tf.ts'
import { gather, known, same, segmented } from './dynamic-ops.ts'
import type { Operand } from './dynamic-ops.ts'

/** Elements of each unit, float32 `[units]`. */
export function unitElements({ units }: FlatLayout): tf.Tensor1D {
  return tf.tensor1d(units.map(({ elements }) => elements), 'float32')
}

/** The unit that each row belongs to, int32 `[rows]`. */
function unitOfEachRow({ units, rows }: FlatLayout): tf.Tensor1D {
  const table = new Int32Array(rows)
  for (const [index, { firstRow, rows: length }] of units.entries()) table.fill(index, firstRow, firstRow + length)
  return tf.tensor1d(table, 'int32')
}

/** The units that rows belong to. @param rows  int32 `[k]`. @returns int32 `[k]`. */
export function unitsOfRows(layout: FlatLayout, rows: Operand): Operand {
  // A layout of one unit, such as the whole model, needs no table of a megabyte.
  return layout.units.length === 1 ? same('ZerosLike', rows) : gather(unitOfEachRow(layout), rows)
}

/** The units that elements belong to. @param indices  int32 `[k]`, in the flat vector. @returns int32 `[k]`. */
export function unitsOfElements(layout: FlatLayout, indices: Operand): Operand {
  return unitsOfRows(layout, same('FloorDiv', indices, tf.scalar(ROW, 'int32')))
}

/** What is known of units, for each row: float32 `[units]` to one that broadcasts against `[rows]`. */
export function ofEachRow(layout: FlatLayout, perUnit: tf.Tensor1D): tf.Tensor1D {
  return layout.units.length === 1 ? perUnit : tf.gather(perUnit, unitOfEachRow(layout))
}

/** Σ or the greatest over the rows of each unit: float32 `[rows]` to `[units]`. */
function perUnit(layout: FlatLayout, reduce: 'Sum' | 'Max', ofRows: tf.Tensor): tf.Tensor1D {
  return known(segmented(reduce, ofRows, { segment: unitOfEachRow(layout), segments: layout.units.length }), [layout.units.length])
}

export function sumPerUnit(layout: FlatLayout, ofRows: tf.Tensor): tf.Tensor1D {
  return perUnit(layout, 'Sum', ofRows)
}

export function greatestPerUnit(layout: FlatLayout, ofRows: tf.Tensor): tf.Tensor1D {
  return perUnit(layout, 'Max', ofRows)
}
