import { sumInOrder } from '../../../tensorflow/ops.ts'
import { tf } from '../../../tensorflow/tf.ts'
import type { Compressor } from '../../../training/exchange/compressor.ts'
import { known } from './dynamic-ops.ts'
import { messageOf } from './message.ts'
import { countNonFinite } from './non-finite.ts'
import { withoutPadding, withPadding } from './padding.ts'
import { partOf } from './sparse-code.ts'
import { unitElements } from './unit-table.ts'

/** Sends every value in full. */
export const dense: Compressor = {
  initState: () => ({}),
  compress({ layout, values }) {
    const elements = unitElements(layout)
    return {
      message: messageOf([withoutPadding(layout, values)]),
      decoded: values,
      sent: tf.ones([layout.size]),
      state: {},
      readings: { kept: elements, asked: elements, nonFinite: countNonFinite(layout, values) },
    }
  },
  decodeSum(layout, messages) {
    const parts = messages.map(({ parts }) => known<tf.Tensor1D>(partOf(parts, 0), [layout.elements]))
    return withPadding(layout, sumInOrder(parts))
  },
}
