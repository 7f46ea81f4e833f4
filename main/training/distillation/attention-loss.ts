import { tf } from '../../tensorflow/tf.ts'
import { asExamples } from '../features/feature-shape.ts'
import { unitVectors } from './normalization.ts'

/**
 * Attention transfer: a student's feature shall be strong at the positions where its target is.
 *
 *     loss = mean over batch and positions of (A/|A| − A′/|A′|)²        A: at each position the sum of squares over the width
 *
 * @param student  float32 `[batch, positions..., width]`, not normalised over its width. Differentiable, as is the target.
 * @see Zagoruyko and Komodakis 2017, "Paying more attention to attention", arXiv:1612.03928. As in their code, the mean of squares; the
 *   paper writes the length of the difference.
 */
export function attentionLoss(student: tf.Tensor, target: tf.Tensor): tf.Scalar {
  return tf.mean(tf.squaredDifference(attention(student), attention(target)))
}

/** `[batch, positions]`, of length 1 an example. */
function attention(x: tf.Tensor): tf.Tensor2D {
  return unitVectors(asExamples(tf.sum(tf.square(x), -1)))
}
