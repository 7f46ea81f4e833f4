import { tf } from '../../tensorflow/tf.ts'
import { asExamples } from '../features/feature-shape.ts'
import { unitVectors } from './normalization.ts'

/**
 * 1 − linear CKA between a student's feature and its target, over the examples of the batch.
 *
 *     CKA = ⟨K, L⟩/(‖K‖‖L‖),  K = XXᵀ and L = YYᵀ of features with centred columns, each example a row
 *
 * Turning, moving or scaling all features changes nothing. Computed as ½‖K/‖K‖ − L/‖L‖‖², which is the same for features that are not
 * constant over the batch. With few examples and many numbers an example, CKA is near 1 for any two features: the loss is then weak.
 *
 * @param student  float32 `[batch, ..., width]`. Differentiable, as is the target. The batch has 3 examples or more: of 2, CKA is always 1.
 * @see Kornblith et al. 2019, "Similarity of neural network representations revisited", arXiv:1905.00414; as a loss: Saha et al. 2022,
 *   "Distilling representational similarity using centered kernel alignment", BMVC.
 */
export function ckaLoss(student: tf.Tensor, target: tf.Tensor): tf.Scalar {
  const [own, wanted] = [unitGram(student), unitGram(target)]
  return tf.mul<tf.Scalar>(tf.sum(tf.squaredDifference(own, wanted)), 0.5)
}

/** K/‖K‖ as one vector. */
function unitGram(x: tf.Tensor): tf.Tensor1D {
  const examples = asExamples(x)
  const centred = tf.sub<tf.Tensor2D>(examples, tf.mean(examples, 0, true))
  return unitVectors(tf.reshape<tf.Rank.R1>(tf.matMul(centred, centred, false, true), [-1]))
}
