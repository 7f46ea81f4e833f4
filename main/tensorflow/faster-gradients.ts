import type * as TensorFlow from '@tensorflow/tfjs'
import type { Attributes } from './graph.ts'
import { rawOp } from './raw-op.ts'
import { tf } from './tf.ts'
import { isTracing } from './trace.ts'

let registered = false
type Gradient = TensorFlow.GradFunc

/**
 * Gradients that TensorFlow has an op for, or that tfjs computes by way of whole arrays of ones.
 *
 * tfjs' gradient of relu alone is six passes over the activations. On the reference backend its own gradients stay, so that tests
 * compare the two.
 */
export function registerFasterGradients(): void {
  if (registered) return
  registered = true
  for (const [kernelName, type] of Object.entries({ Relu: 'ReluGrad', Relu6: 'Relu6Grad', Elu: 'EluGrad' })) {
    // Of the output, not of the input: then the input's memory is free, and relu can work in place.
    replace(kernelName, (dy, [y]) => ({ x: () => onlyOutput(type, [dy, y]) }))
  }
  for (const [kernelName, type] of Object.entries({ Tanh: 'TanhGrad', Sigmoid: 'SigmoidGrad', Sqrt: 'SqrtGrad', Rsqrt: 'RsqrtGrad' })) {
    replace(kernelName, (dy, [y]) => ({ x: () => onlyOutput(type, [y, dy]) }))
  }
  replaceReduction('Sum', () => 1)
  replaceReduction('Mean', (x, y) => y.size / x.size)
}

/** Registers a gradient that is given the gradient of the output and the output, for traces. */
function replace(kernelName: string, gradient: (dy: TensorFlow.Tensor, saved: [y: TensorFlow.Tensor, x: TensorFlow.Tensor]) => ReturnType<Gradient>): void {
  const original = tf.getGradient(kernelName)
  const savesOutput = original.outputsToSave?.[0] === true
  tf.registerGradient({
    kernelName,
    inputsToSave: ['x'],
    outputsToSave: [true],
    gradFunc: (dy, saved, attrs) => {
      const [x, y] = saved
      if (!isTracing() || !x || !y || Array.isArray(dy)) return original.gradFunc(dy, savesOutput ? saved.slice(1) : saved, attrs)
      return gradient(dy, [y, x])
    },
  })
}

/** A reduction's gradient is spread over what was reduced, without multiplying by ones. */
function replaceReduction(kernelName: string, factor: (x: TensorFlow.Tensor, y: TensorFlow.Tensor) => number): void {
  const original = tf.getGradient(kernelName)
  tf.registerGradient({
    kernelName,
    inputsToSave: ['x'],
    gradFunc: (dy, saved, attrs) => {
      const [x] = saved
      if (!isTracing() || !x || Array.isArray(dy)) return original.gradFunc(dy, saved, attrs)
      const axes = tf.util.parseAxisParam((attrs as { axis?: number | number[] }).axis ?? [...x.shape.keys()], x.shape)
      const kept = x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
      return { x: () => broadcast(tf.reshape(scaled(dy, factor(x, dy)), kept), x.shape) }
    },
  })
}

function scaled(x: TensorFlow.Tensor, factor: number): TensorFlow.Tensor {
  return factor === 1 ? x : tf.mul(x, factor)
}

/** tf.broadcastTo would tile. */
function broadcast(x: TensorFlow.Tensor, shape: number[]): TensorFlow.Tensor {
  return onlyOutput('BroadcastTo', [x, tf.tensor1d(shape, 'int32')], { Tidx: { kind: 'type', value: 'int32' } })
}

function onlyOutput(type: string, inputs: readonly TensorFlow.Tensor[], others: Attributes = {}): TensorFlow.Tensor {
  const attributes: Attributes = { T: { kind: 'type', value: 'float32' }, ...others }
  const [output] = rawOp(type, inputs, attributes)
  if (!output) throw new Error(`${type} gave no output.`)
  return output
}
