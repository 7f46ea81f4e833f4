import { layerNorm } from '../../tensorflow/ops.ts'
import { tf } from '../../tensorflow/tf.ts'

/** What is done to features before they are compared; see {@link normalised}. */
export type Normalisation = 'layer-norm' | 'l2' | 'none'

/** Under the root of a variance: as in PyTorch's `layer_norm`. */
const LAYER_NORM_EPSILON = 1e-5

/** Added to a squared length: a vector shorter than 10⁻⁶ stays shorter than 1. PyTorch's `normalize` divides by max(length, 10⁻¹²). */
const SQUARED_LENGTH_EPSILON = 1e-12

/**
 * Takes the scale out of features, vector by vector over the last axis, so that a distance between them says something.
 *
 *     layer-norm  (x − mean)/√(variance + 10⁻⁵), without scale and offset
 *     l2          x/√(|x|² + 10⁻¹²)
 *     none        x
 *
 * @param x  float32 `[..., width]`. Differentiable.
 */
export function normalised(x: tf.Tensor, normalisation: Normalisation): tf.Tensor {
  if (normalisation === 'none') return x
  if (normalisation === 'l2') return unitVectors(x)
  const width = x.shape.at(-1) ?? 1
  return layerNorm(x, tf.ones([width]), tf.zeros([width]), LAYER_NORM_EPSILON)
}

/** Each vector over the last axis divided by its length; a vector of zeros stays one. */
export function unitVectors<T extends tf.Tensor>(x: T): T {
  return tf.mul<T>(x, tf.rsqrt(tf.add(tf.sum(tf.square(x), -1, true), SQUARED_LENGTH_EPSILON)))
}
