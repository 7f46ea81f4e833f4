import { dynamicOutput, fixed } from '../../tensorflow/dynamic-tensor.ts'
import type { DynamicTensor } from '../../tensorflow/dynamic-tensor.ts'
import { tf } from '../../tensorflow/tf.ts'
import type { BitHistogram } from '../../contract/gradient-records.ts'
import { ROW } from './flat-layout.ts'
import type { FlatLayout } from './flat-layout.ts'

const FLOAT_BITS = 32
const MANTISSA_BITS = 23

/** Bins of a histogram over the bits of float32 values: sign, exponent and so many bits of the mantissa. */
export function binCount(mantissaBits: number): number {
  return 2 ** (FLOAT_BITS - MANTISSA_BITS + mantissaBits)
}

/**
 * Counts a flat vector's values by the leading bits of their floats, unit by unit; see `contract/gradient-records.ts`.
 *
 * @returns int32 `[units, bins]`. What fills rows up is counted as zeros.
 */
export function countBits(layout: FlatLayout, values: tf.Tensor1D, mantissaBits: number): tf.Tensor2D {
  const bins = binCount(mantissaBits)
  const type = (value: 'float32' | 'int32' | 'uint32') => ({ kind: 'type', value }) as const
  const bits = dynamicOutput('Bitcast', [values], { T: type('float32'), type: type('uint32') })
  const shift = dynamicOutput('Bitcast', [tf.scalar(MANTISSA_BITS - mantissaBits, 'int32')], { T: type('int32'), type: type('uint32') })
  const shifted = dynamicOutput('Bitcast', [dynamicOutput('RightShift', [bits, shift], { T: type('uint32') })], { T: type('uint32'), type: type('int32') })
  const offsets = Int32Array.from(layout.units.flatMap(({ rows }, unit) => Array.from({ length: rows }, () => unit * bins)))
  const placed = tf.add(tf.reshape(fixed(shifted, [layout.size]), [layout.rows, ROW]), tf.tensor2d(offsets, [layout.rows, 1], 'int32'))
  const unweighted: tf.Tensor | DynamicTensor = tf.tensor1d([], 'int32')
  const counts = dynamicOutput('DenseBincount', [tf.reshape(placed, [layout.size]), tf.scalar(layout.units.length * bins, 'int32'), unweighted], { Tidx: type('int32'), T: type('int32') })
  return fixed(counts, [layout.units.length, bins]) as tf.Tensor2D
}

/**
 * The histogram of one unit as it is logged, from its bins' counts.
 *
 * @param filled  Zeros that only fill the unit's last row up. The first bin of each sign, of 0 and of denormal numbers, counts as zeros.
 */
export function toBitHistogram(counts: Int32Array, { mantissaBits, filled }: { readonly mantissaBits: number; readonly filled: number }): BitHistogram {
  const half = counts.length / 2
  const bins: number[] = []
  const held: number[] = []
  counts.forEach((count, bin) => {
    if (count === 0 || bin === 0 || bin === half) return
    bins.push(bin)
    held.push(count)
  })
  return { mantissaBits, bins, counts: held, zeros: (counts[0] ?? 0) + (counts[half] ?? 0) - filled }
}
