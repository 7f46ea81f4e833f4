import type { OptimizerConfig } from '../../contract/optimizer-config.ts'
import { tf } from '../../tensorflow/tf.ts'
import type { Optimizer } from './optimizer.ts'
import { penalized, withPenalty } from './sgd.ts'
import { named, zeroSlots } from './slots.ts'

/**
 * SGD with heavy-ball momentum, or Nesterov's.
 *
 *     v ← μv + (g + λp)
 *     momentum:  p ← p − ηv
 *     nesterov:  p ← p − η(g + λp + μv)
 *
 * The velocity starts at 0, and the learning rate stands outside it, as in PyTorch (no dampening): a new learning rate acts
 * at once on all of the velocity. λ is an L2 penalty on every parameter. Slots: `velocity/PARAMETER`.
 *
 * @see Sutskever et al. 2013, "On the importance of initialization and momentum in deep learning", for Nesterov's form.
 */
export function createMomentum(config: Extract<OptimizerConfig, { kind: 'momentum' | 'nesterov' }>): Optimizer {
  const { momentum, weightDecay } = config
  return {
    initSlots: (parameters) => zeroSlots('velocity', parameters),
    update: (parameters, gradients, slots, learningRate) => {
      const moved: Record<string, tf.Tensor> = {}
      const velocities: Record<string, tf.Tensor> = {}
      for (const [name, parameter] of Object.entries(parameters)) {
        const gradient = withPenalty(named(gradients, name), parameter, weightDecay)
        const velocity = tf.add(tf.mul(named(slots, `velocity/${name}`), momentum), gradient)
        const direction = config.kind === 'nesterov' ? tf.add(gradient, tf.mul(velocity, momentum)) : velocity
        moved[name] = tf.sub(parameter, tf.mul(direction, learningRate))
        velocities[`velocity/${name}`] = velocity
      }
      return { parameters: moved, slots: velocities }
    },
    updateInPlace: ({ names, context, parameter, slot }, gradients, learningRate) => {
      for (const name of names) {
        const gradient = penalized(named(gradients, name), () => context.read(parameter(name)), weightDecay)
        context.update({ kind: 'momentum', parameter: parameter(name), velocity: slot(`velocity/${name}`), gradient, learningRate, momentum, nesterov: config.kind === 'nesterov' })
      }
    },
  }
}
