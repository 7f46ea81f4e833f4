import type * as TensorFlow from '@tensorflow/tfjs'
import { LoupeError } from '../contract/errors.ts'
import type { OutputReference } from './c-api.ts'
import { elementBytes, sizeOf } from './element-types.ts'
import type { DataType } from './element-types.ts'
import type { Attributes } from './graph.ts'
import { installGraphBackend } from './kernels.ts'
import { tf } from './tf.ts'
import { isTracing, outputOf, tensorOf } from './trace.ts'

/**
 * A tensor of the running trace whose size depends on values, such as the indices beyond a threshold, or whose element type tfjs does not
 * have. tfjs' own ops do not take it: {@link dynamicOp} does, and {@link fixed} gives it to them where the size is known after all.
 */
export interface DynamicTensor {
  readonly output: OutputReference
  readonly type: DataType
}

/**
 * Adds a TensorFlow operation whose outputs may have any size to the running trace.
 *
 * It has no gradient, and there is none on the reference.
 *
 * @param attributes  Those without a default. Lengths of input lists follow from the inputs.
 */
export function dynamicOp(type: string, inputs: readonly (TensorFlow.Tensor | DynamicTensor)[], attributes: Attributes, outputs = 1): DynamicTensor[] {
  if (!isTracing()) throw new LoupeError('unsupported', `${type} has an output whose size depends on values, which only a trace of TensorFlow can hold.`, { operation: type })
  const { binding } = installGraphBackend()
  const scope = binding.scope
  if (scope === null) throw new LoupeError('internal', `${type} was added outside of a trace.`)
  const references = inputs.map((input) => (input instanceof tf.Tensor ? outputOf(input) : input.output))
  return binding.addRaw(type, attributes, references, outputs).map((output) => ({ output, type: scope.graph.typeOf(output) }))
}

/** The one output of an operation that has one; see {@link dynamicOp}. */
export function dynamicOutput(type: string, inputs: readonly (TensorFlow.Tensor | DynamicTensor)[], attributes: Attributes): DynamicTensor {
  const [output] = dynamicOp(type, inputs, attributes)
  if (output === undefined) throw new LoupeError('internal', `${type} gave no output.`)
  return output
}

/** A float32 or int32 tensor of a known shape, for tfjs' ops. A size that turns out to be another fails the call. */
export function fixed(tensor: DynamicTensor, shape: readonly number[]): TensorFlow.Tensor {
  const attributes = { T: { kind: 'type', value: tensor.type }, Tshape: { kind: 'type', value: 'int32' } } as const
  return tensorOf(dynamicOutput('Reshape', [tensor, tf.tensor1d([...shape], 'int32')], attributes).output, 'Reshape')
}

/** Bytes that the elements of a tensor take when it crosses to another device or machine: float32 scalar, known when the step runs. */
export function byteLength(tensor: DynamicTensor | TensorFlow.Tensor): TensorFlow.Scalar {
  if (tensor instanceof tf.Tensor) return tf.scalar(sizeOf(tensor.shape) * elementBytes[tensor.dtype as DataType]) // traces hold float32, int32 and bool
  const elements = fixed(dynamicOutput('Size', [tensor], { T: { kind: 'type', value: tensor.type }, out_type: { kind: 'type', value: 'int32' } }), [])
  return tf.mul<TensorFlow.Scalar>(tf.cast(elements, 'float32'), elementBytes[tensor.type])
}
