import type * as TensorFlow from '@tensorflow/tfjs'
import type { AuxiliaryNet, ChannelTap, DecorrelationConfig } from '../../contract/decorrelation-config.ts'
import { LoupeError } from '../../contract/errors.ts'
import type { Tensors } from '../../tensorflow/runtime.ts'
import type { ForwardMode, Model } from '../models/model.ts'
import { requireInputShape, wholeModel } from '../models/stack.ts'
import type { Stack } from '../models/stack.ts'
import { auxiliaryPart } from './auxiliary-nets.ts'
import type { AuxiliaryPart } from './auxiliary-nets.ts'

/** A feature whose channels are compared. */
export interface Tap {
  /** After so many blocks; null for the model's output. */
  readonly block: number | null
  readonly weight: number
  /** Of one example: `[positions..., channels]`. */
  readonly shape: readonly number[]
}

export interface TappedForward {
  readonly logits: TensorFlow.Tensor2D
  /** The feature of a tap, `[batch, ...shape]`. @param block  As {@link Tap.block}. */
  feature(block: number | null): TensorFlow.Tensor
  readonly statistics: Tensors
}

/**
 * A model whose features can be looked at after each block, with the networks that read some of them.
 *
 * Parameters are those of the model, under the same names and with the same initial values, and after them `auxiliary{i}/…` of each further network.
 */
export interface TappedModel {
  readonly stack: Stack
  /** On labelled and on unlabelled examples: they may be others (source, R17, R18). */
  readonly labelledTaps: readonly Tap[]
  readonly unlabelledTaps: readonly Tap[]
  /** Every feature that is looked at, once. */
  readonly taps: readonly Tap[]
  readonly auxiliary: readonly AuxiliaryPart[]
  /** The run's model: the whole of it, over all parameters; its cost is that of a labelled example in training. */
  readonly model: Model
  forward(parameters: Tensors, statistics: Tensors, x: TensorFlow.Tensor, mode: ForwardMode): TappedForward
}

/** @throws LoupeError `invalid-input` for a block that the model does not have, or a feature named twice. */
export function createTappedModel(stack: Stack, { labelledTaps, unlabelledTaps, auxiliary }: Pick<DecorrelationConfig, 'labelledTaps' | 'unlabelledTaps' | 'auxiliary'>): TappedModel {
  const whole = wholeModel(stack)
  const [labelled, unlabelled] = [tapsOf(stack, labelledTaps), tapsOf(stack, unlabelledTaps)]
  const networks = auxiliary.map((config, index) => {
    const block = blockOf(stack, config)
    return auxiliaryPart({ config, name: `${AUXILIARY}${index + 1}/`, block, featureShape: shapeAfter(stack, block), inputShape: stack.inputShape, classes: stack.classes })
  })
  const head = stack.head(stack.blocks.length)

  const forward: TappedModel['forward'] = (parameters, statistics, x, mode) => {
    requireInputShape(x, stack.inputShape, stack.title)
    let { output, statistics: after } = stack.stem.apply(parameters, statistics, x, mode)
    const features = stack.blocks.map((block) => {
      ;({ output, statistics: after } = block.apply(parameters, after, output, mode))
      return output
    })
    const ended = head.apply(parameters, after, output, mode)
    const logits = ended.output as TensorFlow.Tensor2D // a head gives rows of logits
    return { logits, feature: (block) => (block === null ? logits : features[block - 1]!), statistics: ended.statistics } // taps lie within the model
  }

  return {
    stack,
    labelledTaps: labelled,
    unlabelledTaps: unlabelled,
    taps: [...new Map([...labelled, ...unlabelled].map((tap) => [tap.block, tap])).values()],
    auxiliary: networks,
    model: {
      ...whole,
      cost: {
        ...whole.cost,
        parameters: networks.reduce((sum, { cost }) => sum + cost.parameters, whole.cost.parameters),
        macsPerExample: networks.reduce((sum, { cost }) => sum + cost.macsPerExample, whole.cost.macsPerExample),
      },
      init: (random) => Object.assign({}, whole.init(random), ...networks.map((network) => network.init(random))),
    },
    forward,
  }
}

/** Before the names of networks beside the model. */
const AUXILIARY = 'auxiliary'

/** True for the name of a parameter, or of a slot of one, that belongs to a network beside the model. */
export function isAuxiliary(name: string): boolean {
  return name.includes(AUXILIARY)
}

/** What a tap is called in errors and records of the log. */
export function tapName({ block }: Pick<Tap, 'block'>): string {
  return block === null ? 'the output' : `block ${block}`
}

/** The block that a feature lies after: of the config, with null for the last; null for the output. */
export function blockOf({ blocks, title }: Pick<Stack, 'blocks' | 'title'>, { place, block }: Pick<ChannelTap | AuxiliaryNet, 'place' | 'block'>): number | null {
  if (place === 'output') return null
  const wanted = block ?? blocks.length
  if (wanted >= 1 && wanted <= blocks.length) return wanted
  const there = blocks.length === 0 ? 'It has no blocks: choose "output".' : `It has blocks 1 to ${blocks.length}, and "output".`
  throw new LoupeError('invalid-input', `${title} has no block ${wanted} whose channels could be compared. ${there}`, { block: wanted, blocks: blocks.length })
}

function tapsOf(stack: Stack, configs: readonly ChannelTap[]): Tap[] {
  const taps = configs.map((config): Tap => {
    const block = blockOf(stack, config)
    return { block, weight: config.weight, shape: shapeAfter(stack, block) }
  })
  const twice = taps.find(({ block }, index) => taps.findIndex((other) => other.block === block) !== index)
  if (twice !== undefined) throw new LoupeError('invalid-input', `The feature of ${tapName(twice)} is named twice. Write each once, with the weight that it should have.`, { block: twice.block })
  return taps
}

function shapeAfter({ blocks, classes }: Stack, block: number | null): readonly number[] {
  return block === null ? [classes] : blocks[block - 1]!.outputShape // checked by blockOf
}
