import { graphBackendName } from './kernels.ts'
import { rawOp } from './raw-op.ts'
import { tf } from './tf.ts'
import { isTracing } from './trace.ts'

/**
 * Adds a vector `[channels]` to the last dimension.
 *
 * As `tf.add`, by TensorFlow's `BiasAdd`: TensorFlow fuses that with the product or convolution before it and the relu after
 * it, and its gradient with the gradient of the convolution.
 */
export function biasAdd(x: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  return isTracing() ? single(tf.engine().runKernel('LoupeBiasAdd', { x, bias })) : tf.add(x, bias)
}

/** Sums over all dimensions but the last, `[channels]`, in a trace: twice as fast as `tf.sum`. Has no gradient of its own. */
export function sumToLast(x: tf.Tensor): tf.Tensor {
  return single(rawOp('BiasAddGrad', [x], {})[0])
}

tf.registerKernel({
  kernelName: 'LoupeBiasAdd',
  backendName: graphBackendName,
  kernelFunc: ({ inputs }) => single(rawOp('BiasAdd', [single(inputs['x']), single(inputs['bias'])], {})[0]),
})
tf.registerGradient({
  kernelName: 'LoupeBiasAdd',
  gradFunc: (dy) => ({ x: () => tf.clone(single(dy)), bias: () => sumToLast(single(dy)) }),
})

/** tfjs types what kernels and gradients take and give as one tensor or many; here each is one. */
function single(value: unknown): tf.Tensor {
  if (value instanceof tf.Tensor) return value
  throw new TypeError('A kernel was given something other than one tensor.')
}
