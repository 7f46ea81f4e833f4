import { LoupeError } from '../../../contract/errors.ts'
import type { Message } from '../../../training/exchange/compressor.ts'
import type { FlatLayout } from '../../../training/exchange/flat-layout.ts'
import type { Operand } from './dynamic-ops.ts'
import { messageOf } from './message.ts'
import type { Selection } from './selection.ts'

/** A selection as receivers see it. */
export interface Decoded {
  /** int32 `[k]`. */
  readonly indices: Operand
  /** float32 `[k]`. */
  readonly values: Operand
}

/** How a selection becomes a message. */
export interface SparseCode {
  /** `decoded` is what `decode` makes of the message, to the bit, without the detour. */
  encode(layout: FlatLayout, selection: Selection): { readonly message: Message; readonly decoded: Decoded }
  decode(layout: FlatLayout, message: Message): Decoded
}

/** 32-bit indices, and the values in full. */
export const indexedFloats: SparseCode = {
  encode: (_, { indices, values }) => ({ message: messageOf([indices, values]), decoded: { indices, values } }),
  decode: (_, { parts }) => ({ indices: partOf(parts, 0), values: partOf(parts, 1) }),
}

export function partOf(parts: Message['parts'], index: number): Operand {
  const part = parts[index]
  if (part === undefined) throw new LoupeError('internal', `A message of ${parts.length} parts has no part ${index}.`)
  return part
}
