import { inPhase } from '../../../tensorflow/ops.ts'
import { tf } from '../../../tensorflow/tf.ts'
import type { Compressed, CompressionInput, Compressor, UnitReadings } from '../../../training/exchange/compressor.ts'
import type { FlatLayout } from '../../../training/exchange/flat-layout.ts'
import type { HostArrays, Tensors } from '../../../tensorflow/runtime.ts'
import { known, same, scatterOnto, scatterSum } from './dynamic-ops.ts'
import { messageOf } from './message.ts'
import { inOrder } from './position-codes.ts'
import { partOf } from './sparse-code.ts'
import type { Decoded, SparseCode } from './sparse-code.ts'
import { countNonFinite } from './non-finite.ts'
import { countPerUnit, selectIndices, selectNonZeros } from './selection.ts'
import type { Selection } from './selection.ts'

/** What a compressor that keeps some of the values decides. */
export interface Choice {
  readonly selection: Selection
  readonly state?: Tensors
  readonly readings?: Partial<UnitReadings>
}

export interface SparseCompressorOptions {
  readonly code: SparseCode
  initState?(layout: FlatLayout): HostArrays
  choose(input: CompressionInput): Choice
}

/** A compressor that sends some of the values and says where they stand. */
export function sparseCompressor({ code, choose, initState = () => ({}) }: SparseCompressorOptions): Compressor {
  return {
    initState,
    compress(input) {
      const choice = choose(input)
      return inPhase('encode', () => encoded(input, choice, code))
    },
    decodeSum: (layout, messages) => sumOf(layout, messages.map((message) => code.decode(layout, message))),
    down: {
      pack(layout, sum, messages) {
        const { indices, values } = selectNonZeros(layout, sum)
        return messageOf([code.positionsOfSum(messages).encode(layout, indices), values])
      },
      unpack(layout, { parts }, messages) {
        return sumOf(layout, [{ indices: code.positionsOfSum(messages).decode(partOf(parts, 0)), values: partOf(parts, 1) }])
      },
    },
  }
}

function encoded({ layout, values, seed }: CompressionInput, { selection, state = {}, readings = {} }: Choice, code: SparseCode): Compressed {
  const ordered = code.needsOrder && !selection.isSorted ? selectIndices(layout, values, inOrder(layout, selection.indices), { isSorted: true }) : selection
  const { message, decoded } = code.encode(layout, ordered, seed)
  return {
    message,
    decoded: sumOf(layout, [decoded]),
    sent: known(scatterSum(decoded.indices, same('OnesLike', decoded.values), layout.size), [layout.size]),
    state,
    readings: { kept: countPerUnit(layout, ordered), ...readings, nonFinite: readings.nonFinite ?? countNonFinite(layout, values) },
  }
}

/** One message after the other, so that the order in which two are added at the same place does not depend on the device. */
function sumOf(layout: FlatLayout, [first, ...others]: readonly Decoded[]): tf.Tensor1D {
  if (first === undefined) return tf.zeros([layout.size])
  const start = scatterSum(first.indices, first.values, layout.size)
  return known(others.reduce((sum, { indices, values }) => scatterOnto(sum, indices, values), start), [layout.size])
}
