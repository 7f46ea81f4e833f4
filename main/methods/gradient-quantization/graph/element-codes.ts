import { inPhase } from '../../../tensorflow/ops.ts'
import { tf } from '../../../tensorflow/tf.ts'
import type { CompressionInput, Compressor } from '../../../training/exchange/compressor.ts'
import type { FlatLayout } from '../../../training/exchange/flat-layout.ts'
import { ROW } from '../../../training/exchange/flat-layout.ts'
import { known } from './dynamic-ops.ts'
import { messageOf } from './message.ts'
import { countNonFinite } from './non-finite.ts'
import { packCodes, unpackCodes } from './packing.ts'
import { withoutPadding, withPadding } from './padding.ts'
import { partOf } from './sparse-code.ts'
import { unitElements } from './unit-table.ts'

/** A code of few bits for every element, and numbers of each unit that say what codes mean. */
export interface ElementCode {
  readonly bits: number
  /** Codes, float32 whole numbers `[rows, ROW]`, and the units' numbers, float32 `[units]` or `[units, …]`. */
  encode(input: CompressionInput, matrix: tf.Tensor2D): { readonly codes: tf.Tensor2D; readonly meaning: tf.Tensor }
  readonly meaningShape: readonly number[]
  /** float32 `[rows, ROW]`. What fills rows up is cleared afterwards. */
  decode(layout: FlatLayout, codes: tf.Tensor2D, meaning: tf.Tensor): tf.Tensor
}

/** A compressor that sends something of every element. */
export function elementCompressor(code: ElementCode): Compressor {
  const decodeOne = (layout: FlatLayout, codes: tf.Tensor1D, meaning: tf.Tensor): tf.Tensor1D => {
    const matrix = tf.reshape<tf.Rank.R2>(withPadding(layout, codes), [layout.rows, ROW])
    return withPadding(layout, withoutPadding(layout, tf.reshape(code.decode(layout, matrix, meaning), [layout.size])))
  }
  return {
    initState: () => ({}),
    compress(input) {
      const { layout, values } = input
      return inPhase('encode', () => {
        const { codes, meaning } = code.encode(input, tf.reshape<tf.Rank.R2>(values, [layout.rows, ROW]))
        const own = withoutPadding(layout, tf.reshape(codes, [layout.size]))
        const elements = unitElements(layout)
        return {
          message: messageOf([packCodes(tf.cast(own, 'int32'), code.bits), meaning]),
          decoded: decodeOne(layout, own, meaning),
          sent: tf.ones([layout.size]),
          state: {},
          readings: { kept: elements, asked: elements, nonFinite: countNonFinite(layout, values) },
        }
      })
    },
    decodeSum: (layout, messages) =>
      messages
        .map(({ parts }) => {
          const codes = known<tf.Tensor1D>(unpackCodes(partOf(parts, 0), { bits: code.bits, count: tf.scalar(layout.elements, 'int32') }), [layout.elements])
          return decodeOne(layout, tf.cast(codes, 'float32'), known(partOf(parts, 1), [layout.units.length, ...code.meaningShape]))
        })
        .reduce((sum, decoded) => tf.add(sum, decoded)),
  }
}
