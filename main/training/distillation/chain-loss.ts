import type * as TensorFlow from '@tensorflow/tfjs'
import type { DistillationConfig } from '../../contract/distillation-config.ts'
import type { Tensors } from '../../tensorflow/runtime.ts'
import { tf } from '../../tensorflow/tf.ts'
import { classificationLoss } from '../loss.ts'
import type { Chain, ChainForward } from './chain.ts'
import { featureLoss } from './feature-losses.ts'
import type { FeatureLoss } from './feature-losses.ts'
import { softTargetLoss } from './soft-targets.ts'
import { detach } from '../features/stop-gradient.ts'

/** What the losses are taken from. */
export interface LossInputs {
  readonly chain: Chain
  readonly config: DistillationConfig
  readonly labelSmoothing: number
  readonly parameters: Tensors
  /** int32 `[batch]`. */
  readonly labels: TensorFlow.Tensor1D
  readonly forward: ChainForward
  /** What gives the targets; the same pass where the teacher is the chain itself. */
  readonly teacher: Pick<ChainForward, 'features' | 'whole'>
}

/** The parts of a chain's loss, before their weights: scalars. Null for a part whose weight is 0. */
export interface LossParts {
  /** The first student's task loss, which is the run's own. */
  readonly first: TensorFlow.Scalar
  /** Σ over the students of their task losses. */
  readonly front: TensorFlow.Scalar
  readonly rear: TensorFlow.Scalar | null
  /** Σ over the pairs of weight times distance. */
  readonly feature: TensorFlow.Scalar | null
  /** Σ over the students of T²·KL. */
  readonly logits: TensorFlow.Scalar | null
}

/**
 * The parts of
 *
 *     L = a₁ Σ_s CE(h_s(z_s), y) + a₂ CE(h(z₂), y) + r·(λ_f Σ_p w_p L_f(z_i, z_j) + λ_k Σ_s T² KL(softmax(h/T) ‖ softmax(h_s/T)))
 *
 * with r the factor of the warm-up. All are means over the batch. Targets are constants unless `stopGradient` is off.
 */
export function lossParts({ chain, config, labelSmoothing, parameters, labels, forward, teacher }: LossInputs): LossParts {
  const task = (logits: TensorFlow.Tensor2D) => tf.mean<TensorFlow.Scalar>(classificationLoss(logits, labels, labelSmoothing))
  const target = <T extends TensorFlow.Tensor>(value: T): T => (config.stopGradient ? detach(value) : value)
  const tasks = forward.students.map(task)
  return {
    first: tasks[0]!, // there is a student
    front: sum(tasks),
    rear: config.rearWeight > 0 ? task(forward.whole) : null,
    feature: config.featureWeight > 0 ? sum(chain.pairs.map((pair) => tf.mul<TensorFlow.Scalar>(pairLoss({ pair, config, parameters, forward, target: target(teacher.features[pair.rear - 1]!) }), pair.weight))) : null,
    logits: config.logitWeight > 0 ? sum(forward.students.map((student) => softTargetLoss({ student, teacher: target(teacher.whole), temperature: config.temperature }))) : null,
  }
}

/** The distance between the features of one pair, before its weight. */
export function pairLoss({ pair, config, parameters, forward, target }: Pick<LossInputs, 'config' | 'parameters' | 'forward'> & { readonly pair: Chain['pairs'][number]; readonly target: TensorFlow.Tensor }): TensorFlow.Scalar {
  const feature = forward.features[pair.front - 1]! // pairs lie within the chain
  const { adaptor, name } = pair
  const ends = adaptor === null ? { student: feature, target } : { student: adaptor.applyToStudent(name, parameters, feature), target: adaptor.applyToTarget(target) }
  return featureLoss({ ...featureLossOf(config), ...ends })
}

/** Which distance, as the losses take it. */
export function featureLossOf({ featureLoss: kind, normalization }: Pick<DistillationConfig, 'featureLoss' | 'normalization'>): FeatureLoss {
  return normalization === 'auto' ? { kind } : { kind, normalization }
}

/** The parts under their weights. @param factor  Scalar of the warm-up. */
export function weightedLoss(parts: LossParts, { frontWeight, rearWeight, featureWeight, logitWeight }: DistillationConfig, factor: TensorFlow.Tensor): TensorFlow.Scalar {
  const drawn = (part: TensorFlow.Scalar, weight: number) => tf.mul(tf.mul(part, weight), factor)
  return sum([
    ...(frontWeight > 0 ? [tf.mul<TensorFlow.Scalar>(parts.front, frontWeight)] : []),
    ...(parts.rear === null ? [] : [tf.mul<TensorFlow.Scalar>(parts.rear, rearWeight)]),
    ...(parts.feature === null ? [] : [drawn(parts.feature, featureWeight) as TensorFlow.Scalar]), // scalars times scalars
    ...(parts.logits === null ? [] : [drawn(parts.logits, logitWeight) as TensorFlow.Scalar]),
  ])
}

function sum(parts: readonly TensorFlow.Scalar[]): TensorFlow.Scalar {
  const [first, ...others] = parts
  if (first === undefined) return tf.scalar(0)
  return others.reduce((total, part) => tf.add(total, part), first)
}
