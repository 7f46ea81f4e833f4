import type { OptimizerConfig } from '../../contract/optimizer-config.ts'
import { tf } from '../../tensorflow/tf.ts'
import type { Optimizer } from './optimizer.ts'
import { named } from './slots.ts'

/**
 * Stochastic gradient descent, p ← p − η(g + λp), without memory.
 *
 * λ is `weightDecay`, an L2 penalty added to the gradient of every parameter, biases and norms included, as PyTorch does.
 */
export function createSgd({ weightDecay }: Extract<OptimizerConfig, { kind: 'sgd' }>): Optimizer {
  return {
    initSlots: () => ({}),
    update: (parameters, gradients, slots, learningRate) => ({
      parameters: Object.fromEntries(
        Object.entries(parameters).map(([name, parameter]) => {
          const gradient = withPenalty(named(gradients, name), parameter, weightDecay)
          return [name, tf.sub(parameter, tf.mul(gradient, learningRate))]
        }),
      ),
      slots,
    }),
    updateInPlace: ({ names, context, parameter }, gradients, learningRate) => {
      for (const name of names) {
        const gradient = penalized(named(gradients, name), () => context.read(parameter(name)), weightDecay)
        context.update({ kind: 'descent', parameter: parameter(name), gradient, learningRate })
      }
    },
  }
}

/** The gradient of the loss plus ½λ|p|²: g + λp. */
export function withPenalty(gradient: tf.Tensor, parameter: tf.Tensor, weightDecay: number): tf.Tensor {
  return penalized(gradient, () => parameter, weightDecay)
}

/** As {@link withPenalty}, of a parameter that is read only where there is a penalty. */
export function penalized(gradient: tf.Tensor, parameter: () => tf.Tensor, weightDecay: number): tf.Tensor {
  return weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(parameter(), weightDecay))
}
