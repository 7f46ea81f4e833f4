import { tf } from '../../tensorflow/tf.ts'
import { withGradient } from '../../tensorflow/with-gradient.ts'

/**
 * x, as a constant: what is made of it has a gradient of 0 with respect to x and to all that x was made of.
 *
 * The path stays: tfjs refuses to differentiate by a parameter that the loss does not depend on, and with this one gets zeros instead. They
 * are written out, so the way back from here is still computed; it costs an addition where other gradients come that way too.
 *
 * @param x  Any shape. Not disposed.
 */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  return withGradient([x], () => ({
    value: tf.clone(x),
    saved: [],
    gradients: (dy) => [tf.zerosLike(dy)],
  })) as T // the shape of x
}

/**
 * x, cut off: nothing of what x was made of is on the way back, so that way costs nothing.
 *
 * Where a loss depends on a parameter through this alone, `tf.valueAndGrads` refuses to give that parameter's gradient; see {@link stopGradient}.
 *
 * @param x  Any shape. Not disposed.
 */
export function detach<T extends tf.Tensor>(x: T): T {
  // No inputs: tfjs' tape then does not know that it came of x.
  return withGradient([], () => ({ value: tf.clone(x), saved: [], gradients: () => [] })) as T // the shape of x
}
