import { LoupeError } from '../../contract/errors.ts'
import { biasAdd } from '../../tensorflow/ops.ts'
import type { HostArrays, Tensors } from '../../tensorflow/runtime.ts'
import { tf } from '../../tensorflow/tf.ts'
import { lecunNormal, sizeOf, zeros } from '../models/initializers.ts'
import type { ParameterSpec, Shape } from '../models/layers/layer.ts'
import type { Random } from '../random.ts'
import { resample } from './resampling.ts'

/** Features of two shapes, each of one example: `[width]`, `[tokens, width]` or `[height, width, channels]`. */
export interface AdaptorEnds {
  /** The student's. */
  readonly from: Shape
  /** The target's. */
  readonly to: Shape
}

/**
 * Makes a student's feature and its target comparable: both become `[batch, ...shape]`.
 *
 * It is trained along with the student and left out after: its parameters and products count in training, not in what is exported.
 */
export interface Adaptor {
  readonly shape: Shape
  /** `PREFIX/kernel` `[from's width, to's width]` and `PREFIX/bias` `[to's width]`; none where the widths are equal. */
  parameters(prefix: string): readonly ParameterSpec[]
  init(prefix: string, random: Random): HostArrays
  /** @param x  float32 `[batch, ...from]`. Differentiable, as are the parameters. */
  applyToStudent(prefix: string, parameters: Tensors, x: tf.Tensor): tf.Tensor
  /** Fewer places where the target has more; else the target itself. @param x  float32 `[batch, ...to]`. */
  applyToTarget(x: tf.Tensor): tf.Tensor
  readonly cost: {
    readonly parameters: number
    /** Multiply-accumulates of one example's linear map; resampling is not counted, as pooling is not. */
    readonly macsPerExample: number
  }
}

/**
 * Plans what makes a student's feature comparable with a target of another shape; null where they have the same.
 *
 * Widths that differ: a linear map with bias of the student's last axis, which is a dense layer, a projection of each token or a 1×1
 * convolution. Numbers of tokens or pixels that differ: the larger is brought to the smaller, axis by axis, by average pooling where the
 * one divides the other and else by bilinear resizing ({@link resample}), and before the linear map.
 *
 * @throws LoupeError `shape-mismatch` where one has tokens or pixels and the other has not, or not the same axes of them.
 *
 * @example From [7, 7, 32] to [14, 14, 64]: the target is pooled by 2 × 2, the student mapped by 32·64 + 64 = 2,112 parameters.
 * @see Romero et al. 2015, "FitNets: hints for thin deep nets", arXiv:1412.6550, whose regressor is a convolution that also shrinks.
 */
export function planAdaptor({ from, to }: AdaptorEnds): Adaptor | null {
  requireComparable(from, to)
  if (from.every((side, axis) => side === to[axis])) return null
  const [inputs, width] = [from.at(-1) ?? 1, to.at(-1) ?? 1]
  const places = from.slice(0, -1).map((side, axis) => Math.min(side, to[axis] ?? side))
  const isMapped = inputs !== width
  const parameters = (prefix: string) => (isMapped ? linearMap(prefix, inputs, width) : [])
  return {
    shape: [...places, width],
    parameters,
    init: (prefix, random) =>
      Object.fromEntries(parameters(prefix).map(({ name, shape, initializer }) => [name, { shape, type: 'float32' as const, values: initializer(shape, random) }])),
    applyToStudent: (prefix, given, x) => {
      requireFeature(x, from, 'student')
      const placed = toPlaces(x, places)
      return isMapped ? mapLast(placed, parameterOf(given, `${prefix}/kernel`), parameterOf(given, `${prefix}/bias`)) : placed
    },
    applyToTarget: (x) => {
      requireFeature(x, to, 'target')
      return toPlaces(x, places)
    },
    cost: isMapped ? { parameters: inputs * width + width, macsPerExample: sizeOf(places) * inputs * width } : { parameters: 0, macsPerExample: 0 },
  }
}

function linearMap(prefix: string, inputs: number, width: number): readonly ParameterSpec[] {
  return [
    { name: `${prefix}/kernel`, shape: [inputs, width], initializer: lecunNormal },
    { name: `${prefix}/bias`, shape: [width], initializer: zeros },
  ]
}

/** Every axis but the first, the batch, and the last. */
function toPlaces(x: tf.Tensor, places: Shape): tf.Tensor {
  return places.reduce((resampled, side, axis) => resample(resampled, axis + 1, side), x)
}

function mapLast(x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  const rows = tf.reshape<tf.Rank.R2>(x, [-1, kernel.shape[0] ?? 1])
  return tf.reshape(biasAdd(tf.matMul(rows, kernel as tf.Tensor2D), bias), [...x.shape.slice(0, -1), kernel.shape[1] ?? 1]) // a kernel is [in, out]
}

function parameterOf(parameters: Tensors, name: string): tf.Tensor {
  const parameter = parameters[name]
  if (!parameter) throw new LoupeError('internal', `An adaptor reads the parameter "${name}", which was not given. Given: ${Object.keys(parameters).join(', ')}.`, { name })
  return parameter
}

function requireFeature(x: tf.Tensor, shape: Shape, whose: string): void {
  if (x.rank === shape.length + 1 && shape.every((side, axis) => side === x.shape[axis + 1])) return
  throw new LoupeError('shape-mismatch', `An adaptor was planned for a ${whose}'s feature [batch, ${shape.join(', ')}], and got [${x.shape.join(', ')}]. Plan it for the shapes at hand.`, { planned: shape, given: x.shape })
}

function requireComparable(from: Shape, to: Shape): void {
  if (from.length === to.length && from.length >= 1 && from.length <= 3 && [...from, ...to].every((side) => Number.isInteger(side) && side >= 1)) return
  throw new LoupeError(
    'shape-mismatch',
    `No adaptor leads from a student's feature [${from.join(', ')}] to a target of [${to.join(', ')}]. Both need to be rows [width], tokens [tokens, width] or images [height, width, channels]: choose blocks whose features are of one sort.`,
    { from, to },
  )
}
