import { LoupeError } from '../../../contract/errors.ts'
import type { tf } from '../../../tensorflow/tf.ts'
import type { Message } from '../../../training/exchange/compressor.ts'
import type { FlatLayout } from '../../../training/exchange/flat-layout.ts'
import type { Operand } from './dynamic-ops.ts'
import { messageOf } from './message.ts'
import * as positionCodes from './position-codes.ts'
import type { PositionCode } from './position-codes.ts'
import type { Selection } from './selection.ts'
import { unitsOfElements } from './unit-table.ts'
import { float16, float32, sign, uniform } from './value-codes.ts'
import type { ValueCode } from './value-codes.ts'

/** A selection as receivers see it. */
export interface Decoded {
  /** int32 `[k]`. */
  readonly indices: Operand
  /** float32 `[k]`. */
  readonly values: Operand
}

/** How a selection becomes a message. */
export interface SparseCode {
  /** Whether the selection must be sorted. */
  readonly needsOrder: boolean
  /** `decoded` is what `decode` makes of the message, to the bit. */
  encode(layout: FlatLayout, selection: Selection, seed: tf.Tensor1D): { readonly message: Message; readonly decoded: Decoded }
  decode(layout: FlatLayout, message: Message): Decoded
  /** How the sum of so many messages says where its values stand. */
  positionsOfSum(messages: number): PositionCode
}

/** What a config says of how values and positions are written. */
export interface Coding {
  readonly values: 'float32' | 'float16' | 'sign' | 'uniform'
  readonly bits: number
  readonly rounding: 'nearest' | 'stochastic'
  readonly positions: 'auto' | 'index' | 'bitmap'
}

/** Of the elements, from which on a bit for each is smaller than an index for those that are sent. */
const BITMAP_FROM = 1 / 32

/** @param ratio  Of the elements that are sent; null where that is not known beforehand: `auto` takes indices then. */
export function sparseCode(coding: Coding, ratio: number | null): SparseCode {
  const positionsAt = (share: number): PositionCode => {
    if (coding.positions === 'auto') return share > BITMAP_FROM ? positionCodes.bitmap : positionCodes.indices
    return coding.positions === 'bitmap' ? positionCodes.bitmap : positionCodes.indices
  }
  const positions = positionsAt(ratio ?? 0)
  const values = valueCode(coding)
  return {
    needsOrder: positions.needsOrder,
    positionsOfSum: (messages) => positionsAt((ratio ?? 0) * messages),
    encode(layout, selection, seed) {
      const coded = values.encode({ values: selection.values, unitOf: selection.units, units: layout.units.length, seed })
      const decoded = { indices: selection.indices, values: values.decode(coded, selection.units) }
      return { message: messageOf([positions.encode(layout, selection.indices), ...coded]), decoded }
    },
    decode(layout, { parts }) {
      const indices = positions.decode(partOf(parts, 0))
      return { indices, values: values.decode(parts.slice(1), unitsOfElements(layout, indices)) }
    },
  }
}

function valueCode({ values, bits, rounding }: Coding): ValueCode {
  if (values === 'float32') return float32
  if (values === 'float16') return float16
  return values === 'sign' ? sign : uniform({ bits, rounding })
}

export function partOf(parts: Message['parts'], index: number): Operand {
  const part = parts[index]
  if (part === undefined) throw new LoupeError('internal', `A message of ${parts.length} parts has no part ${index}.`)
  return part
}
