import { tf } from '../../../tensorflow/tf.ts'
import type { Compressor } from '../../../training/exchange/compressor.ts'
import { selectBeyond } from './selection.ts'
import type { SparseCode } from './sparse-code.ts'
import { sparseCompressor } from './sparse-compressor.ts'

/** Sends the values whose magnitude is at or above a threshold that is given, in the unit of the values, and never changes. */
export function fixedThreshold(threshold: number, code: SparseCode): Compressor {
  return sparseCompressor({
    code,
    choose({ layout, values }) {
      const limits = { lower: tf.fill<tf.Rank.R1>([layout.units.length], -threshold), upper: tf.fill<tf.Rank.R1>([layout.units.length], threshold) }
      return { selection: selectBeyond(layout, values, limits), readings: limits }
    },
  })
}
