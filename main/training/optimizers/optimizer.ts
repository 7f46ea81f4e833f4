import type * as tf from '@tensorflow/tfjs'
import type { HostArrays, InputSpec, Tensors, TraceContext } from '../../tensorflow/runtime.ts'

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
  /** The same update made in the variables' own memory: a pass over them where `update` takes several. */
  updateInPlace(variables: OptimizedVariables, gradients: Tensors, learningRate: tf.Scalar): void
}

/** Parameters and slots as a trace holds them. */
export interface OptimizedVariables {
  readonly names: readonly string[]
  readonly context: Pick<TraceContext<Readonly<Record<string, InputSpec>>>, 'read' | 'update' | 'assign'>
  /** The session's names of a parameter and of a slot. */
  readonly parameter: (name: string) => string
  readonly slot: (name: string) => string
}
