import { byteLength } from '../../../tensorflow/dynamic-tensor.ts'
import { tf } from '../../../tensorflow/tf.ts'
import type { Message } from '../../../training/exchange/compressor.ts'
import type { Operand } from './dynamic-ops.ts'

/** A message of these parts, with the bytes that they take. */
export function messageOf(parts: readonly Operand[]): Message {
  return { parts, bytes: tf.addN(parts.map(byteLength)) }
}
