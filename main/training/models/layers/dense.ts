import { tf } from '../../../tensorflow/tf.ts'
import { sizeOf, zeros, type Initializer } from '../initializers.ts'
import { activate, keptBy, type Activation } from './activations.ts'
import { biasAdd } from '../../../tensorflow/ops.ts'
import { plainLayer, type LayerBuilder } from './layer.ts'

export interface DenseOptions {
  /** Prefix of `kernel` `[in, units]` and `bias` `[units]`. */
  readonly name: string
  readonly units: number
  readonly initializer: Initializer
  readonly activation?: Activation
}

/**
 * A dense layer over the last dimension: activation(x·kernel + bias). Works on rows `[in]` and on tokens `[tokens, in]`.
 *
 * Counts tokens·in·units multiply-accumulates.
 */
export function dense({ name, units, initializer, activation }: DenseOptions): LayerBuilder {
  return (shape) => {
    const inputs = shape.at(-1) ?? 1
    const rows = sizeOf(shape.slice(0, -1))
    const outputShape = [...shape.slice(0, -1), units]
    return {
      outputShape,
      parameters: [
        { name: `${name}/kernel`, shape: [inputs, units], initializer },
        { name: `${name}/bias`, shape: [units], initializer: zeros },
      ],
      statistics: [],
      macs: rows * inputs * units,
      kept: rows * units * (activation ? keptBy(activation) : 1),
      draws: 0,
      apply: (x, pass) => {
        const flat = x.rank === 2 ? x : tf.reshape(x, [-1, inputs])
        const sums = biasAdd(tf.matMul(flat, pass.parameter(`${name}/kernel`)), pass.parameter(`${name}/bias`))
        const y = activation ? activate(sums, activation) : sums
        return x.rank === 2 ? y : tf.reshape(y, [...x.shape.slice(0, -1), units])
      },
    }
  }
}

/** Each example as one row, `[batch, size]`. */
export const flatten: LayerBuilder = (shape) =>
  plainLayer({
    outputShape: [sizeOf(shape)],
    kept: 0,
    apply: (x: tf.Tensor) => (x.rank === 2 ? x : tf.reshape(x, [x.shape[0] ?? -1, sizeOf(shape)])),
  })
