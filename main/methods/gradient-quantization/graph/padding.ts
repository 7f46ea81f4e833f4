import { tf } from '../../../tensorflow/tf.ts'
import type { FlatLayout } from '../../../training/exchange/flat-layout.ts'
import { ROW } from '../../../training/exchange/flat-layout.ts'

/** The elements of each unit, without what fills rows up: float32 `[elements]` each. */
export function unitSlices({ units }: FlatLayout, values: tf.Tensor1D): tf.Tensor1D[] {
  return units.map(({ firstRow, elements }) => tf.slice(values, [firstRow * ROW], [elements]))
}

/** All elements of a flat vector, without what fills rows up: float32 `[layout.elements]`. */
export function withoutPadding(layout: FlatLayout, values: tf.Tensor1D): tf.Tensor1D {
  return layout.elements === layout.size ? values : tf.concat1d(unitSlices(layout, values))
}

/** The flat vector of elements that {@link withoutPadding} gave. */
export function withPadding(layout: FlatLayout, elements: tf.Tensor1D): tf.Tensor1D {
  if (layout.elements === layout.size) return elements
  let start = 0
  const parts = layout.units.flatMap((unit) => {
    const own = tf.slice<tf.Rank.R1, tf.Tensor1D>(elements, [start], [unit.elements])
    start += unit.elements
    const filled = unit.rows * ROW - unit.elements
    return filled === 0 ? [own] : [own, tf.zeros<tf.Rank.R1>([filled])]
  })
  return tf.concat1d(parts)
}
