import { whileLoop } from '../tensorflow/ops.ts'
import { tf } from '../tensorflow/tf.ts'

export interface ArmijoSearch {
  /**
   * The loss that judges a try: a scalar. It runs inside a loop in the graph, so it may use nothing from outside but what
   * it is given.
   */
  readonly lossAt: (parameters: readonly tf.Tensor[], constants: readonly tf.Tensor[]) => tf.Scalar
  readonly parameters: readonly tf.Tensor[]
  /** The direction is against it; same order and shapes as the parameters. */
  readonly gradients: readonly tf.Tensor[]
  /** What else `lossAt` needs: the batch, the seed. */
  readonly constants: readonly tf.Tensor[]
  /** f_B(θ), by `lossAt`. */
  readonly loss: tf.Scalar
  /** |g|². */
  readonly gradientSquared: tf.Scalar
  /** First step size tried. */
  readonly start: tf.Scalar
  readonly c: number
  readonly delta: number
  readonly maxTries: number
  readonly fallbackStep: number
}

/** All scalars, float32. */
export interface ArmijoFound {
  /** The step size to take: accepted, the fallback, or 0 where the gradient vanishes. */
  readonly stepSize: tf.Scalar
  /** Losses evaluated. */
  readonly tries: tf.Scalar
  /** 1 where a try was accepted. */
  readonly accepted: tf.Scalar
  /** 1 where all were refused. Both are 0 where the gradient vanishes. */
  readonly fallback: tf.Scalar
}

/** Below this |g|² there is no direction to search along: the step is skipped. */
export const VANISHING_GRADIENT_SQUARED = 1e-16

/**
 * Finds a step size by backtracking, wholly inside the graph.
 *
 * Tries α = start, δ·start, δ²·start, … and takes the first with
 *
 *     f_B(θ − αg) ≤ f_B(θ) − c·α·|g|²
 *
 * A loss that is not finite refuses the try, for no comparison with it holds. After `maxTries` refusals the fallback is
 * taken. No try is evaluated that is not needed.
 *
 * @example f = 2θ², θ 1, c 0.1, start 1, δ 0.9: accepted at 0.9⁸ = 0.43046721 after 9 tries, the first at or below 0.45.
 * @see Vaswani et al. 2019, "Painless Stochastic Gradient", arXiv:1905.09997.
 */
export function armijoSearch(search: ArmijoSearch): ArmijoFound {
  const { parameters, gradients, constants, c, delta, maxTries } = search
  const count = parameters.length
  const hasDirection = tf.logicalNot(tf.less(search.gradientSquared, VANISHING_GRADIENT_SQUARED)) // NaN goes on to the fallback
  const [stepSize, accepted, tries] = whileLoop(
    ([, isAccepted, tried]) => tf.logicalAnd(tf.less(present(isAccepted), 0.5), tf.less(present(tried), maxTries)),
    ([alpha, , tried, loss, gradientSquared, ...rest]) => {
      const theta = rest.slice(0, count)
      const direction = rest.slice(count, 2 * count)
      const candidate = theta.map((value, i) => tf.sub(value, tf.mul(present(alpha), present(direction[i]))))
      const value = search.lossAt(candidate, rest.slice(2 * count))
      const bound = tf.sub(present(loss), tf.mul(tf.mul(present(alpha), c), present(gradientSquared)))
      const holds = tf.lessEqual(value, bound)
      const next = tf.where(holds, present(alpha), tf.mul(present(alpha), delta))
      return [next, tf.cast(holds, 'float32'), tf.add(present(tried), 1), present(loss), present(gradientSquared), ...rest]
    },
    [search.start, tf.sub(1, tf.cast(hasDirection, 'float32')), tf.scalar(0), search.loss, search.gradientSquared, ...parameters, ...gradients, ...constants],
  )
  const direction = tf.cast(hasDirection, 'float32')
  const found = tf.mul<tf.Scalar>(present(accepted), direction)
  const step = tf.where(tf.greater(found, 0.5), present(stepSize), tf.scalar(search.fallbackStep))
  return {
    stepSize: tf.mul<tf.Scalar>(step, direction),
    tries: present(tries) as tf.Scalar, // as it began
    accepted: found,
    fallback: tf.sub<tf.Scalar>(direction, found),
  }
}

/** The loop hands back as many tensors as it was given. */
function present(tensor: tf.Tensor | undefined): tf.Tensor {
  if (tensor === undefined) throw new RangeError('The loop lost a tensor of its state.')
  return tensor
}
