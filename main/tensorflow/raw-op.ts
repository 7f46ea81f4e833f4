import type * as TensorFlow from '@tensorflow/tfjs'
import type { Attributes } from './graph.ts'
import { graphBackendName, installGraphBackend, wrapOutput } from './kernels.ts'
import { tf } from './tf.ts'
import { outputOf } from './trace.ts'

/** Any TensorFlow operation, as one kernel of tfjs: so gradients know of it, and refuse to go through it. */
const kernelName = 'LoupeOperation'

interface RawOperation {
  readonly type: string
  readonly attributes: Attributes
  readonly outputs: number
}

/**
 * Adds a TensorFlow operation that tfjs does not have to the running trace.
 *
 * It has no gradient: for one, wrap it in a kernel with a registered gradient.
 *
 * @param attributes  Those without a default. Lengths of input lists follow from the inputs.
 */
export function rawOp(type: string, inputs: readonly TensorFlow.Tensor[], attributes: Attributes, outputs = 1): TensorFlow.Tensor[] {
  const named = Object.fromEntries(inputs.map((input, i) => [String(i).padStart(4, '0'), input]))
  const operation: RawOperation = { type, attributes, outputs }
  // tfjs types attributes as plain values, but hands on what it is given.
  const result: unknown = tf.engine().runKernel(kernelName, named, operation as unknown as TensorFlow.NamedAttrMap)
  return result instanceof tf.Tensor ? [result] : (result as TensorFlow.Tensor[]) // an array for several outputs
}

tf.registerKernel({
  kernelName,
  backendName: graphBackendName,
  kernelFunc: ({ inputs, attrs }) => {
    const { type, attributes, outputs } = attrs as unknown as RawOperation // as given above
    const backend = installGraphBackend()
    const ordered = Object.keys(inputs).sort().map((key) => outputOf(inputs[key] as TensorFlow.Tensor)) // tfjs hands on tensors
    return backend.binding.add(type, attributes, ordered, outputs).map((metadata) => wrapOutput(backend, metadata))
  },
})
