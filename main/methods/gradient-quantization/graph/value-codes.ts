import { tf } from '../../../tensorflow/tf.ts'
import { dynamicOutput } from '../../../tensorflow/dynamic-tensor.ts'
import { bitcast, cast, countOf, gather, known, reshape, same, segmented } from './dynamic-ops.ts'
import type { Operand } from './dynamic-ops.ts'
import { packCodes, unpackCodes } from './packing.ts'

/** Values to be coded, each of a unit. */
export interface CodedValues {
  /** float32 `[k]`. */
  readonly values: Operand
  /** int32 `[k]`. */
  readonly unitOf: Operand
  readonly units: number
  /** int32 `[2]`, fed. */
  readonly seed: tf.Tensor1D
}

/** How a message says what its values are. */
export interface ValueCode {
  encode(input: CodedValues): readonly Operand[]
  /** float32 `[k]`, from the parts and the unit of each value. */
  decode(parts: readonly Operand[], unitOf: Operand): Operand
}

export const float32: ValueCode = { encode: ({ values }) => [values], decode: ([values]) => values! }

/**
 * Half precision, of values that a power of two a unit brings below 2^15: gradients of 1e-7 would lose most of their digits otherwise.
 *
 * Parts: float16 `[k]`, float32 `[units]`.
 */
export const float16: ValueCode = {
  encode({ values, unitOf, units }) {
    const scales = powerBelow(perUnit('Max', same('Abs', values), { unitOf, units }))
    return [cast(same('Mul', values, gather(scales, unitOf)), 'float16'), scales]
  },
  decode: ([halves, scales], unitOf) => same('RealDiv', cast(halves!, 'float32'), gather(scales!, unitOf)),
}

/** The power of two that brings a magnitude to 2^14 … 2^15, by its exponent's bits. */
function powerBelow(magnitudes: tf.Tensor1D): Operand {
  const exponents = same('RightShift', bitcast(magnitudes, 'int32'), tf.scalar(23, 'int32'))
  const wanted = same('Minimum', same('Sub', tf.scalar(2 * 127 + 14, 'int32'), exponents), tf.scalar(254, 'int32'))
  return bitcast(same('LeftShift', wanted, tf.scalar(23, 'int32')), 'float32')
}

/** A bit for the sign, and two magnitudes a unit: the mean of what is above 0, and of what is not. Parts: uint8 `[⌈k/8⌉]`, float32 `[units, 2]`. */
export const sign: ValueCode = {
  encode({ values, unitOf, units }) {
    const isAbove = same('Greater', values, tf.scalar(0))
    const above = same('Maximum', values, tf.scalar(0))
    const mean = (side: Operand, has: Operand) => {
      const sum = perUnit('Sum', side, { unitOf, units })
      return tf.divNoNan(sum, perUnit('Sum', cast(has, 'float32'), { unitOf, units }))
    }
    const means = tf.stack([mean(same('Sub', values, above), dynamicOutput('LogicalNot', [isAbove], {})), mean(above, isAbove)], 1)
    return [packCodes(cast(isAbove, 'int32'), 1), means]
  },
  decode([packed, means], unitOf) {
    const isAbove = unpackCodes(packed!, { bits: 1, count: countOf(unitOf) })
    return gather(reshape(means!, [-1]), same('AddV2', same('Mul', unitOf, tf.scalar(2, 'int32')), isAbove))
  },
}

export interface UniformOptions {
  /** Of a code, its sign included: 2 to 8. */
  readonly bits: number
  readonly rounding: 'nearest' | 'stochastic'
}

/**
 * The sign, and the magnitude on an even grid from the smallest to the greatest that its unit sends. Parts: uint8, float32 `[units, 2]`.
 *
 * Stochastic rounding goes up with the probability of the remainder, so that the mean over seeds is the value itself.
 */
export function uniform({ bits, rounding }: UniformOptions): ValueCode {
  const half = 2 ** (bits - 1)
  return {
    encode({ values, unitOf, units, seed }) {
      const magnitudes = same('Abs', values)
      const [low, high] = [tf.minimum(perUnit('Min', magnitudes, { unitOf, units }), 3e38), perUnit('Max', magnitudes, { unitOf, units })]
      const range = gather(tf.sub(high, low), unitOf)
      const place = dynamicOutput('DivNoNan', [same('Mul', same('Sub', magnitudes, gather(low, unitOf)), tf.scalar(half - 1)), range], { T: float })
      const shift = rounding === 'nearest' ? tf.scalar(0.5) : drawn(countOf(values), seed)
      const level = cast(same('Minimum', same('Floor', same('AddV2', place, shift)), tf.scalar(half - 1)), 'int32')
      const negative = cast(same('Less', values, tf.scalar(0)), 'int32')
      return [packCodes(same('AddV2', level, same('Mul', negative, tf.scalar(half, 'int32'))), bits), tf.stack([low, high], 1)]
    },
    decode([packed, ranges], unitOf) {
      const codes = unpackCodes(packed!, { bits, count: countOf(unitOf) })
      const limit = (side: number) => gather(reshape(ranges!, [-1]), same('AddV2', same('Mul', unitOf, tf.scalar(2, 'int32')), tf.scalar(side, 'int32')))
      const level = same('RealDiv', cast(same('FloorMod', codes, tf.scalar(half, 'int32')), 'float32'), tf.scalar(half - 1))
      const [low, high] = [limit(0), limit(1)]
      const magnitude = same('AddV2', same('Mul', low, same('Sub', tf.scalar(1), level)), same('Mul', high, level))
      const isNegative = cast(same('GreaterEqual', codes, tf.scalar(half, 'int32')), 'float32')
      return same('Mul', magnitude, same('Sub', tf.scalar(1), same('Mul', isNegative, tf.scalar(2))))
    },
  }
}

const float = { kind: 'type', value: 'float32' } as const

/** Of the values of each unit, float32 `[units]`; 0 for the sum and the greatest of none. */
function perUnit(reduce: 'Sum' | 'Max' | 'Min', values: Operand, { unitOf, units }: { readonly unitOf: Operand; readonly units: number }): tf.Tensor1D {
  const result = known<tf.Tensor1D>(segmented(reduce, values, { segment: unitOf, segments: units }), [units])
  return reduce === 'Max' ? tf.maximum(result, 0) : result
}


/** Uniform numbers in [0, 1), as many as the step finds values. */
function drawn(count: Operand, seed: tf.Tensor1D): Operand {
  const int = { kind: 'type', value: 'int32' } as const
  return dynamicOutput('StatelessRandomUniform', [reshape(count, [1]), seed], { dtype: float, T: int, Tseed: int })
}
