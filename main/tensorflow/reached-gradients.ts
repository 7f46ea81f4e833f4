import type * as TensorFlow from '@tensorflow/tfjs'
import { tf } from './tf.ts'

/**
 * Gradients of a scalar with respect to those tensors that it depends on.
 *
 * `tf.valueAndGrads` refuses a tensor that the value does not depend on; here its place holds null, so that a part that a loss of several terms
 * does not reach is left alone instead of being moved by a gradient of 0, which momentum or weight decay would make more of.
 */
export function reachedGradients(value: (...tensors: TensorFlow.Tensor[]) => TensorFlow.Scalar, at: readonly TensorFlow.Tensor[]): { readonly value: TensorFlow.Scalar; readonly gradients: readonly (TensorFlow.Tensor | null)[] } {
  const taken = tf.tidy(() => tf.engine().gradients(() => value(...at), [...at], undefined, true))
  return { value: taken.value as TensorFlow.Scalar, gradients: (taken.grads as (TensorFlow.Tensor | null | undefined)[]).map((gradient) => gradient ?? null) } // nothing where the tape does not reach, whatever its type says
}
