import type * as TensorFlow from '@tensorflow/tfjs'
import type { AuxiliaryNet } from '../../contract/decorrelation-config.ts'
import type { HostArrays, Tensors } from '../../tensorflow/runtime.ts'
import { tf } from '../../tensorflow/tf.ts'
import { heNormal, lecunNormal, sizeOf } from '../models/initializers.ts'
import { dense, flatten } from '../models/layers/dense.ts'
import { chain, ForwardPass, plainLayer } from '../models/layers/layer.ts'
import type { Layer, LayerBuilder, Shape } from '../models/layers/layer.ts'
import { drawParameters } from '../models/assemble.ts'
import type { Random } from '../random.ts'

/** A further network on a feature of the model (source, R14): trained beside it, and left out of what comes out. */
export interface AuxiliaryPart {
  readonly config: AuxiliaryNet
  /** Before the names of its parameters. */
  readonly name: string
  /** Of the feature that it reads; null for the model's output. */
  readonly block: number | null
  readonly cost: { readonly parameters: number; readonly macsPerExample: number }
  init(random: Random): HostArrays
  /** `[batch, ...feature]` to `[batch, classes]` logits of a classifier, `[batch, inputs]` of a decoder: the example, normalised, as one row. */
  apply(parameters: Tensors, feature: TensorFlow.Tensor): TensorFlow.Tensor2D
}

/**
 * Makes a network on a feature: a classifier reads each channel's mean over the positions, a decoder all of the feature.
 *
 * One hidden layer with relu where `hidden` is not 0. Kernels are He normal, the last one LeCun normal; biases are 0.
 */
export function auxiliaryPart(options: { readonly config: AuxiliaryNet; readonly name: string; readonly block: number | null; readonly featureShape: Shape; readonly inputShape: Shape; readonly classes: number }): AuxiliaryPart {
  const { config, name, block, featureShape, inputShape, classes } = options
  const outputs = config.kind === 'classifier' ? classes : sizeOf(inputShape)
  const layer = network({ config, name, outputs })(featureShape)
  return {
    config,
    name,
    block,
    cost: { parameters: layer.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0), macsPerExample: layer.macs },
    init: (random) => drawParameters(layer.parameters, random),
    apply: (parameters, feature) => layer.apply(feature, new ForwardPass(parameters, {}, { training: true, seed: tf.tensor1d([0, 0], 'int32') })) as TensorFlow.Tensor2D, // dense layers give rows
  }
}

function network({ config, name, outputs }: { readonly config: AuxiliaryNet; readonly name: string; readonly outputs: number }): LayerBuilder {
  const read = config.kind === 'classifier' ? meanOfPositions : flatten
  const last = (index: number) => dense({ name: `${name}dense${index}`, units: outputs, initializer: lecunNormal })
  if (config.hidden === 0) return chain(read, last(1))
  return chain(read, dense({ name: `${name}dense1`, units: config.hidden, initializer: heNormal, activation: 'relu' }), last(2))
}

/** Each channel's mean over the positions; nothing where there are none. */
function meanOfPositions(shape: Shape): Layer {
  const axes = [...shape.keys()].slice(0, -1).map((axis) => axis + 1)
  return plainLayer({ outputShape: [shape.at(-1) ?? 1], kept: 0, apply: (x) => (axes.length === 0 ? x : tf.mean(x, axes)) })
}
