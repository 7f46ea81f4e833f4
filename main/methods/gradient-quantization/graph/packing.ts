import { dynamicOutput } from '../../../tensorflow/dynamic-tensor.ts'
import { tf } from '../../../tensorflow/tf.ts'
import { bitcast, cast, countOf, reshape, same, slice, sumOfRows } from './dynamic-ops.ts'
import type { Operand } from './dynamic-ops.ts'

/** Codes that are packed at a time: eight of `bits` bits are `bits` bytes. */
const GROUP = 8

/**
 * Packs small whole numbers into bytes, without gaps.
 *
 * Eight codes are put side by side in a 64-bit number, of which as many bytes are kept as a code has bits.
 *
 * @param codes  int32 `[k]`, each within 0 … 2^bits − 1.
 * @param bits  1 to 8.
 * @returns uint8 `[⌈k / 8⌉ · bits]`.
 */
export function packCodes(codes: Operand, bits: number): Operand {
  const missing = same('FloorMod', same('Neg', countOf(codes)), tf.scalar(GROUP, 'int32'))
  const paddings = reshape(dynamicOutput('Pack', [tf.scalar(0, 'int32'), missing], { T: int, axis: { kind: 'int', value: 0 } }), [1, 2])
  const padded = dynamicOutput('Pad', [codes, paddings], { T: int, Tpaddings: int })
  const wide = sumOfRows(same('LeftShift', cast(reshape(padded, [-1, GROUP]), 'int64'), shifts(bits)))
  return reshape(columns(bitcast(wide, 'uint8'), bits), [-1])
}

/** The codes that {@link packCodes} packed: int32 `[count]`. */
export function unpackCodes(bytes: Operand, { bits, count }: { readonly bits: number; readonly count: Operand }): Operand {
  const filled = dynamicOutput('Pad', [reshape(bytes, [-1, bits]), tf.tensor2d([[0, 0], [0, 8 - bits]], [2, 2], 'int32')], { T: { kind: 'type', value: 'uint8' }, Tpaddings: int })
  const wide = same('RightShift', reshape(bitcast(filled, 'int64'), [-1, 1]), shifts(bits))
  const codes = cast(same('BitwiseAnd', wide, cast(tf.scalar(2 ** bits - 1, 'int32'), 'int64')), 'int32')
  return slice(reshape(codes, [-1]), tf.scalar(0, 'int32'), count)
}

const int = { kind: 'type', value: 'int32' } as const

function shifts(bits: number): Operand {
  return cast(tf.tensor1d(Array.from({ length: GROUP }, (_, i) => i * bits), 'int32'), 'int64')
}

/** The first bytes of each row, which are the lowest of its number. */
function columns(bytes: Operand, count: number): Operand {
  return dynamicOutput('Slice', [bytes, tf.tensor1d([0, 0], 'int32'), tf.tensor1d([-1, count], 'int32')], { T: { kind: 'type', value: 'uint8' }, Index: int })
}
