import { tf } from '../../../tensorflow/tf.ts'
import { choose, div, double, mul, sub } from './doubles.ts'
import type { Double } from './doubles.ts'
import { cast, known, reshape, same } from './dynamic-ops.ts'
import { familyIds } from './fit-families.ts'
import type { FamilyId } from './fit-families.ts'
import type { UnitFits } from './family-fits.ts'
import type { Limits } from './selection.ts'
import { tailDistance } from './tail-distance.ts'
import { unitElements } from './unit-table.ts'
import type { FlatLayout } from '../../../training/exchange/flat-layout.ts'

/** What became of a unit, by the number that readings tell. All but the first send what is not 0, which is the same as sending all. */
export const unitStatuses = ['fitted', 'no-spread', 'too-many-zeros', 'too-small'] as const
const statusOf = (status: (typeof unitStatuses)[number]) => tf.scalar(unitStatuses.indexOf(status), 'int32')

/** Fewest values that a fit says anything of. */
const FEWEST_VALUES = 8
/** The smallest number that is not taken for 0. */
const SMALLEST = 2 ** -126

export interface LimitOptions {
  readonly distribution: FamilyId | 'auto'
  readonly side: 'both' | 'upper' | 'lower'
  /** float32 scalar. */
  readonly ratio: tf.Scalar
  /** float32 `[units]`: what the distance from the location is multiplied by. */
  readonly factor: tf.Tensor1D | null
}

/** The limits at which each unit's fitted distribution has the ratio beyond them, and what became of the unit, int32 `[units]`. */
export function limitsOf(layout: FlatLayout, fits: UnitFits, { distribution, side, ratio, factor }: LimitOptions): Limits & { readonly status: tf.Tensor1D } {
  const units = layout.units.length
  const status = statuses(layout, fits, ratio)
  const [location, scale, degrees] = tf.unstack(fits.constants, 1).map((constant) => double(tf.reshape(constant, [units, 1]))) as [Double, Double, Double] // three columns
  const asked = div(double(ratio), sub(1, double(tf.reshape(fits.zeroShare, [units, 1]))))
  const tail = side === 'both' ? mul(0.5, asked) : asked
  const standard = distribution === 'auto' ? byFamily(fits.family, tail, degrees) : tailDistance(distribution, tail, degrees)
  const distance = mul(mul(standard, scale), factor === null ? 1 : double(tf.reshape(factor, [units, 1])))
  const isFitted = tf.equal(status, statusOf('fitted'))
  const limit = (value: Double | null, without: number, otherwise: number) =>
    tf.where(isFitted, value === null ? tf.fill([units], without) : known<tf.Tensor1D>(cast(value, 'float32'), [units]), tf.fill([units], otherwise)) as tf.Tensor1D // of one shape
  return {
    lower: limit(side === 'upper' ? null : sub(location, distance), -Infinity, -SMALLEST),
    upper: limit(side === 'lower' ? null : same('AddV2', location, distance), Infinity, SMALLEST),
    status,
  }
}

function byFamily(family: tf.Tensor1D, tail: Double, degrees: Double): Double {
  const column = reshape(family, [-1, 1])
  return familyIds.reduce<Double>((chosen, id, index) => choose(same('Equal', column, tf.scalar(index, 'int32')), tailDistance(id, tail, degrees), chosen), double(0))
}

/** Later cases go before earlier ones. */
function statuses(layout: FlatLayout, { zeroShare, hasSpread }: UnitFits, ratio: tf.Scalar): tf.Tensor1D {
  const count = unitElements(layout)
  const left = tf.mul(count, tf.sub(1, zeroShare))
  const isSmall = tf.less(count, FEWEST_VALUES)
  const isOnly = tf.logicalAnd(tf.less(left, 1.5), tf.logicalNot(isSmall))
  const hasManyZeros = tf.logicalAnd(tf.greater(zeroShare, 0), tf.greaterEqual(ratio, tf.sub(1, zeroShare)))
  const cases: readonly (readonly [tf.Tensor, (typeof unitStatuses)[number]])[] = [
    [tf.less(tf.mul(count, ratio), 1 - 1e-6), 'too-small'],
    [tf.equal(hasSpread, 0), 'no-spread'],
    [hasManyZeros, 'too-many-zeros'],
    [tf.less(left, FEWEST_VALUES - 0.5), 'too-small'],
    [isOnly, 'no-spread'],
  ]
  const fitted: tf.Tensor = tf.zeros([layout.units.length], 'int32')
  return cases.reduce((status, [holds, name]) => tf.where(holds, statusOf(name), status), fitted) as tf.Tensor1D // one a unit
}
