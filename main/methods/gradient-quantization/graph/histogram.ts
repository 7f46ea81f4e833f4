import { tf } from '../../../tensorflow/tf.ts'
import { dynamicOp, dynamicOutput } from '../../../tensorflow/dynamic-tensor.ts'
import { binCount, binsOf, MANTISSA_BITS, MEANS_UP_TO } from '../bit-histogram.ts'
import { add, div, double, least, most, mul, rowSum, sub } from './doubles.ts'
import type { Double } from './doubles.ts'
import { bitcast, both, cast, concat, countOf, gather, known, placesOf, reshape, same, typeOf } from './dynamic-ops.ts'
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
  /** float64 `[units, bins]`: what stands for all of a bin: its middle, of small units the mean of its values. */
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

/** Bins by place, ascending: int32 `[units, BINS]`, and float32 of their sums where they were taken. */
interface Counted {
  readonly counts: tf.Tensor2D
  readonly sums: Operand | null
}

/** Whether a unit has so few values that the mean of those in a bin is taken; such units are counted together. */
export function isSmall({ size }: tf.Tensor1D): boolean {
  return size <= MEANS_UP_TO
}

/**
 * Counts the bins of each unit and gathers those that hold something.
 *
 * @param units  float32, one tensor of one axis a unit: all of them small, or none.
 */
export function histogramsOf(units: readonly tf.Tensor1D[], options: { readonly zeros: 'mixture' | 'ignore' }): Histograms {
  const { counts: ascending, sums } = units.every(isSmall) ? countTogether(units) : countApart(units)
  const kinds = binKinds(options.zeros)
  const total = (begin: number, length: number) => tf.sum<tf.Tensor1D>(tf.cast(tf.slice(ascending, [0, begin], [-1, length]), 'float32'), 1)
  const outer = 2 ** MANTISSA_BITS
  return {
    ...filledBins(ascending, sums, kinds.fitted),
    zeros: options.zeros === 'ignore' ? tf.zeros([units.length]) : total(...kinds.zeros),
    notFinite: tf.add(total(0, outer), total(BINS - outer, outer)),
  }
}

/**
 * Small units in one pass: each has its bins behind those of the one before.
 *
 *     place = bin xor half          of positive numbers, for the upper half of the bins is theirs
 *     place = bin xor (BINS − 1)    of negative ones, whose bits count downwards
 */
function countTogether(units: readonly tf.Tensor1D[]): Counted {
  const values = reshape(concat(units), [1, -1])
  const bits = bitcast(values, 'int32')
  const bin = bitcast(same('RightShift', bitcast(values, 'uint32'), bitcast(tf.scalar(23 - MANTISSA_BITS, 'int32'), 'uint32')), 'int32')
  const isNegative = same('RightShift', bits, tf.scalar(31, 'int32')) // −1 or 0: all bits or none
  const turned = same('BitwiseXor', bin, same('BitwiseAnd', isNegative, tf.scalar(BINS / 2 - 1, 'int32')))
  const first = concat(units.map(({ size }, unit) => tf.fill([size], (unit * BINS) | (BINS / 2), 'int32')))
  const own = same('BitwiseXor', turned, reshape(first, [1, -1]))
  const table = (weights: Operand, type: 'int32' | 'float32') => dynamicOutput('DenseBincount', [own, tf.scalar(units.length * BINS, 'int32'), weights], { Tidx: int, T: { kind: 'type', value: type } })
  return { counts: known<tf.Tensor2D>(table(tf.tensor2d([], [0, 0], 'int32'), 'int32'), [units.length, BINS]), sums: table(values, 'float32') }
}

function countApart(units: readonly tf.Tensor1D[]): Counted {
  const counts = known<tf.Tensor2D>(dynamicOutput('Pack', units.map(countBits), { T: int, axis: { kind: 'int', value: 0 } }), [units.length, BINS])
  return { counts: tf.concat([tf.reverse(tf.slice(counts, [0, BINS / 2], [-1, -1]), 1), tf.slice(counts, [0, 0], [-1, BINS / 2])], 1), sums: null }
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

function filledBins(counts: tf.Tensor2D, sums: Operand | null, fitted: tf.Tensor2D): Omit<Histograms, 'zeros' | 'notFinite'> {
  const units = counts.shape[0]
  const isFilled = tf.logicalAnd<tf.Tensor2D>(tf.greater(counts, 0), fitted)
  const [unit, place] = placesOf(isFilled)
  const { perUnit, spread } = units === 1 ? inOneRow(place) : inRows(isFilled, place)
  const places = spread(place)
  const among = units === 1 ? place : same('AddV2', same('Mul', unit, tf.scalar(BINS, 'int32')), place)
  const held = spread(gather(tf.reshape(counts, [-1]), among))
  const size = most(rowSum(held), 1)
  const { middles, edges } = binsOf(MANTISSA_BITS)
  const table = (values: Float64Array) => double(gather(tf.tensor1d(Float32Array.from(values)), places)) // float32 has all of them exactly
  const finite = edges.map((edge) => (Math.abs(edge) < 2 ** 128 ? edge : Math.sign(edge) * 2 ** 127))
  const [low, high] = [table(finite.subarray(0, BINS)), table(finite.subarray(1))]
  const means = sums === null ? null : least(most(div(double(spread(gather(reshape(sums, [-1]), among))), most(double(held), 1)), low), high)
  const bins: QuantileBins = { held, below: valuesBelow(held), ...(means === null ? { low, high } : spanned(means, { held, low, high })) }
  return {
    size,
    weights: div(held, size),
    middles: means ?? table(middles),
    filled: reshape(perUnit, [-1, 1]),
    quantile: (share) => quantile(bins, mul(size, share)),
  }
}

/** How what is known of bins that hold something becomes a row for each unit. */
interface Rows {
  /** int32, one a unit. */
  readonly perUnit: Operand
  /** `[bins of all]` to `[units, most bins of one]`. */
  spread(values: Operand): Operand
}

/** With a zero at the end, for what there is nothing of. */
function ended(values: Operand): Operand {
  return concat([values, cast(tf.tensor1d([0], 'int32'), typeOf(values))])
}

/** There is nothing to be filled up but one bin, so that there is one at all. */
function inOneRow(place: Operand): Rows {
  return { perUnit: countOf(place), spread: (values) => reshape(ended(values), [1, -1]) }
}

function inRows(isFilled: tf.Tensor2D, place: Operand): Rows {
  const perUnit = tf.sum<tf.Tensor1D>(tf.cast(isFilled, 'int32'), 1)
  const column = (x: tf.Tensor1D) => tf.reshape(x, [isFilled.shape[0], 1])
  const before = column(tf.cumsum(perUnit, 0, true))
  const [range] = dynamicOp('Range', [tf.scalar(0, 'int32'), tf.maximum(tf.scalar(1, 'int32'), tf.max(perUnit)), tf.scalar(1, 'int32')], { Tidx: int })
  // Bins of a unit follow one another; what is missing of a row is the zero at the end.
  const at = dynamicOutput('SelectV2', [same('Less', range!, column(perUnit)), same('AddV2', range!, before), countOf(place)], { T: int }) // it has one output
  return { perUnit, spread: (values) => gather(ended(values), at) }
}

interface QuantileBins {
  readonly held: Operand
  readonly below: Double
  readonly low: Double
  readonly high: Double
}

/** Ends of what the values of a bin span, as far as their mean tells: a single value is its own. */
function spanned(means: Double, { held, low, high }: Pick<QuantileBins, 'held' | 'low' | 'high'>): { readonly low: Double; readonly high: Double } {
  const half = mul(mul(0.5, sub(high, low)), sub(1, div(1, most(double(held), 1))))
  return { low: sub(means, half), high: add(means, half) }
}

/** Within its bin a quantile lies along a straight line, between two bins in the middle. @param wanted  How many values lie below it, float64 `[units, 1]`. */
function quantile({ held, below, low, high }: QuantileBins, wanted: Double): Double {
  const within = (passed: Operand): Double => {
    const bin = same('Maximum', same('Sub', rowSum(passed), tf.scalar(1, 'int32')), tf.scalar(0, 'int32'))
    const at = (x: Operand) => dynamicOutput('GatherV2', [x, bin, tf.scalar(1, 'int32')], { Tparams: { kind: 'type', value: 'float64' }, Tindices: int, Taxis: int, batch_dims: { kind: 'int', value: 1 } })
    const share = div(sub(wanted, at(below)), most(at(double(held)), 1))
    return add(at(low), mul(share, sub(at(high), at(low))))
  }
  // What fills rows up holds nothing, and lies above all.
  const isHeld = same('Greater', held, tf.scalar(0, 'int32'))
  const [first, next] = [same('Less', below, wanted), both(same('LessEqual', below, wanted), isHeld)].map((passed) => within(cast(passed, 'int32'))) as [Double, Double] // two of two
  return mul(0.5, add(first, next))
}

/** Values in the bins before each. */
function valuesBelow(held: Operand): Double {
  const flags = { exclusive: { kind: 'bool', value: true }, reverse: { kind: 'bool', value: false } } as const
  return double(dynamicOutput('Cumsum', [held, tf.scalar(1, 'int32')], { ...flags, T: int, Tidx: int }))
}
