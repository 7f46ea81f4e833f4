import type * as tf from '@tensorflow/tfjs'
import type { HostArrays, Tensors } from '../../tensorflow/runtime.ts'
import type { Random } from '../random.ts'

/** How a forward pass is done. */
export interface ForwardMode {
  /** Dropout and batch statistics on. */
  readonly training: boolean
  /** int32 `[2]`, fed anew each step, so that a trace does not freeze one dropout mask. */
  readonly seed: tf.Tensor1D
}

export interface Forward {
  /** float32 `[batch, classes]`. */
  readonly logits: tf.Tensor2D
  /** Running statistics after this pass; the ones given where nothing changed. */
  readonly statistics: Tensors
}

/** What a model costs, computed from its definition. */
export interface ModelCost {
  /** Trained numbers, running statistics not counted. */
  readonly parameters: number
  /** Multiply-accumulate operations of one example's forward pass: convolutions, products, attention. */
  readonly macsPerExample: number
  /** Activations kept for the backward pass, float32, for one example. */
  readonly activationBytesPerExample: number
}

/**
 * A network as pure functions over named parameters.
 *
 * `init(random)` gives the initial parameters, `forward(parameters, statistics, x, mode)` the logits. Nothing is held
 * between calls: the loop keeps parameters and statistics as session variables.
 */
export interface Model {
  /** For people, such as `MLP 784-256-10`. */
  readonly title: string
  /** Of one example, such as `[28, 28, 1]` or `[30]`. */
  readonly inputShape: readonly number[]
  readonly classes: number
  readonly cost: ModelCost
  /** True where one example's output depends on the others of the batch while training (batch norm). */
  readonly couplesExamples: boolean
  init(random: Random): HostArrays
  /** Running statistics at the start; empty for most models. */
  initStatistics(): HostArrays
  /** @param x  float32 `[batch, ...inputShape]`. */
  forward(parameters: Tensors, statistics: Tensors, x: tf.Tensor, mode: ForwardMode): Forward
}
