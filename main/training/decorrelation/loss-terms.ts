import type * as TensorFlow from '@tensorflow/tfjs'
import type { DecorrelationConfig } from '../../contract/decorrelation-config.ts'
import type { LossTerm } from '../../contract/decorrelation-records.ts'
import type { Tensors } from '../../tensorflow/runtime.ts'
import { tf } from '../../tensorflow/tf.ts'
import { asExamples } from '../features/feature-shape.ts'
import type { Batch } from '../objective.ts'
import type { ChannelProducts } from './channel-moments.ts'
import { decorrelationLoss } from './decorrelation-loss.ts'
import type { DecorrelationLoss } from './decorrelation-loss.ts'
import { disturbed, movedSeed } from './disturbed.ts'
import { diagonal, deadChannels } from './live-channels.ts'
import { tapProducts } from './tap-samples.ts'
import type { Tap, TappedForward, TappedModel } from './tapped-model.ts'
import { taskLoss } from './task-loss.ts'

/** What the terms are taken from. */
export interface TermInputs {
  readonly tapped: TappedModel
  readonly config: DecorrelationConfig
  readonly labelSmoothing: number
  readonly parameters: Tensors
  readonly statistics: Tensors
  /** Of each labelled stream; the run's own data set first. */
  readonly labelled: readonly Batch[]
  /** Of each unlabelled stream; their labels are not read. */
  readonly unlabelled: readonly Batch[]
  /** int32 `[2]`. */
  readonly seed: TensorFlow.Tensor1D
  readonly training: boolean
}

/** The terms of the loss before their weights, scalars; those whose weight is 0 are not there. */
export interface Terms {
  readonly values: Readonly<Partial<Record<LossTerm, TensorFlow.Scalar>>>
  /** The fewest live channels of any feature that is decorrelated; null where none is. */
  readonly live: TensorFlow.Scalar | null
  readonly statistics: Tensors
}

/** Under the root of a deviation, as in VICReg. */
const LEAST_VARIANCE = 1e-4

/** Terms whose weights rise from 0 in the warm-up. */
const WARMED: ReadonlySet<LossTerm> = new Set(['unlabelled', 'labelled', 'variance'])

/**
 * The terms of
 *
 *     L = w₂·task + r·(w₃·unlabelled + w₄·labelled + w_v·variance) + auxiliary + w_e·entropy + w_c·consistency
 *
 *     task          mean over all labelled examples (second loss)
 *     unlabelled    Σ over features of weight times {@link decorrelationLoss}, on unlabelled examples (third loss)
 *     labelled      the same on labelled ones (fourth loss)
 *     variance      mean over channels of max(0, 1 − √(s² + 10⁻⁴)), on what is decorrelated
 *     auxiliary     Σ of the weighted losses of the networks beside the model: cross-entropy, or mean squared error of the input
 *     entropy       mean of −Σ p·ln p on unlabelled examples
 *     consistency   mean of ‖p − p′‖² over two disturbed copies of them
 *
 * with r the factor of the warm-up. Each stream has a pass of its own, so that batch norm never mixes streams.
 */
export function lossTerms(inputs: TermInputs): Terms {
  const { tapped, config, parameters, labelled, unlabelled, seed, training } = inputs
  let { statistics } = inputs
  const pass = (x: TensorFlow.Tensor, stream: number, moves: boolean): TappedForward => {
    const forward = tapped.forward(parameters, statistics, x, { training, seed: movedSeed(seed, stream) })
    if (moves) statistics = forward.statistics
    return forward
  }
  const onLabelled = labelled.map(({ x }, stream) => pass(x, stream, true))
  const looksAtUnlabelled = config.unlabelledWeight > 0 || config.entropyWeight > 0 || tapped.auxiliary.some(({ config: { data, weight } }) => data !== 'labelled' && weight > 0)
  const onUnlabelled = looksAtUnlabelled ? unlabelled.map(({ x }, stream) => pass(x, labelled.length + stream, config.statistics === 'all')) : []
  const loss = lossOf(config)
  const decorrelated = [
    ...(config.labelledWeight > 0 ? [{ term: 'labelled' as const, taps: tapped.labelledTaps, passes: onLabelled }] : []),
    ...(config.unlabelledWeight > 0 && onUnlabelled.length > 0 ? [{ term: 'unlabelled' as const, taps: tapped.unlabelledTaps, passes: onUnlabelled }] : []),
  ].map(({ term, taps, passes }) => ({ term, of: taps.map((tap) => ({ tap, products: productsOf(tap, passes, config, seed) })) }))
  const values: Partial<Record<LossTerm, TensorFlow.Scalar>> = {}
  if (config.taskWeight > 0) values.task = taskOf(inputs, onLabelled)
  for (const { term, of } of decorrelated) values[term] = sum(of.map(({ tap, products }) => tf.mul<TensorFlow.Scalar>(decorrelationLoss(products, loss), tap.weight)))
  const all = decorrelated.flatMap(({ of }) => of)
  if (config.varianceWeight > 0 && all.length > 0) values.variance = tf.div<TensorFlow.Scalar>(sum(all.map(({ products }) => varianceHinge(products))), all.length)
  if (tapped.auxiliary.length > 0) values.auxiliary = auxiliaryOf(inputs, { onLabelled, onUnlabelled })
  if (config.entropyWeight > 0) values.entropy = meanOf(onUnlabelled.map(({ logits }) => entropy(logits)))
  if (config.consistencyWeight > 0) values.consistency = meanOf(unlabelled.map(({ x }, stream) => consistency(x, (copy, purpose) => pass(copy, 100 * (stream + 1) + purpose, false).logits, config, movedSeed(seed, 50 + stream))))
  const lives = all.map(({ products }) => tf.sub<TensorFlow.Scalar>(products.products.shape[0], deadChannels(products, config.deadLimit)))
  return { values, live: lives.length === 0 ? null : tf.min<TensorFlow.Scalar>(tf.stack(lives)), statistics }
}

/** Weight of each term in force. @param factor  Of the warm-up. */
export function weightOf(term: LossTerm, config: DecorrelationConfig, factor: number): number {
  const { taskWeight, unlabelledWeight, labelledWeight, varianceWeight, entropyWeight, consistencyWeight } = config
  const weights: Readonly<Record<LossTerm, number>> = { task: taskWeight, unlabelled: unlabelledWeight, labelled: labelledWeight, variance: varianceWeight, auxiliary: 1, entropy: entropyWeight, consistency: consistencyWeight }
  return weights[term] * (isWarmed(term) ? factor : 1)
}

/** True for a term whose weight rises in the warm-up. */
export function isWarmed(term: LossTerm): boolean {
  return WARMED.has(term)
}

/** Which loss between channels, as it is computed; sums of squared covariances are divided as in DeCov. */
export function lossOf({ measure, penalty, reduction, deadLimit }: Pick<DecorrelationConfig, 'measure' | 'penalty' | 'reduction' | 'deadLimit'>): DecorrelationLoss {
  return { of: measure, penalty, reduction, deadLimit, ...(measure === 'covariance' && reduction === 'sum' ? { divisor: 'samples' } : {}) }
}

function productsOf(tap: Tap, passes: readonly TappedForward[], config: DecorrelationConfig, seed: TensorFlow.Tensor1D): ChannelProducts {
  return tapProducts(passes.map((forward) => forward.feature(tap.block)), config, movedSeed(seed, 40))
}

function taskOf({ config, labelled, labelSmoothing }: TermInputs, passes: readonly TappedForward[]): TensorFlow.Scalar {
  const losses = passes.map(({ logits }, stream) => taskLoss({ kind: config.taskLoss, logits, labels: labelled[stream]!.labels, labelSmoothing })) // a batch for each pass
  return tf.mean<TensorFlow.Scalar>(losses.length === 1 ? losses[0]! : tf.concat(losses))
}

function auxiliaryOf({ tapped, parameters, labelled, unlabelled, labelSmoothing }: TermInputs, { onLabelled, onUnlabelled }: { readonly onLabelled: readonly TappedForward[]; readonly onUnlabelled: readonly TappedForward[] }): TensorFlow.Scalar {
  return sum(
    tapped.auxiliary.map(({ apply, block, config: { kind, data, weight } }) => {
      const read = [
        ...(data === 'unlabelled' ? [] : onLabelled.map((forward, stream) => ({ forward, batch: labelled[stream]! }))), // a batch for each pass
        ...(data === 'labelled' ? [] : onUnlabelled.map((forward, stream) => ({ forward, batch: unlabelled[stream]! }))),
      ]
      const losses = read.map(({ forward, batch }) => {
        const output = apply(parameters, forward.feature(block))
        return kind === 'classifier' ? taskLoss({ kind: 'cross-entropy', logits: output, labels: batch.labels, labelSmoothing }) : tf.mean<TensorFlow.Tensor1D>(tf.square(tf.sub(output, asExamples(batch.x))), 1)
      })
      return tf.mul<TensorFlow.Scalar>(tf.mean(losses.length === 1 ? losses[0]! : tf.concat(losses)), weight)
    }),
  )
}

function varianceHinge({ products, freedom }: ChannelProducts): TensorFlow.Scalar {
  return tf.mean<TensorFlow.Scalar>(tf.relu(tf.sub(1, tf.sqrt(tf.add(tf.div(diagonal(products), freedom), LEAST_VARIANCE)))))
}

function entropy(logits: TensorFlow.Tensor2D): TensorFlow.Tensor1D {
  const logs = tf.logSoftmax(logits)
  return tf.neg(tf.sum<TensorFlow.Tensor1D>(tf.mul(tf.exp(logs), logs), 1))
}

function consistency(x: TensorFlow.Tensor, logitsOf: (copy: TensorFlow.Tensor, purpose: number) => TensorFlow.Tensor2D, config: DecorrelationConfig, seed: TensorFlow.Tensor1D): TensorFlow.Tensor1D {
  const [a, b] = [10, 20].map((purpose) => tf.softmax(logitsOf(disturbed(x, config, movedSeed(seed, purpose)), purpose)))
  return tf.sum<TensorFlow.Tensor1D>(tf.square(tf.sub(a!, b!)), 1) // two copies
}

function meanOf(parts: readonly TensorFlow.Tensor1D[]): TensorFlow.Scalar {
  return tf.mean<TensorFlow.Scalar>(parts.length === 1 ? parts[0]! : tf.concat([...parts]))
}

function sum(parts: readonly TensorFlow.Scalar[]): TensorFlow.Scalar {
  const [first, ...others] = parts
  if (first === undefined) return tf.scalar(0)
  return others.reduce((total, part) => tf.add<TensorFlow.Scalar>(total, part), first)
}
