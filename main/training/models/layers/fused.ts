import { rawOp } from '../../../tensorflow/raw-op.ts'
import { tf } from '../../../tensorflow/tf.ts'
import { isTracing } from '../../../tensorflow/trace.ts'
import { graphBackendName } from '../../../tensorflow/kernels.ts'
import type { Attributes } from '../../../tensorflow/graph.ts'

/**
 * The product of two matrices, `[n, k]` and `[k, m]`.
 *
 * As `tf.matMul`, by TensorFlow's `MatMul` instead of its batched one: TensorFlow fuses only that with a bias and a relu.
 */
export function matMul(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return isTracing() ? run('LoupeMatMul', { a, b }) : tf.matMul(a, b)
}

/** Adds a vector `[channels]` to the last dimension. As `tf.add`, whose gradient sums over the rest in a slower op. */
export function biasAdd(x: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  return isTracing() ? run('LoupeBiasAdd', { x, bias }) : tf.add(x, bias)
}

/** max(x, 0). As `tf.relu`, whose gradient takes six passes over memory and holds on to its input; this one takes one and holds the output. */
export function relu(x: tf.Tensor): tf.Tensor {
  return isTracing() ? run('LoupeRelu', { x }) : tf.relu(x)
}

/** tanh x. As `tf.tanh`, with a gradient of one pass instead of three. */
export function tanh(x: tf.Tensor): tf.Tensor {
  return isTracing() ? run('LoupeTanh', { x }) : tf.tanh(x)
}

/** Sums over all dimensions but the last, in a trace, without a gradient of its own. */
export function sumToLast(x: tf.Tensor): tf.Tensor {
  return op('BiasAddGrad', [x])
}

/** What a function with a gradient of its own gives: its value, what to hold, and the gradients of its inputs from that of its value. */
export interface Differentiable {
  readonly value: tf.Tensor
  /** Tensors of the forward pass that the backward pass reads; anything else is gone by then. */
  readonly saved: readonly tf.Tensor[]
  /** One gradient for each input, in their order. */
  gradients(dy: tf.Tensor, saved: readonly tf.Tensor[]): tf.Tensor[]
}

/** Calls a function that brings its own gradient. As `tf.customGrad`, in types that tell inputs from the saving function. */
export function withGradient(inputs: readonly tf.Tensor[], define: () => Differentiable): tf.Tensor {
  return tf.customGrad((...given) => {
    const { value, saved, gradients } = define()
    const save = given.at(-1) as tf.GradSaveFunc // customGrad appends it to the inputs
    save([...saved])
    return { value, gradFunc: gradients }
  })(...inputs)
}

/** A product of matrices in a trace, without a gradient of its own. */
export function product(a: tf.Tensor, b: tf.Tensor, transposed: 'none' | 'first' | 'second' = 'none'): tf.Tensor {
  return op('MatMul', [a, b], {
    transpose_a: { kind: 'bool', value: transposed === 'first' },
    transpose_b: { kind: 'bool', value: transposed === 'second' },
  })
}

tf.registerKernel({
  kernelName: 'LoupeMatMul',
  backendName: graphBackendName,
  kernelFunc: ({ inputs }) => product(...pair(inputs['a'], inputs['b']), 'none'),
})
tf.registerGradient({
  kernelName: 'LoupeMatMul',
  inputsToSave: ['a', 'b'],
  gradFunc: (dy, [a, b]) => ({
    a: () => product(...pair(dy, b), 'second'),
    b: () => product(...pair(a, dy), 'first'),
  }),
})

tf.registerKernel({
  kernelName: 'LoupeBiasAdd',
  backendName: graphBackendName,
  kernelFunc: ({ inputs }) => op('BiasAdd', pair(inputs['x'], inputs['bias'])),
})
tf.registerGradient({
  kernelName: 'LoupeBiasAdd',
  gradFunc: (dy) => ({ x: () => tf.clone(single(dy)), bias: () => sumToLast(single(dy)) }),
})

tf.registerKernel({ kernelName: 'LoupeRelu', backendName: graphBackendName, kernelFunc: ({ inputs }) => op('Relu', [single(inputs['x'])]) })
tf.registerGradient({ kernelName: 'LoupeRelu', outputsToSave: [true], gradFunc: (dy, [y]) => ({ x: () => op('ReluGrad', pair(dy, y)) }) })

tf.registerKernel({ kernelName: 'LoupeTanh', backendName: graphBackendName, kernelFunc: ({ inputs }) => op('Tanh', [single(inputs['x'])]) })
tf.registerGradient({ kernelName: 'LoupeTanh', outputsToSave: [true], gradFunc: (dy, [y]) => ({ x: () => op('TanhGrad', pair(y, dy)) }) })

function run(kernel: string, inputs: Record<string, tf.Tensor>): tf.Tensor {
  return single(tf.engine().runKernel(kernel, inputs))
}

function op(type: string, inputs: readonly tf.Tensor[], attributes: Attributes = {}): tf.Tensor {
  return single(rawOp(type, inputs, attributes)[0])
}

/** tfjs types kernels' inputs, saved tensors and gradients as one tensor or many; here each is one. */
function single(value: unknown): tf.Tensor {
  if (value instanceof tf.Tensor) return value
  throw new TypeError('A kernel was given something other than one tensor.')
}

function pair(a: unknown, b: unknown): [tf.Tensor, tf.Tensor] {
  return [single(a), single(b)]
}
