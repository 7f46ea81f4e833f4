import { dynamicOp, dynamicOutput, fixed } from '../../../tensorflow/dynamic-tensor.ts'
import type { DynamicTensor } from '../../../tensorflow/dynamic-tensor.ts'
import { tf } from '../../../tensorflow/tf.ts'

/** What an operation takes: a tensor of tfjs, or one whose size the step only knows when it runs. */
export type Operand = DynamicTensor | tf.Tensor
/** An element type that a message may hold. */
export type ElementType = DynamicTensor['type']

const typed = (value: ElementType) => ({ kind: 'type', value }) as const

export function typeOf(x: Operand): ElementType {
  return x instanceof tf.Tensor ? (x.dtype as ElementType) : x.type // traces hold float32, int32 and bool
}

export function cast(x: Operand, type: ElementType): Operand {
  return typeOf(x) === type ? x : dynamicOutput('Cast', [x], { SrcT: typed(typeOf(x)), DstT: typed(type) })
}

/** The same bits as another type; where the sizes of elements differ, the last axis goes or comes. */
export function bitcast(x: Operand, type: ElementType): DynamicTensor {
  return dynamicOutput('Bitcast', [x], { T: typed(typeOf(x)), type: typed(type) })
}

/** An operation whose inputs and output have one type, such as `Mul`, or whose output is bool, such as `Less`. */
export function same(type: string, ...inputs: readonly Operand[]): DynamicTensor {
  return dynamicOutput(type, inputs, { T: typed(typeOf(inputs[0]!)) }) // at least one is given
}

export function both(a: Operand, b: Operand): DynamicTensor {
  return dynamicOutput('LogicalAnd', [a, b], {})
}

export function either(a: Operand, b: Operand): DynamicTensor {
  return dynamicOutput('LogicalOr', [a, b], {})
}

/** @param shape  One length may be −1: what is left. */
export function reshape(x: Operand, shape: readonly number[] | Operand): DynamicTensor {
  return dynamicOutput('Reshape', [x, isOperand(shape) ? shape : ints(shape)], { T: typed(typeOf(x)), Tshape: typed('int32') })
}

/** Rows of `x` along its first axis. */
export function gather(x: Operand, indices: Operand): DynamicTensor {
  return dynamicOutput('GatherV2', [x, indices, tf.scalar(0, 'int32')], { Tparams: typed(typeOf(x)), Tindices: typed(typeOf(indices)), Taxis: typed('int32') })
}

/** Where a mask of one axis is true: int32 `[k]`, ascending. */
export function indicesOf(mask: Operand): Operand {
  return cast(reshape(dynamicOutput('Where', [mask], { T: typed('bool') }), [-1]), 'int32')
}

/** Where a matrix is true: int32 rows and columns, both `[k]`, row by row. */
export function placesOf(mask: Operand): readonly [rows: DynamicTensor, columns: DynamicTensor] {
  const places = cast(dynamicOutput('Where', [mask], { T: typed('bool') }), 'int32')
  const [rows, columns] = dynamicOp('Unpack', [places], { T: typed('int32'), num: { kind: 'int', value: 2 }, axis: { kind: 'int', value: 1 } }, 2)
  return [rows!, columns!] // two were asked for
}

/** Elements, as an int32 scalar. */
export function countOf(x: Operand): DynamicTensor {
  return dynamicOutput('Size', [x], { T: typed(typeOf(x)), out_type: typed('int32') })
}

/** One tensor after the other, along the first axis. */
export function concat(parts: readonly Operand[]): Operand {
  const [first] = parts
  if (parts.length === 1) return first!
  return dynamicOutput('ConcatV2', [...parts, tf.scalar(0, 'int32')], { T: typed(typeOf(first!)), Tidx: typed('int32') })
}

/** Columns side by side. */
export function concat2(columns: readonly Operand[]): DynamicTensor {
  return dynamicOutput('ConcatV2', [...columns, tf.scalar(1, 'int32')], { T: typed(typeOf(columns[0]!)), Tidx: typed('int32') }) // at least one is given
}

/** A part of the first axis. */
export function slice(x: Operand, begin: Operand, length: Operand): DynamicTensor {
  return dynamicOutput('Slice', [x, reshape(begin, [1]), reshape(length, [1])], { T: typed(typeOf(x)), Index: typed('int32') })
}

/** The same value as often as `count` says, `[count]`. */
export function filled(count: Operand, value: tf.Scalar): DynamicTensor {
  return dynamicOutput('Fill', [reshape(count, [1]), value], { T: typed(typeOf(value)), index_type: typed('int32') })
}

/**
 * Σ of the values of each index, `[size]`; 0 where there is none.
 *
 * @param indices  int32 `[k]`. Where some occur more than once, the order of the additions is the device's.
 */
export function scatterSum(indices: Operand, values: Operand, size: number): DynamicTensor {
  return dynamicOutput('ScatterNd', [reshape(indices, [-1, 1]), values, ints([size])], { T: typed(typeOf(values)), Tindices: typed('int32') })
}

/** A tensor with values added at indices, each of which occurs once. */
export function scatterOnto(x: Operand, indices: Operand, values: Operand): DynamicTensor {
  return dynamicOutput('TensorScatterAdd', [x, reshape(indices, [-1, 1]), values], { T: typed(typeOf(values)), Tindices: typed('int32') })
}

/** Σ along the second axis of a matrix. */
export function sumOfRows(matrix: Operand): DynamicTensor {
  return dynamicOutput('Sum', [matrix, tf.scalar(1, 'int32')], { T: typed(typeOf(matrix)), Tidx: typed('int32') })
}

/** What the values of each segment give together, `[segments]`; 0 for `Sum` where there are none. */
export function segmented(reduce: 'Sum' | 'Max' | 'Min', values: Operand, { segment, segments }: { readonly segment: Operand; readonly segments: number }): DynamicTensor {
  return dynamicOutput(`UnsortedSegment${reduce}`, [values, segment, tf.scalar(segments, 'int32')], { T: typed(typeOf(values)), Tindices: typed('int32'), Tnumsegments: typed('int32') })
}

export function ints(values: readonly number[]): tf.Tensor1D {
  return tf.tensor1d([...values], 'int32')
}

export function isOperand(x: readonly number[] | Operand): x is Operand {
  return !Array.isArray(x)
}

/** For tfjs' own ops, where the shape is known after all. */
export function known<T extends tf.Tensor>(x: Operand, shape: readonly number[]): T {
  return (x instanceof tf.Tensor ? tf.reshape(x, [...shape]) : fixed(x, shape)) as T // the rank is that of the shape
}
