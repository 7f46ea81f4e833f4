import type * as tf from '@tensorflow/tfjs'
import { LoupeError } from '../../contract/errors.ts'
import type { HostArrays } from '../../tensorflow/runtime.ts'
import { Random } from '../random.ts'
import { sizeOf } from './initializers.ts'
import { ForwardPass, type LayerBuilder, type ParameterSpec, type Shape } from './layers/layer.ts'
import type { Model } from './model.ts'

const BYTES_PER_NUMBER = 4

export interface Network {
  readonly title: string
  readonly inputShape: Shape
  readonly classes: number
  readonly couplesExamples: boolean
  /** From one example to its logits, `[classes]`. */
  readonly layers: LayerBuilder
}

/**
 * Makes a model of a chain of layers: what it owns, costs and computes follows from the chain.
 *
 * Activation bytes are an estimate: the input, and for each layer the outputs that a gradient reads, 4 bytes a number,
 * all alive at the same moment. What TensorFlow frees early, fuses or copies in between is not counted.
 */
export function assemble({ title, inputShape, classes, couplesExamples, layers }: Network): Model {
  const network = layers(inputShape)
  return {
    title,
    inputShape,
    classes,
    couplesExamples,
    cost: {
      parameters: network.parameters.reduce((sum, parameter) => sum + sizeOf(parameter.shape), 0),
      macsPerExample: network.macs,
      activationBytesPerExample: BYTES_PER_NUMBER * (sizeOf(inputShape) + network.kept),
    },
    init: (random) => draw(network.parameters, random),
    initStatistics: () => draw(network.statistics, Random.seeded(0)),
    forward: (parameters, statistics, x, mode) => {
      requireShape(x, inputShape, title)
      const pass = new ForwardPass(parameters, statistics, mode)
      const logits = network.apply(x, pass) as tf.Tensor2D // the last layer is dense over rows
      return { logits, statistics: pass.statistics }
    },
  }
}

function draw(parameters: readonly ParameterSpec[], random: Random): HostArrays {
  return Object.fromEntries(
    parameters.map(({ name, shape, initializer }) => [name, { shape, type: 'float32' as const, values: initializer(shape, random) }]),
  )
}

function requireShape(x: tf.Tensor, inputShape: Shape, title: string): void {
  const given = x.shape.slice(1)
  if (x.rank === inputShape.length + 1 && inputShape.every((side, axis) => side === given[axis])) return
  throw new LoupeError(
    'shape-mismatch',
    `${title} takes a batch of [${inputShape.join(', ')}], that is [batch, ${inputShape.join(', ')}], and got [${x.shape.join(', ')}]. Reshape the input, or make the model for the data's shape.`,
    { expected: inputShape, received: x.shape },
  )
}
