import type { FeatureLossKind, FeatureNormalization } from '../../contract/distillation-config.ts'
import { LoupeError } from '../../contract/errors.ts'
import { tf } from '../../tensorflow/tf.ts'
import { attentionLoss } from './attention-loss.ts'
import { ckaLoss } from './cka-loss.ts'
import { requireExamples, requireSameShape } from '../features/feature-shape.ts'
import { normalize, unitVectors } from './normalization.ts'
import { relationLoss } from './relation-loss.ts'
import { smoothL1 } from './smooth-l1.ts'

/** Which distance, of which form of the features; see {@link featureLoss}. */
export interface FeatureLoss {
  readonly kind: FeatureLossKind
  /** Where left out: none for `attention`, which has its own, and layer norm for all others. */
  readonly normalization?: FeatureNormalization
}

export interface FeatureLossInputs extends FeatureLoss {
  /** float32 `[batch, ..., width]`: tokens, pixels or nothing in between. Differentiable. */
  readonly student: tf.Tensor
  /** float32, of the student's shape. Differentiable as well: stop its gradient for a constant target. */
  readonly target: tf.Tensor
}

/**
 * How far a student's feature s is from its target t: a scalar from 0 on, 0 where they are equal, and there with a gradient of 0.
 *
 *     mse         mean (s − t)²
 *     cosine      mean over vectors of 1 − ⟨s, t⟩/(|s||t|)
 *     smooth-l1   mean of (s − t)²/2 within 1, |s − t| − ½ beyond
 *     relation    distances and angles between examples, see {@link relationLoss}
 *     cka         1 − linear CKA over the batch, see {@link ckaLoss}
 *     attention   where a feature is strong, see {@link attentionLoss}
 *
 * Means are over batch, positions and width: a sum would make the weight of the loss depend on all three. Both features are normalised
 * first ({@link normalize}). The cosine is computed as ½|s/|s| − t/|t||², which is the same for vectors other than 0.
 *
 * @throws LoupeError `shape-mismatch` for features of two shapes, and as {@link checkFeatureLoss}.
 *
 * @example Of s = (1, 2) and t = (3, 5), one example each, not normalised: mse (4 + 9)/2 = 6.5, smooth-l1 (1.5 + 2.5)/2 = 2.
 * @see Romero et al. 2015, "FitNets: hints for thin deep nets", arXiv:1412.6550, for mse. It takes raw features and half the sum.
 */
export function featureLoss({ student, target, ...loss }: FeatureLossInputs): tf.Scalar {
  requireSameShape(student.shape, target.shape)
  checkFeatureLoss(loss, student.shape)
  return tf.tidy(() => {
    const normalization = normalizationOf(loss)
    return distances[loss.kind](normalize(student, normalization), normalize(target, normalization))
  })
}

/**
 * Refuses a loss that says nothing about features of a shape, before anything is traced.
 *
 * @param shape  `[batch, ..., width]`.
 * @throws LoupeError `shape-mismatch` for `attention` on features without positions, and for `relation` and `cka` of fewer than 3
 *   examples; `invalid-input` for a normalization that makes all features alike: `attention` sums squares over the width, which either
 *   normalization makes the same everywhere, and a layer norm over a width of 1 leaves only zeros.
 */
export function checkFeatureLoss(loss: FeatureLoss, shape: readonly number[]): void {
  const { kind } = loss
  const normalization = normalizationOf(loss)
  const width = shape.at(-1) ?? 1
  if (kind === 'relation' || kind === 'cka') requireExamples(`The feature loss "${kind}"`, shape[0] ?? 0, 3)
  if (kind === 'attention' && shape.slice(1, -1).reduce((positions, side) => positions * side, 1) < 2) {
    throw new LoupeError('shape-mismatch', `The feature loss "attention" compares where features are strong, and [${shape.join(', ')}] has no positions to compare. Take it between tokens or pixels, [batch, positions, width], or choose another loss.`, { kind, shape })
  }
  if (kind === 'attention' && normalization !== 'none') {
    throw new LoupeError('invalid-input', `The feature loss "attention" sums squares over the width, which the normalization "${normalization}" makes the same at every position: the loss would always be 0. Set normalization to none.`, { kind, normalization })
  }
  if (normalization === 'layer-norm' && width < 2) {
    throw new LoupeError('invalid-input', `A layer norm over a width of ${width} makes every feature 0, and with it the loss. Set normalization to none, or take wider features than [${shape.join(', ')}].`, { shape, normalization })
  }
}

function normalizationOf({ kind, normalization }: FeatureLoss): FeatureNormalization {
  return normalization ?? (kind === 'attention' ? 'none' : 'layer-norm')
}

const distances: Readonly<Record<FeatureLossKind, (student: tf.Tensor, target: tf.Tensor) => tf.Scalar>> = {
  mse: (student, target) => tf.mean(tf.squaredDifference(student, target)),
  cosine: (student, target) => tf.mean(tf.mul(tf.sum(tf.squaredDifference(unitVectors(student), unitVectors(target)), -1), 0.5)),
  'smooth-l1': (student, target) => tf.mean(smoothL1(tf.sub(student, target))),
  relation: relationLoss,
  cka: ckaLoss,
  attention: attentionLoss,
}
