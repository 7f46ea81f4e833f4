import { randomUniform } from '../../../tensorflow/ops.ts'
import { tf } from '../../../tensorflow/tf.ts'
import type { Compressor } from '../../../training/exchange/compressor.ts'
import type { FlatLayout } from '../../../training/exchange/flat-layout.ts'
import { ROW } from '../../../training/exchange/flat-layout.ts'
import { elementCompressor } from './element-codes.ts'
import { greatestPerUnit, ofEachRow, sumPerUnit } from './unit-table.ts'

export interface RandomLevelsOptions {
  /** Of a magnitude above 0. */
  readonly levels: number
  /** What the highest level stands for, for each unit: the root of the sum of its squares, or its greatest magnitude. */
  readonly scale: 'norm' | 'greatest'
}

/**
 * Sends each element's sign and one of a few levels of its magnitude, rounded at random so that the mean over seeds is the element itself.
 *
 *     level = ⌊levels · |x| / scale + u⌋,  u uniform in [0, 1)      decoded = sign(x) · level · scale / levels
 *
 * With the norm this is QSGD, with the greatest magnitude and one level TernGrad.
 *
 * @see Alistarh et al. 2017, "QSGD", arXiv:1610.02132: its buckets are our units, and its Elias codes fixed bits. Wen et al. 2017, "TernGrad",
 *   arXiv:1705.07878, without its clipping, which would bias it.
 */
export function randomLevels({ levels, scale }: RandomLevelsOptions): Compressor {
  return elementCompressor({
    bits: Math.ceil(Math.log2(2 * levels + 1)),
    meaningShape: [],
    encode({ layout, seed }, matrix) {
      const meaning = scale === 'norm' ? tf.sqrt(sumPerUnit(layout, tf.sum(tf.square(matrix), 1))) : greatestPerUnit(layout, tf.max(tf.abs(matrix), 1))
      const share = tf.divNoNan(tf.abs(matrix), perRow(layout, meaning))
      const level = tf.minimum(levels, tf.floor(tf.add(tf.mul(share, levels), randomUniform([layout.rows, ROW], seed))))
      return { codes: tf.add(tf.mul(tf.sign(matrix), level), levels), meaning }
    },
    decode: (layout, codes, meaning) => tf.mul(tf.sub(codes, levels), perRow(layout, tf.div(meaning as tf.Tensor1D, levels))), // of one axis, as encoded
  })
}

function perRow(layout: FlatLayout, perUnit: tf.Tensor1D): tf.Tensor {
  return tf.reshape(ofEachRow(layout, perUnit), [-1, 1])
}
