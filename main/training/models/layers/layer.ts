import { tf } from '../../../tensorflow/tf.ts'
import { LoupeError } from '../../../contract/errors.ts'
import type { Tensors } from '../../../tensorflow/runtime.ts'
import type { Initializer } from '../initializers.ts'
import type { ForwardMode } from '../model.ts'

/** Of one example, without the batch dimension. */
export type Shape = readonly number[]

/** A named array that a layer owns. */
export interface ParameterSpec {
  readonly name: string
  readonly shape: Shape
  readonly initializer: Initializer
}

/** A step of a network, for one shape of input: what it owns, what it costs, what it computes. */
export interface Layer {
  readonly outputShape: Shape
  /** Trained arrays, in the order in which they are drawn. */
  readonly parameters: readonly ParameterSpec[]
  /** Running statistics; drawn without randomness. */
  readonly statistics: readonly ParameterSpec[]
  /** Multiply-accumulates of one example: kernels and attention products; not biases, norms, activations, pooling. */
  readonly macs: number
  /** Numbers of one example that the backward pass reads: the layer's own outputs, not its input. */
  readonly kept: number
  /** Random draws of one training pass: calls of {@link ForwardPass.nextSeed}. */
  readonly draws: number
  /** `[batch, ...inputShape]` to `[batch, ...outputShape]`. */
  apply(x: tf.Tensor, pass: ForwardPass): tf.Tensor
}

/** A layer that waits for the shape of its input. */
export type LayerBuilder = (inputShape: Shape) => Layer

/** What layers see of one forward pass, and where they leave new statistics. */
export class ForwardPass {
  readonly training: boolean
  readonly #parameters: Tensors
  readonly #statistics: Tensors
  readonly #seed: tf.Tensor1D
  readonly #updated: Record<string, tf.Tensor> = {}
  #draws: number

  /** @param mode  `drawsBefore` counts the draws of the pass that came before this part of it; 0 when left out. */
  constructor(parameters: Tensors, statistics: Tensors, mode: ForwardMode & { readonly drawsBefore?: number }) {
    this.training = mode.training
    this.#draws = mode.drawsBefore ?? 0
    this.#parameters = parameters
    this.#statistics = statistics
    this.#seed = mode.seed
  }

  parameter(name: string): tf.Tensor {
    return find(this.#parameters, name, 'parameter')
  }

  statistic(name: string): tf.Tensor {
    return find(this.#statistics, name, 'statistic')
  }

  updateStatistic(name: string, value: tf.Tensor): void {
    this.#updated[name] = value
  }

  /** All statistics, with the new ones in place of the old. */
  get statistics(): Tensors {
    return { ...this.#statistics, ...this.#updated }
  }

  /** A seed of its own for each random draw of the pass: the step's seed moved by a multiple of an odd constant, modulo 2³². */
  nextSeed(): tf.Tensor1D {
    const shift = Math.imul(this.#draws, 0x9e3779b9)
    this.#draws += 1
    return shift === 0 ? this.#seed : tf.add<tf.Tensor1D>(this.#seed, tf.tensor1d([shift, 0], 'int32'))
  }
}

/** Layers one after the other. */
export function chain(...builders: readonly LayerBuilder[]): LayerBuilder {
  return (inputShape) => {
    const layers = connect(builders, inputShape)
    return {
      ...totals(layers),
      outputShape: layers.at(-1)?.outputShape ?? inputShape,
      apply: (x, pass) => layers.reduce((value, layer) => layer.apply(value, pass), x),
    }
  }
}

/** Builds each layer for the shape that the one before it gives. */
export function connect(builders: readonly LayerBuilder[], inputShape: Shape): readonly Layer[] {
  const layers: Layer[] = []
  for (const build of builders) layers.push(build(layers.at(-1)?.outputShape ?? inputShape))
  return layers
}

/** What several layers own and cost together. */
export function totals(layers: readonly Layer[]): Pick<Layer, 'parameters' | 'statistics' | 'macs' | 'kept' | 'draws'> {
  return {
    parameters: layers.flatMap((layer) => layer.parameters),
    statistics: layers.flatMap((layer) => layer.statistics),
    macs: layers.reduce((sum, layer) => sum + layer.macs, 0),
    kept: layers.reduce((sum, layer) => sum + layer.kept, 0),
    draws: layers.reduce((sum, layer) => sum + layer.draws, 0),
  }
}

/** A layer that owns nothing, costs no products and draws nothing. */
export function plainLayer(layer: Pick<Layer, 'outputShape' | 'kept' | 'apply'>): Layer {
  return { parameters: [], statistics: [], macs: 0, draws: 0, ...layer }
}

function find(tensors: Tensors, name: string, what: string): tf.Tensor {
  const tensor = tensors[name]
  if (!tensor) throw new LoupeError('internal', `The model reads the ${what} "${name}", which was not given. Given: ${Object.keys(tensors).join(', ')}.`, { name })
  return tensor
}
