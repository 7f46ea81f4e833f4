import { dynamicOutput } from '../../../tensorflow/dynamic-tensor.ts'
import { tf } from '../../../tensorflow/tf.ts'
import { cast, same, typeOf } from './dynamic-ops.ts'
import type { Operand } from './dynamic-ops.ts'

/**
 * Arithmetic in float64, which tfjs does not have.
 *
 * Fits work on at most a few thousand counts, so that it costs nothing; and what would need care in float32 does not: squares of gradients of
 * 1e-20, differences of polygamma functions, sums over ten million.
 */
export type Double = Operand

/** A float64 tensor of a number or of a tensor of any type. A number is rounded to float32. */
export function double(x: number | Operand): Double {
  return cast(typeof x === 'number' ? tf.scalar(x) : x, 'float64')
}

const binary = (type: string) => (a: number | Double, b: number | Double): Double => same(type, double(a), double(b))
const unary = (type: string) => (x: Double): Double => same(type, double(x))

export const add = binary('AddV2')
export const sub = binary('Sub')
export const mul = binary('Mul')
export const div = binary('RealDiv')
export const power = binary('Pow')
export const least = binary('Minimum')
export const most = binary('Maximum')
export const isLess = binary('Less')
export const isGreater = binary('Greater')
export const isAtLeast = binary('GreaterEqual')
export const abs = unary('Abs')
export const negate = unary('Neg')
export const square = unary('Square')
export const root = unary('Sqrt')
export const inverse = unary('Reciprocal')
export const log = unary('Log')
export const log1p = unary('Log1p')
export const exp = unary('Exp')
export const tan = unary('Tan')
export const logGamma = unary('Lgamma')
export const digamma = unary('Digamma')
/** The quantile of the standard normal. */
export const normalQuantile = unary('Ndtri')

export function trigamma(x: Double): Double {
  return same('Polygamma', same('OnesLike', x), x)
}

/** The regularised incomplete beta function I_x(a, b), all of one shape. */
export function incompleteBeta(a: Double, b: Double, x: Double): Double {
  return same('Betainc', a, b, x)
}

export function clamped(x: Double, low: number, high: number): Double {
  return least(most(x, low), high)
}

/** Σ along the second axis, which stays with length 1: `[units, 1]`. */
export function rowSum(x: Double): Double {
  return dynamicOutput('Sum', [x, tf.scalar(1, 'int32')], { T: { kind: 'type', value: typeOf(x) }, Tidx: { kind: 'type', value: 'int32' }, keep_dims: { kind: 'bool', value: true } })
}

/** One or the other, by a mask of the same or a broadcast shape. */
export function choose(mask: Operand, yes: number | Double, no: number | Double): Double {
  return dynamicOutput('SelectV2', [mask, double(yes), double(no)], { T: { kind: 'type', value: 'float64' } })
}

