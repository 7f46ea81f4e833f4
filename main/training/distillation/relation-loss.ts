import { tf } from '../../tensorflow/tf.ts'
import { asExamples } from '../features/feature-shape.ts'
import { smoothL1 } from './smooth-l1.ts'

/** Weights of the two parts, as the paper has them. */
const DISTANCE_WEIGHT = 1
const ANGLE_WEIGHT = 2

/** Least squared distance that is told from 0: that of PyTorch's implementation by the authors. */
const SQUARED_DISTANCE_EPSILON = 1e-12

/**
 * Relational knowledge distillation: examples shall lie to each other as in the target, wherever they lie.
 *
 *     distance  mean over pairs i ≠ j of h(dᵢⱼ/μ − d′ᵢⱼ/μ′)        dᵢⱼ = |xᵢ − xⱼ|, μ its mean
 *     angle     mean over triplets of three examples of h(cos ∠jik − cos ∠′jik)
 *     loss      1·distance + 2·angle                                 h: see {@link smoothL1}
 *
 * Turning, moving or scaling all features changes nothing. Distances and angles come of inner products of centred features, so that no
 * tensor is larger than batch³: at 128 examples 8 MiB, at 512 half a GiB, several times over for the gradient.
 *
 * @param student  float32 `[batch, ..., width]`; each example is one point. Differentiable, as is the target.
 * @see Park et al. 2019, "Relational knowledge distillation", arXiv:1904.05068. Their code takes means over all pairs and triplets, also of
 *   an example with itself, which add 0: its values are smaller by (n − 1)/n for distances and (n − 1)(n − 2)/n² for angles.
 */
export function relationLoss(student: tf.Tensor, target: tf.Tensor): tf.Scalar {
  const [own, wanted] = [relations(asExamples(student)), relations(asExamples(target))]
  const examples = student.shape[0] ?? 1
  const pairs = examples * (examples - 1)
  const distance = tf.sum(smoothL1(tf.sub(own.distances, wanted.distances)))
  const angle = tf.sum(smoothL1(tf.sub(own.cosines, wanted.cosines)))
  return tf.add<tf.Scalar>(tf.mul(distance, DISTANCE_WEIGHT / pairs), tf.mul(angle, ANGLE_WEIGHT / (pairs * (examples - 2))))
}

interface Relations {
  /** `[n, n]`, over their mean; 0 of an example to itself. */
  readonly distances: tf.Tensor
  /** `[n, n, n]`: at i between the directions to j and k; 0 where two of them are the same example. */
  readonly cosines: tf.Tensor
}

function relations(x: tf.Tensor2D): Relations {
  const examples = x.shape[0]
  const centred = tf.sub<tf.Tensor2D>(x, tf.mean(x, 0, true))
  const products = tf.matMul(centred, centred, false, true)
  const squares = tf.sum(tf.square(centred), 1, true)
  const others = tf.sub(1, tf.eye(examples))
  const squared = tf.sub(tf.add(squares, tf.transpose(squares)), tf.mul(products, 2))
  const lengths = tf.sqrt(tf.maximum(squared, SQUARED_DISTANCE_EPSILON))
  const between = tf.mul(lengths, others)
  const mean = tf.div(tf.sum(between), examples * (examples - 1))
  // ⟨xⱼ − xᵢ, xₖ − xᵢ⟩ = ⟨xⱼ, xₖ⟩ − ⟨xᵢ, xⱼ⟩ − ⟨xᵢ, xₖ⟩ + |xᵢ|², over both lengths.
  const toFirst = tf.sub(tf.expandDims(products, 0), tf.expandDims(tf.sub(products, squares), 2))
  const inner = tf.sub(toFirst, tf.expandDims(products, 1))
  const inverse = tf.div(others, lengths)
  const scale = tf.mul(tf.mul(tf.expandDims(inverse, 2), tf.expandDims(inverse, 1)), tf.expandDims(others, 0))
  return { distances: tf.div(between, mean), cosines: tf.mul(inner, scale) }
}
