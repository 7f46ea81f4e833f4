import { dynamicOp } from '../../../tensorflow/dynamic-tensor.ts'
import { inPhase } from '../../../tensorflow/ops.ts'
import { tf } from '../../../tensorflow/tf.ts'
import type { Compressor } from '../../../training/exchange/compressor.ts'
import type { FlatLayout } from '../../../training/exchange/flat-layout.ts'
import { ROW } from '../../../training/exchange/flat-layout.ts'
import { askedCount } from './asked-count.ts'
import { concat, same } from './dynamic-ops.ts'
import type { Operand } from './dynamic-ops.ts'
import { selectIndices } from './selection.ts'
import type { SparseCode } from './sparse-code.ts'
import { sparseCompressor } from './sparse-compressor.ts'
import { unitElements } from './unit-table.ts'

/** Sends exactly the `ratio` of each unit that is greatest in magnitude: what the fits are held against. Of equal ones the first are sent. */
export function topK(code: SparseCode): Compressor {
  return sparseCompressor({
    code,
    choose({ layout, values, ratio }) {
      const asked = askedCount(unitElements(layout), ratio)
      const indices = inPhase('fit', () => greatest(layout, tf.abs(values), asked))
      return { selection: selectIndices(layout, values, indices, { isSorted: false }), readings: { asked } }
    },
  })
}

/**
 * The indices of the greatest values of each unit.
 *
 * @param values  float32 `[layout.size]`.
 * @param counts  float32 `[units]`: how many of each.
 * @returns int32 `[Σ counts]`, one unit after the other.
 */
export function greatest({ units }: FlatLayout, values: tf.Tensor1D, counts: tf.Tensor1D): Operand {
  const each = tf.unstack(tf.cast(counts, 'int32'))
  const types = { T: { kind: 'type', value: 'float32' }, Tk: { kind: 'type', value: 'int32' }, index_type: { kind: 'type', value: 'int32' }, sorted: { kind: 'bool', value: false } } as const
  return concat(
    units.map(({ firstRow, elements }, unit) => {
      const start = firstRow * ROW
      const [, indices] = dynamicOp('TopKV2', [tf.slice(values, [start], [elements]), each[unit]!], types, 2) // one count a unit
      return same('AddV2', indices!, tf.scalar(start, 'int32')) // two outputs
    }),
  )
}
