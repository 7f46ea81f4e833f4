import type * as TensorFlow from '@tensorflow/tfjs'
import { tf } from './tf.ts'
import type { OutputReference } from './c-api.ts'
import type { Attributes } from './graph.ts'
import type { InPlaceUpdate, Tensors } from './runtime.ts'
import { outputOf } from './trace.ts'

/** The operation behind an update: its inputs in TensorFlow's order, the variables' resources among them. */
export interface UpdateOperation {
  readonly type: string
  readonly inputs: readonly OutputReference[]
  readonly attributes: Attributes
}

const float = { kind: 'type', value: 'float32' } as const

/** The variables that an update changes, in TensorFlow's order. */
export function updatedVariables(update: InPlaceUpdate): readonly string[] {
  switch (update.kind) {
    case 'descent':
      return [update.parameter]
    case 'momentum':
      return [update.parameter, update.velocity]
    case 'adam':
      return [update.parameter, update.mean, update.square]
  }
}

/**
 * TensorFlow's operation for an update.
 *
 * @param handles  The resources of {@link updatedVariables}, in their order.
 */
export function updateOperation(update: InPlaceUpdate, handles: readonly OutputReference[]): UpdateOperation {
  const { gradient, learningRate } = update
  switch (update.kind) {
    case 'descent':
      return { type: 'ResourceApplyGradientDescent', inputs: [...handles, outputOf(learningRate), outputOf(gradient)], attributes: { T: float } }
    case 'momentum': {
      const attributes = { T: float, use_nesterov: { kind: 'bool', value: update.nesterov } } as const
      return { type: 'ResourceApplyMomentum', inputs: [...handles, outputOf(learningRate), outputOf(gradient), scalar(update.momentum)], attributes }
    }
    case 'adam': {
      // The operation would correct the bias itself, from powers of the betas; the learning rate comes corrected.
      const scalars = [scalar(0), scalar(0), outputOf(learningRate), scalar(update.beta1), scalar(update.beta2), outputOf(update.epsilon)]
      return { type: 'ResourceApplyAdam', inputs: [...handles, ...scalars, outputOf(gradient)], attributes: { T: float } }
    }
  }
}

/** The new values of {@link updatedVariables} from the old, for the reference: the same formulae in plain tfjs. */
export function updatedValues(update: InPlaceUpdate, old: Tensors): Tensors {
  const value = (name: string) => old[name] as TensorFlow.Tensor // one for each of updatedVariables
  const { gradient, learningRate, parameter } = update
  switch (update.kind) {
    case 'descent':
      return { [parameter]: tf.sub(value(parameter), tf.mul(gradient, learningRate)) }
    case 'momentum': {
      const velocity = tf.add(tf.mul(value(update.velocity), update.momentum), gradient)
      const direction = update.nesterov ? tf.add(gradient, tf.mul(velocity, update.momentum)) : velocity
      return { [parameter]: tf.sub(value(parameter), tf.mul(direction, learningRate)), [update.velocity]: velocity }
    }
    case 'adam': {
      const mean = tf.add(tf.mul(value(update.mean), update.beta1), tf.mul(gradient, 1 - update.beta1))
      const square = tf.add(tf.mul(value(update.square), update.beta2), tf.mul(tf.square(gradient), 1 - update.beta2))
      const move = tf.div(tf.mul(mean, learningRate), tf.add(tf.sqrt(square), update.epsilon))
      return { [parameter]: tf.sub(value(parameter), move), [update.mean]: mean, [update.square]: square }
    }
  }
}

function scalar(value: number): OutputReference {
  return outputOf(tf.scalar(value))
}
