import type * as tf from '@tensorflow/tfjs'
import type { HostArrays, Tensors } from '../../tensorflow/runtime.ts'

export interface Update {
  readonly parameters: Tensors
  readonly slots: Tensors
}

/**
 * Turns gradients into new parameters: a pure function over explicit slots, so that it resumes, replays and tests.
 *
 * @see optax, whose `init`/`update` pair this follows.
 */
export interface Optimizer {
  /** Initial slots, named after the parameters they belong to, such as `velocity/stem/kernel`. */
  initSlots(parameters: HostArrays): HostArrays
  /**
   * @param gradients  One for each parameter, same name and shape.
   * @param learningRate  Scalar, fed.
   */
  update(parameters: Tensors, gradients: Tensors, slots: Tensors, learningRate: tf.Scalar): Update
}
