import type * as TensorFlow from '@tensorflow/tfjs'
import type { Attributes } from './graph.ts'
import { installGraphBackend, wrapOutput } from './kernels.ts'
import { outputOf } from './trace.ts'

/**
 * Adds a TensorFlow operation that tfjs does not have to the running trace.
 *
 * No gradient is recorded: give one with `tf.customGrad`, or register the op as a kernel with its gradient.
 *
 * @param attributes  Those without a default. Lengths of input lists follow from the inputs.
 */
export function rawOp(type: string, inputs: readonly TensorFlow.Tensor[], attributes: Attributes, outputs = 1): TensorFlow.Tensor[] {
  const backend = installGraphBackend()
  return backend.binding.add(type, attributes, inputs.map(outputOf), outputs).map((metadata) => wrapOutput(backend, metadata))
}
