import { inPhase, randomUniform } from '../../../tensorflow/ops.ts'
import type { tf } from '../../../tensorflow/tf.ts'
import type { Compressor } from '../../../training/exchange/compressor.ts'
import { askedCount } from './asked-count.ts'
import { selectIndices } from './selection.ts'
import type { SparseCode } from './sparse-code.ts'
import { sparseCompressor } from './sparse-compressor.ts'
import { greatest } from './top-k.ts'
import { unitElements } from './unit-table.ts'

/**
 * Sends exactly the `ratio` of each unit, drawn anew at each step whatever the values are: what choosing by magnitude is held against. The
 * values are sent as they are, so the message is no unbiased estimate: with a memory nothing is lost, without one most is.
 *
 * @see Stich et al. 2018, "Sparsified SGD with Memory", arXiv:1809.07599.
 */
export function randomK(code: SparseCode): Compressor {
  return sparseCompressor({
    code,
    choose({ layout, values, ratio, seed }) {
      const asked = askedCount(unitElements(layout), ratio)
      const indices = inPhase('fit', () => greatest(layout, randomUniform([layout.size], seed) as tf.Tensor1D, asked)) // of one dimension, as asked for
      return { selection: selectIndices(layout, values, indices, { isSorted: false }), readings: { asked } }
    },
  })
}
