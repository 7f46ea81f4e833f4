import type * as tf from '@tensorflow/tfjs'
import { LoupeError } from '../../contract/errors.ts'
import type { HostArrays, Tensors } from '../../tensorflow/runtime.ts'
import type { Random } from '../random.ts'
import type { Shape } from './layers/layer.ts'
import type { ForwardMode, Model, ModelCost } from './model.ts'

/**
 * One piece of a stack: pure functions over named parameters, as a {@link Model} is.
 *
 * Every part takes the whole tables and reads its own names, so that one table serves a chain of parts. The dropout masks of a
 * part depend on the seed and on its place in the stack, not on which other parts run: two passes with one seed share them.
 */
export interface StackPart {
  /** `stem`, `block1`, …, and a head's prefix before `head`. */
  readonly name: string
  readonly inputShape: Shape
  /** Of the feature it gives: `[tokens, width]`, `[height, width, channels]` or `[units]`; `[classes]` for a head. */
  readonly outputShape: Shape
  /** Of this part alone; the stem's activations count the example itself, so that the parts of a model add up to its cost. */
  readonly cost: ModelCost
  init(random: Random): HostArrays
  /** Running statistics at the start; empty for most parts. */
  initStatistics(): HostArrays
  /** `[batch, ...inputShape]` to `[batch, ...outputShape]`, and all statistics given, this part's new ones in place of the old. */
  apply(parameters: Tensors, statistics: Tensors, x: tf.Tensor, mode: ForwardMode): PartForward
}

export interface PartForward {
  readonly output: tf.Tensor
  readonly statistics: Tensors
}

/** A model that may be cut after each of its blocks. */
export interface Stack {
  /** Of the whole model, for people. */
  readonly title: string
  /** Of the model with so many blocks and a head, such as `ViT 2×64, 4 heads, patch 4`. */
  titleAt(depth: number): string
  /** Of one example. */
  readonly inputShape: Shape
  readonly classes: number
  readonly couplesExamples: boolean
  /** What comes before the first block: an embedding or a first convolution; the identity for a CNN. */
  readonly stem: StackPart
  readonly blocks: readonly StackPart[]
  /**
   * From the feature after `depth` blocks to logits.
   *
   * @param prefix  Begins the names of the head's parameters; '' is the model's own head. Heads beside each other, or beside deeper
   *   blocks, need prefixes: an MLP's own head after one block is named as its second block. Each prefix has dropout masks of its own.
   * @throws LoupeError `invalid-input` for a depth that the stack does not have.
   */
  head(depth: number, prefix?: string): StackPart
}

/**
 * The first `depth` blocks of a stack with a head of their own: a student.
 *
 * Its parameters have the names of a model that was made with so many blocks.
 *
 * @example cutModel(createStack(vit of depth 4), 2) is createModel(vit of depth 2).
 * @throws LoupeError `invalid-input` for a depth outside 1 to the number of blocks.
 */
export function cutModel(stack: Stack, depth: number): Model {
  requireBlocks(stack, depth)
  return modelAt(stack, depth)
}

/** All blocks of a stack with its own head; an MLP without hidden layers has no blocks and is whole all the same. */
export function wholeModel(stack: Stack): Model {
  return modelAt(stack, stack.blocks.length)
}

/** What several parts cost together. */
export function sumCosts(parts: readonly Pick<StackPart, 'cost'>[]): ModelCost {
  const sum = (key: keyof ModelCost): number => parts.reduce((total, { cost }) => total + cost[key], 0)
  return { parameters: sum('parameters'), macsPerExample: sum('macsPerExample'), activationBytesPerExample: sum('activationBytesPerExample') }
}

/** Parts one after the other, each reading the same tables; the statistics are those after the last. */
export function applyParts(parts: readonly StackPart[], parameters: Tensors, given: Tensors, x: tf.Tensor, mode: ForwardMode): PartForward {
  return parts.reduce<PartForward>(({ output, statistics }, part) => part.apply(parameters, statistics, output, mode), { output: x, statistics: given })
}

function modelAt(stack: Stack, depth: number): Model {
  const parts = [stack.stem, ...stack.blocks.slice(0, depth), stack.head(depth)]
  const title = stack.titleAt(depth)
  return {
    title,
    inputShape: stack.inputShape,
    classes: stack.classes,
    couplesExamples: stack.couplesExamples,
    cost: sumCosts(parts),
    init: (random) => Object.assign({}, ...parts.map((part) => part.init(random))),
    initStatistics: () => Object.assign({}, ...parts.map((part) => part.initStatistics())),
    forward: (parameters, statistics, x, mode) => {
      requireInputShape(x, stack.inputShape, title)
      const { output, statistics: after } = applyParts(parts, parameters, statistics, x, mode)
      return { logits: output as tf.Tensor2D, statistics: after } // a head ends in a dense layer over rows
    },
  }
}

/** @throws LoupeError `shape-mismatch` that names `taker` where a batch is not one of `inputShape`. */
export function requireInputShape(x: tf.Tensor, inputShape: Shape, taker: string): void {
  const given = x.shape.slice(1)
  if (x.rank === inputShape.length + 1 && inputShape.every((side, axis) => side === given[axis])) return
  throw new LoupeError(
    'shape-mismatch',
    `${taker} takes a batch of [${inputShape.join(', ')}], that is [batch, ${inputShape.join(', ')}], and got [${x.shape.join(', ')}]. Reshape the input, or make the model for the data's shape.`,
    { expected: inputShape, received: x.shape },
  )
}

/** @throws LoupeError `invalid-input` where a stack cannot be cut after `depth` blocks. */
export function requireBlocks(stack: Pick<Stack, 'title' | 'blocks'>, depth: number): void {
  const blocks = stack.blocks.length
  if (Number.isInteger(depth) && depth >= 1 && depth <= blocks) return
  const remedy = blocks === 0 ? 'Choose a model with blocks.' : `Choose a depth from 1 to ${blocks}, or a model of more blocks.`
  throw new LoupeError(
    'invalid-input',
    `${stack.title} cannot be cut after ${depth} blocks: it has ${blocks} ${blocks === 1 ? 'block' : 'blocks'}. ${remedy}`,
    { depth, blocks },
  )
}
