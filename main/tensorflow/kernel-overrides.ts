import type * as TensorFlow from '@tensorflow/tfjs'
import type { KernelBackend } from './kernels.ts'
import { tf } from './tf.ts'

/** Kernels that replace tfjs-node's own, which read values or take a detour. */
export function registerKernelOverrides(backendName: string): void {
  const overrides: Readonly<Record<string, TensorFlow.KernelFunc>> = { GatherV2: gather, BatchMatMul: matMul }
  for (const [kernelName, kernelFunc] of Object.entries(overrides)) {
    tf.unregisterKernel(kernelName, backendName)
    tf.registerKernel({ kernelName, backendName, kernelFunc })
  }
}

/** Products of two matrices by the op for matrices: tfjs-node takes the one for batches of matrices, which is not fused with what follows. */
const matMul: TensorFlow.KernelFunc = ({ inputs, attrs, backend }) => {
  const { a, b } = inputs as unknown as { a: TensorFlow.Tensor; b: TensorFlow.Tensor }
  const { transposeA, transposeB } = attrs as unknown as { transposeA: boolean; transposeB: boolean }
  const kernels = backend as KernelBackend // the backend that it is registered for
  const { binding } = kernels
  const areMatrices = a.shape.length === 2 && b.shape.length === 2
  return kernels.executeSingleOutput(
    areMatrices ? 'MatMul' : 'BatchMatMulV2',
    [
      { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
      { name: areMatrices ? 'transpose_a' : 'adj_x', type: binding.TF_ATTR_BOOL, value: transposeA },
      { name: areMatrices ? 'transpose_b' : 'adj_y', type: binding.TF_ATTR_BOOL, value: transposeB },
    ],
    [a, b],
  )
}

/** Gathers without reading the indices, which tfjs-node's own kernel does to check them. TensorFlow checks them when the step runs. */
const gather: TensorFlow.KernelFunc = ({ inputs, attrs, backend }) => {
  const { x, indices } = inputs as unknown as { x: TensorFlow.Tensor; indices: TensorFlow.Tensor }
  const { axis, batchDims } = attrs as unknown as { axis: number; batchDims: number }
  const kernels = backend as KernelBackend // the backend that it is registered for
  const { binding } = kernels
  const typeOf = (tensor: TensorFlow.TensorInfo) => (tensor.dtype === 'int32' ? binding.TF_INT32 : tensor.dtype === 'bool' ? binding.TF_BOOL : binding.TF_FLOAT)
  const along = tf.scalar(axis, 'int32')
  return kernels.executeSingleOutput(
    'GatherV2',
    [
      { name: 'batch_dims', type: binding.TF_ATTR_INT, value: batchDims },
      { name: 'Tparams', type: binding.TF_ATTR_TYPE, value: typeOf(x) },
      { name: 'Tindices', type: binding.TF_ATTR_TYPE, value: typeOf(indices) },
      { name: 'Taxis', type: binding.TF_ATTR_TYPE, value: binding.TF_INT32 },
    ],
    [x, indices, along],
  )
}
