import { inPhase, randomUniform } from '../../../tensorflow/ops.ts'
import type { tf } from '../../../tensorflow/tf.ts'
import type { Compressor } from '../../../training/exchange/compressor.ts'
import { askedCount } from './asked-count.ts'
import { selectIndices } from './selection.ts'
import type { SparseCode } from './sparse-code.ts'
import { sparseCompressor } from './sparse-compressor.ts'
import { greatest } from './top-k.ts'
import { unitElements } from './unit-table.ts'

/** Sends the `ratio` of each unit that chance picks, other ones in each step and at each worker: what no choice at all would reach. */
export function randomK(code: SparseCode): Compressor {
  return sparseCompressor({
    code,
    choose({ layout, values, ratio, seed }) {
      const asked = askedCount(unitElements(layout), ratio)
      const indices = inPhase('fit', () => greatest(layout, randomUniform([layout.size], seed) as tf.Tensor1D, asked)) // of one dimension, as asked
      return { selection: selectIndices(layout, values, indices, { isSorted: false }), readings: { asked } }
    },
  })
}
