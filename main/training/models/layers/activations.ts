import { tf } from '../../../tensorflow/tf.ts'
import { plainLayer, type LayerBuilder } from './layer.ts'
import { sizeOf } from '../initializers.ts'

export type Activation = 'relu' | 'gelu' | 'tanh'

/** Applies an activation to each number; the output has the input's shape. */
export function activate(x: tf.Tensor, activation: Activation): tf.Tensor {
  switch (activation) {
    case 'relu':
      return tf.relu(x)
    case 'gelu':
      return gelu(x)
    case 'tanh':
      return tf.tanh(x)
  }
}

/** An {@link activate} step of a chain. */
export function activation(kind: Activation): LayerBuilder {
  return (shape) => plainLayer({ outputShape: shape, kept: keptBy(kind) * sizeOf(shape), apply: (x) => activate(x, kind) })
}

/** Numbers that an activation keeps for each number of its output: gelu's derivative reads its input and its sigmoid as well. */
export function keptBy(kind: Activation): number {
  return kind === 'gelu' ? 3 : 1
}

/**
 * The Gaussian error linear unit in its tanh form, x·½(1 + tanh(√(2/π)(x + 0.044715x³))).
 *
 * Computed as x·σ(2√(2/π)(x + 0.044715x³)), which is the same and takes fewer passes over memory. The gradient is
 *
 *     y′ = s + y(1 − s)(a + 3bx²)      s = σ(x(a + bx²)),  y = xs,  a = 2√(2/π),  b = 0.044715a
 *
 * @see Hendrycks and Gimpel 2016, "Gaussian error linear units", arXiv:1606.08415.
 */
export function gelu(x: tf.Tensor): tf.Tensor {
  return geluWithGradient(x)
}

const A = 2 * Math.sqrt(2 / Math.PI)
const B = 0.044715 * A

const geluWithGradient = tf.customGrad((input, save) => {
  const x = input as tf.Tensor // customGrad's type joins the inputs and `save` in one list
  const squared = tf.square(x)
  const s = tf.sigmoid(tf.mul(x, tf.add(tf.mul(squared, B), A)))
  const y = tf.mul(x, s)
  ;(save as tf.GradSaveFunc)([squared, s, y])
  return {
    value: y,
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [squaredX, gate, output] = saved as [tf.Tensor, tf.Tensor, tf.Tensor]
      const slope = tf.add(tf.mul(squaredX, 3 * B), A)
      return tf.mul(dy, tf.add(gate, tf.mul(tf.mul(output, tf.sub(1, gate)), slope)))
    },
  }
})
