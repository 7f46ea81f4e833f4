import { dynamicOutput } from '../../../tensorflow/dynamic-tensor.ts'
import { tf } from '../../../tensorflow/tf.ts'
import { add, choose, div, double, isGreater, isLess, mul, root, rowSum, square, sub } from './doubles.ts'
import type { Double } from './doubles.ts'
import { bitcast, both, cast, reshape, same, slice } from './dynamic-ops.ts'
import type { FamilyFit } from './fit-families.ts'
import type { Histograms } from './histogram.ts'
import { piecesOf } from './padding.ts'

/** Values of a unit from which on two sums over all of them take half the time of their histogram. */
export const LARGE = 2 ** 21
/** Values that are looked at to see whether there are zeros, and whether the sums can be right. */
export const DRAWN_OF_LARGE = 2 ** 16

/** A large unit, and what a sample of it has shown. */
export interface SampledUnit {
  /** float32, whole rows: all values, and the zeros that fill up the last row. */
  readonly values: tf.Tensor1D
  /** Σ of each row. */
  readonly rowSums: tf.Tensor1D
  /** Without what fills up. */
  readonly elements: number
  /** float32. */
  readonly sample: tf.Tensor1D
}

export interface SumsFit {
  readonly fit: FamilyFit
  /** float64 `[1, 1]`: share of exact zeros among the elements. */
  readonly zeroShare: Double
}

/**
 * The normal of all values of a large unit, by their mean and mean square, without a bin's width in it.
 *
 * Zeros are counted where the sample holds any. Where the scale is no number or far from the sample's, as for values whose squares a float32
 * does not hold, the sample's fit stands.
 */
export function fitNormalBySums(unit: SampledUnit, histogram: Histograms, sampled: FamilyFit): SumsFit {
  const { values, rowSums, elements, sample } = unit
  const zeros = zerosIn(unit, histogram)
  const size = sub(elements, zeros)
  const location = div(single(double(tf.sum(rowSums))), size)
  const halves = piecesOf(values).map((piece) => double(dynamicOutput('L2Loss', [piece], { T: { kind: 'type', value: 'float32' } })))
  const squares = mul(2, single(halves.reduce((sum, half) => add(sum, half))))
  const scale = root(sub(div(squares, size), square(location)))
  const isUsed = both(isGreater(scale, mul(0.5, sampled.scale)), isLess(scale, mul(2, sampled.scale)))
  return {
    fit: { ...sampled, location: choose(isUsed, location, sampled.location), scale: choose(isUsed, scale, sampled.scale) },
    zeroShare: choose(isUsed, div(zeros, elements), div(single(double(histogram.zeros)), sample.size)),
  }
}

/** Exact zeros among all values, float64 `[1, 1]`; none where the sample has none. */
function zerosIn({ values, elements }: SampledUnit, histogram: Histograms): Double {
  const hasZeros = cast(same('Greater', reshape(histogram.zeros, []), tf.scalar(0)), 'int32')
  // Of no length where there is nothing to be counted, which takes no time.
  const looked = slice(values, tf.scalar(0, 'int32'), same('Mul', hasZeros, tf.scalar(values.size, 'int32')))
  const isZero = dynamicOutput('Equal', [looked, tf.scalar(0)], { T: { kind: 'type', value: 'float32' } })
  // Four bytes of 0 or 1 at a time.
  const counts = dynamicOutput('PopulationCount', [bitcast(reshape(cast(isZero, 'uint8'), [-1, 4]), 'int32')], { T: { kind: 'type', value: 'int32' } })
  const zeros = rowSum(double(reshape(counts, [1, -1])))
  return sub(zeros, mul(double(hasZeros), values.size - elements))
}

function single(x: Double): Double {
  return reshape(x, [1, 1])
}
