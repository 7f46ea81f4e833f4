import { createRequire } from 'node:module'
import type * as TensorFlow from '@tensorflow/tfjs'
import { GraphBinding } from './graph-binding.ts'
import type { KernelAttribute, TensorMetadata } from './graph-binding.ts'
import { registerKernelOverrides } from './kernel-overrides.ts'
import { tf } from './tf.ts'

/** The part of tfjs-node's kernel backend that is used from outside; its own types hide some of it. */
export interface KernelBackend extends TensorFlow.KernelBackend {
  readonly binding: GraphBinding
  createOutputTensor(metadata: TensorMetadata): TensorFlow.Tensor
  getInputTensorIds(tensors: readonly TensorFlow.TensorInfo[]): number[]
  executeSingleOutput(name: string, attributes: readonly KernelAttribute[], inputs: readonly TensorFlow.TensorInfo[]): TensorFlow.Tensor
}

/** The backend that turns tfjs ops into operations of a graph. One a process, as tfjs has one engine a process. */
export interface GraphBackend {
  readonly binding: GraphBinding
  readonly kernels: KernelBackend
}

/** Name under which tfjs-node's kernels are registered. */
export const graphBackendName = 'tensorflow'

let installed: GraphBackend | null = null

/**
 * Registers tfjs-node's kernels on a {@link GraphBinding}, on the first call.
 *
 * This is the only place that imports them: their `index.js` would load the native add-on, which is not used.
 */
export function installGraphBackend(): GraphBackend {
  if (installed) return installed
  const require = createRequire(import.meta.url)
  restoreUtil(require('node:util') as Record<string, unknown>) // the CommonJS object is the one that the kernels read
  const { NodeJSKernelBackend } = require('@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js') as {
    NodeJSKernelBackend: new (binding: GraphBinding, packageName: string) => KernelBackend
  }
  const binding = new GraphBinding()
  const kernels = new NodeJSKernelBackend(binding, '@tensorflow/tfjs-node-gpu')
  tf.registerBackend(graphBackendName, () => kernels, 0)
  require('@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js')
  registerKernelOverrides(graphBackendName)
  installed = { binding, kernels }
  return installed
}

/** Makes a tfjs tensor of an output of the graph. */
export function wrapOutput(backend: GraphBackend, metadata: TensorMetadata): TensorFlow.Tensor {
  return backend.kernels.createOutputTensor(metadata)
}

/** tfjs-node 4.22 calls two functions of `util`: Node 23 took one away, and warns of the other at every start. */
function restoreUtil(util: Record<string, unknown>): void {
  util['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined
  util['isArray'] = Array.isArray
}
