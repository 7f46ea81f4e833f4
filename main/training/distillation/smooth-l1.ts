import { tf } from '../../tensorflow/tf.ts'

/**
 * d²/2 where |d| is below 1, |d| − ½ beyond, element by element: Huber's loss with a limit of 1.
 *
 * @param difference  float32, any shape. Differentiable; the slope is d, held within ±1.
 * @see Huber 1964, "Robust estimation of a location parameter".
 */
export function smoothL1(difference: tf.Tensor): tf.Tensor {
  const size = tf.abs(difference)
  const within = tf.minimum(size, 1)
  return tf.mul(within, tf.sub(size, tf.mul(within, 0.5)))
}
