import { dynamicOutput } from '../../../tensorflow/dynamic-tensor.ts'
import { tf } from '../../../tensorflow/tf.ts'
import type { FlatLayout } from '../../../training/exchange/flat-layout.ts'
import { cast, countOf, filled, gather, indicesOf, placesOf, reshape, same, scatterSum } from './dynamic-ops.ts'
import type { Operand } from './dynamic-ops.ts'

/** How a message says where its values stand. */
export interface PositionCode {
  /** Whether the indices must rise. */
  readonly needsOrder: boolean
  encode(layout: FlatLayout, indices: Operand): Operand
  /** int32 `[k]`, as they were encoded. */
  decode(part: Operand): Operand
}

/** 32 bits for each value. */
export const indices: PositionCode = { needsOrder: false, encode: (_, places) => places, decode: (part) => part }

/** One bit for each element of the flat vector, the first in the lowest bit of a byte: smaller where more than one in 32 is sent. */
export const bitmap: PositionCode = {
  needsOrder: true,
  encode({ size }, places) {
    const bits = same('LeftShift', tf.scalar(1, 'int32'), same('BitwiseAnd', places, tf.scalar(7, 'int32')))
    // No index comes twice, so that the sum of a byte's bits is the byte.
    return cast(scatterSum(same('RightShift', places, tf.scalar(3, 'int32')), bits, size / 8), 'uint8')
  },
  decode(bytes) {
    const wide = cast(bytes, 'int32')
    const held = indicesOf(same('NotEqual', wide, tf.scalar(0, 'int32')))
    const bits = same('BitwiseAnd', reshape(gather(wide, held), [-1, 1]), tf.tensor2d([1, 2, 4, 8, 16, 32, 64, 128], [1, 8], 'int32'))
    const [byte, bit] = placesOf(same('NotEqual', bits, tf.scalar(0, 'int32')))
    return same('AddV2', same('Mul', gather(held, byte), tf.scalar(8, 'int32')), bit)
  },
}

/** The same indices, rising. */
export function inOrder(layout: FlatLayout, places: Operand): Operand {
  return indicesOf(maskOf(layout, places))
}

function maskOf({ size }: FlatLayout, places: Operand): Operand {
  const updates = filled(countOf(places), tf.scalar(true, 'bool'))
  return dynamicOutput('ScatterNd', [reshape(places, [-1, 1]), updates, tf.tensor1d([size], 'int32')], { T: { kind: 'type', value: 'bool' }, Tindices: { kind: 'type', value: 'int32' } })
}
