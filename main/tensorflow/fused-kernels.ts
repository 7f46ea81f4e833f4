import type * as TensorFlow from '@tensorflow/tfjs'
import type { BatchNorm } from './norms.ts'
import { rawOp } from './raw-op.ts'
import { tf } from './tf.ts'
import { graphBackendName } from './kernels.ts'

const float = { kind: 'type', value: 'float32' } as const
const int = { kind: 'type', value: 'int32' } as const

/** One op forward and none backward: TensorFlow's op gives the gradient along with the loss. */
export function fusedSparseSoftmaxCrossEntropy(logits: TensorFlow.Tensor2D, labels: TensorFlow.Tensor1D): TensorFlow.Tensor1D {
  return single(tf.engine().runKernel('LoupeSparseSoftmaxCrossEntropy', { logits, labels })) as TensorFlow.Tensor1D // as shaped by the op
}

/** ½ Σ x² is one op in TensorFlow. */
export function fusedSquaredNorm(x: TensorFlow.Tensor): TensorFlow.Scalar {
  return single(tf.engine().runKernel('LoupeSquaredNorm', { x })) as TensorFlow.Scalar // as shaped by the op
}

export function fusedBatchNorm({ x, scale, offset, epsilon }: { x: TensorFlow.Tensor; scale: TensorFlow.Tensor1D; offset: TensorFlow.Tensor1D; epsilon: number }): BatchNorm {
  const channels = x.shape.at(-1) ?? 1
  const positions = x.size / channels
  const flat = x.rank === 4 ? x : tf.reshape(x, [1, 1, positions, channels])
  // An array, as the kernel below gives several outputs.
  const [y, mean, variance] = tf.engine().runKernel('LoupeBatchNorm', { x: flat, scale, offset }, { epsilon }) as unknown as [TensorFlow.Tensor, TensorFlow.Tensor1D, TensorFlow.Tensor1D]
  // TensorFlow's second output is the estimate divided by n − 1.
  return { y: tf.reshape(y, x.shape), mean, variance: tf.mul<TensorFlow.Tensor1D>(variance, (positions - 1) / positions) }
}

tf.registerKernel({
  kernelName: 'LoupeSparseSoftmaxCrossEntropy',
  backendName: graphBackendName,
  kernelFunc: ({ inputs }) => {
    const { logits, labels } = inputs as unknown as { logits: TensorFlow.Tensor; labels: TensorFlow.Tensor }
    return rawOp('SparseSoftmaxCrossEntropyWithLogits', [logits, labels], { T: float, Tlabels: int }, 2)
  },
})
tf.registerGradient({
  kernelName: 'LoupeSparseSoftmaxCrossEntropy',
  outputsToSave: [false, true],
  gradFunc: (dy, saved) => ({
    logits: () => tf.mul(tf.expandDims(first(dy), 1), first(saved)),
  }),
})

tf.registerKernel({
  kernelName: 'LoupeSquaredNorm',
  backendName: graphBackendName,
  kernelFunc: ({ inputs }) => {
    const [half] = rawOp('L2Loss', [inputs['x'] as TensorFlow.Tensor], { T: float })
    return tf.mul(first([half]), 2)
  },
})
tf.registerGradient({ kernelName: 'LoupeSquaredNorm', inputsToSave: ['x'], gradFunc: (dy, saved) => ({ x: () => tf.mul(first(saved), tf.mul(first(dy), 2)) }) })

tf.registerKernel({
  kernelName: 'LoupeBatchNorm',
  backendName: graphBackendName,
  kernelFunc: ({ inputs, attrs }) => {
    const { x, scale, offset } = inputs as unknown as { x: TensorFlow.Tensor; scale: TensorFlow.Tensor; offset: TensorFlow.Tensor }
    const none = tf.tensor1d([], 'float32')
    return rawOp('FusedBatchNormV3', [x, scale, offset, none, none], batchNormAttributes(attrs), 6)
  },
})
tf.registerGradient({
  kernelName: 'LoupeBatchNorm',
  inputsToSave: ['x', 'scale'],
  outputsToSave: [false, false, false, true, true, true],
  gradFunc: (dy, saved, attrs) => {
    const [x, scale, ...reserved] = saved
    // Here and not in the functions below: tfjs disposes of what those make and do not return.
    const gradients = rawOp('FusedBatchNormGradV3', [first(dy), first([x]), first([scale]), ...reserved], batchNormAttributes(attrs), 3)
    return { x: () => first(gradients), scale: () => first(gradients.slice(1)), offset: () => first(gradients.slice(2)) }
  },
})

function batchNormAttributes(attrs: TensorFlow.NamedAttrMap | undefined) {
  return { T: float, U: float, epsilon: { kind: 'float', value: Number(attrs?.['epsilon']) }, is_training: { kind: 'bool', value: true } } as const
}

function first(tensors: TensorFlow.Tensor | readonly (TensorFlow.Tensor | undefined)[]): TensorFlow.Tensor {
  const tensor = tensors instanceof tf.Tensor ? tensors : tensors[0]
  if (!tensor) throw new Error('An operation gave fewer tensors than it should.')
  return tensor
}

function single(result: unknown): TensorFlow.Tensor {
  return first(result as TensorFlow.Tensor | TensorFlow.Tensor[]) // a tensor for one output, an array for several
}
