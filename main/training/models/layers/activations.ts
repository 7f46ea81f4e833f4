import { tf } from '../../../tensorflow/tf.ts'
import { sizeOf } from '../initializers.ts'
import { plainLayer, type LayerBuilder } from './layer.ts'
import { withGradient } from '../../../tensorflow/with-gradient.ts'

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

/** Numbers that an activation keeps for each number of its output: gelu's derivative reads its square and its sigmoid as well. */
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
  return withGradient([x], () => {
    const squared = tf.square(x)
    const gate = tf.sigmoid(tf.mul(x, tf.add(tf.mul(squared, B), A)))
    const value = tf.mul(x, gate)
    return { value, saved: [squared, gate, value], gradients: (dy, saved) => [tf.mul(dy, slopeOfGelu(saved))] }
  })
}

const A = 2 * Math.sqrt(2 / Math.PI)
const B = 0.044715 * A

function slopeOfGelu(saved: readonly tf.Tensor[]): tf.Tensor {
  const [squared, gate, value] = saved as [tf.Tensor, tf.Tensor, tf.Tensor] // as saved just above
  return tf.add(gate, tf.mul(tf.mul(value, tf.sub(1, gate)), tf.add(tf.mul(squared, 3 * B), A)))
}
