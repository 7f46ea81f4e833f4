import { tf } from '../../../tensorflow/tf.ts'
import { dynamicOp, dynamicOutput } from '../../../tensorflow/dynamic-tensor.ts'
import { binCount, binsOf, MANTISSA_BITS } from '../bit-histogram.ts'
import { add, div, double, most, mul, rowSum, sub } from './doubles.ts'
import type { Double } from './doubles.ts'
import { bitcast, cast, concat, countOf, gather, known, placesOf, reshape, same } from './dynamic-ops.ts'
import type { Operand } from './dynamic-ops.ts'
import { piecesOf } from './padding.ts'

const BINS = binCount(MANTISSA_BITS)
const int = { kind: 'type', value: 'int32' } as const

/**
 * The values of units as histograms of their bits, see `bit-histogram.ts`: only bins that hold something, ascending, as many for each unit as
 * the fullest one has. What fills up the others has no weight.
 */
export interface Histograms {
  /** float64 `[units, 1]`: values that a distribution is fitted to. */
  readonly size: Double
  /** float64 `[units, bins]`: values in a bin over size. */
  readonly weights: Double
  /** float64 `[units, bins]`: what stands for all of a bin. */
  readonly middles: Double
  /** int32 `[units, 1]`: bins that hold something. */
  readonly filled: Operand
  /** float32 `[units]`: exact zeros; 0 where they are values like others. */
  readonly zeros: tf.Tensor1D
  /** float32 `[units]`: infinite or not a number. */
  readonly notFinite: tf.Tensor1D
  /** The value below which this share lies: float64 `[units, 1]`. */
  quantile(share: number | Double): Double
}

/** Which bins hold values to fit, by place; which hold zeros; which nothing finite. */
interface BinKinds {
  readonly fitted: tf.Tensor2D
  readonly zeros: readonly [begin: number, count: number]
}

/**
 * Counts the bins of each unit and gathers those that hold something.
 *
 * @param units  float32, one tensor of one axis a unit, of any length.
 */
export function histogramsOf(units: readonly tf.Tensor1D[], options: { readonly zeros: 'mixture' | 'ignore' }): Histograms {
  const counts = known<tf.Tensor2D>(dynamicOutput('Pack', units.map(countBits), { T: int, axis: { kind: 'int', value: 0 } }), [units.length, BINS])
  const ascending = tf.concat([tf.reverse(tf.slice(counts, [0, BINS / 2], [-1, -1]), 1), tf.slice(counts, [0, 0], [-1, BINS / 2])], 1)
  const kinds = binKinds(options.zeros)
  const total = (begin: number, length: number) => tf.sum<tf.Tensor1D>(tf.cast(tf.slice(ascending, [0, begin], [-1, length]), 'float32'), 1)
  const outer = 2 ** MANTISSA_BITS
  return {
    ...filledBins(ascending, kinds.fitted),
    zeros: options.zeros === 'ignore' ? tf.zeros([units.length]) : total(...kinds.zeros),
    notFinite: tf.add(total(0, outer), total(BINS - outer, outer)),
  }
}

/** How many values have each pattern of the first bits: int32 `[BINS]`, by bin. */
function countBits(values: tf.Tensor1D): Operand {
  return piecesOf(values).map(countPiece).reduce((sum, counts) => same('AddV2', sum, counts))
}

/** Up to this many values one thread counts faster: several would each have a histogram of their own, to be added up in the end. */
const ONE_THREAD = 2 ** 17

function countPiece(values: tf.Tensor1D): Operand {
  const shift = bitcast(tf.scalar(23 - MANTISSA_BITS, 'int32'), 'uint32')
  const bins = bitcast(same('RightShift', bitcast(values, 'uint32'), shift), 'int32')
  const isShort = values.size <= ONE_THREAD
  // In a matrix each row is counted by one thread.
  const counts = dynamicOutput('DenseBincount', [isShort ? reshape(bins, [1, -1]) : bins, tf.scalar(BINS, 'int32'), tf.tensor1d([], 'int32')], { Tidx: int, T: int })
  return isShort ? reshape(counts, [BINS]) : counts
}

function binKinds(zeros: 'mixture' | 'ignore'): BinKinds {
  const fitted = new Uint8Array(BINS).fill(1)
  const outer = 2 ** MANTISSA_BITS
  fitted.fill(0, 0, outer).fill(0, BINS - outer)
  const middle = BINS / 2 - 1
  if (zeros === 'mixture') fitted.fill(0, middle, middle + 2)
  return { fitted: tf.tensor2d(fitted, [1, BINS], 'bool'), zeros: [middle, 2] }
}

function filledBins(counts: tf.Tensor2D, fitted: tf.Tensor2D): Omit<Histograms, 'zeros' | 'notFinite'> {
  const units = counts.shape[0]
  const isFilled = tf.logicalAnd<tf.Tensor2D>(tf.greater(counts, 0), fitted)
  const [unit, place] = placesOf(isFilled)
  const { perUnit, spread } = units === 1 ? inOneRow(place) : inRows(isFilled, unit)
  const places = spread(place)
  const held = spread(gather(tf.reshape(counts, [-1]), units === 1 ? place : same('AddV2', same('Mul', unit, tf.scalar(BINS, 'int32')), place)))
  const size = most(rowSum(held), 1)
  const { middles, edges } = binsOf(MANTISSA_BITS)
  const table = (values: Float64Array) => double(gather(tf.tensor1d(Float32Array.from(values)), places)) // float32 has all of them exactly
  const finite = edges.map((edge) => (Math.abs(edge) < 2 ** 128 ? edge : Math.sign(edge) * 2 ** 127))
  const bins: QuantileBins = { held, below: valuesBelow(held), low: table(finite.subarray(0, BINS)), high: table(finite.subarray(1)) }
  return {
    size,
    weights: div(held, size),
    middles: table(middles),
    filled: reshape(perUnit, [-1, 1]),
    quantile: (share) => quantile(bins, mul(size, share)),
  }
}

/** How what is known of bins that hold something becomes a row for each unit. */
interface Rows {
  /** int32, one a unit. */
  readonly perUnit: Operand
  /** int32 `[bins of all]` to `[units, most bins of one]`. */
  spread(values: Operand): Operand
}

/** There is nothing to be filled up; one empty bin at the end, so that there is one at all. */
function inOneRow(place: Operand): Rows {
  return { perUnit: countOf(place), spread: (values) => reshape(concat([values, tf.tensor1d([0], 'int32')]), [1, -1]) }
}

function inRows(isFilled: tf.Tensor2D, unit: Operand): Rows {
  const perUnit = tf.sum<tf.Tensor1D>(tf.cast(isFilled, 'int32'), 1)
  const width = tf.maximum(tf.scalar(1, 'int32'), tf.max(perUnit))
  const before = tf.cumsum(perUnit, 0, true)
  const [range] = dynamicOp('Range', [tf.scalar(0, 'int32'), countOf(unit), tf.scalar(1, 'int32')], { Tidx: int })
  const column = same('Sub', range!, gather(before, unit)) // it has one output
  const at = dynamicOutput('Pack', [unit, column], { T: int, axis: { kind: 'int', value: 1 } })
  const shape = concat([tf.tensor1d([isFilled.shape[0]], 'int32'), reshape(width, [1])])
  return { perUnit, spread: (values) => dynamicOutput('ScatterNd', [at, values, shape], { T: int, Tindices: int }) }
}

interface QuantileBins {
  readonly held: Operand
  readonly below: Double
  readonly low: Double
  readonly high: Double
}

/** Within its bin a quantile lies along a straight line. @param wanted  How many values lie below it, float64 `[units, 1]`. */
function quantile({ held, below, low, high }: QuantileBins, wanted: Double): Double {
  const passed = cast(same('Less', below, wanted), 'int32')
  const bin = same('Maximum', same('Sub', rowSum(passed), tf.scalar(1, 'int32')), tf.scalar(0, 'int32'))
  const at = (x: Operand) => dynamicOutput('GatherV2', [x, bin, tf.scalar(1, 'int32')], { Tparams: { kind: 'type', value: 'float64' }, Tindices: int, Taxis: int, batch_dims: { kind: 'int', value: 1 } })
  const share = div(sub(wanted, at(below)), most(at(double(held)), 1))
  return add(at(low), mul(share, sub(at(high), at(low))))
}

/** Values in the bins before each. */
function valuesBelow(held: Operand): Double {
  const flags = { exclusive: { kind: 'bool', value: true }, reverse: { kind: 'bool', value: false } } as const
  return double(dynamicOutput('Cumsum', [held, tf.scalar(1, 'int32')], { ...flags, T: int, Tidx: int }))
}
