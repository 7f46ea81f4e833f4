import type { MetricKey } from '../contract/metrics.ts'
import { squaredNorm } from '../tensorflow/ops.ts'
import { tf } from '../tensorflow/tf.ts'
import type { OperationTime, Session } from '../tensorflow/runtime.ts'
import type { OptimizedVariables, Optimizer } from './optimizers/optimizer.ts'
import { lossAndGradients, meanWeights, readBatch } from './objective.ts'
import type { Objective } from './objective.ts'
import { assignTensors, readTensors } from './variables.ts'
import type { VariableGroup } from './variables.ts'

/** What one call trains on: `steps` steps of `batchSize` examples. */
export interface StepFeed {
  /** int32 `[steps·batchSize]`. */
  readonly indices: Int32Array
  /** Examples that judge a line search, int32 `[steps·batchSize]`; one that is not used where there is no such search. */
  readonly searchIndices: Int32Array
  /** int32 `[steps·2]`, of dropout. */
  readonly seeds: Int32Array
  /** float32 `[steps]`. */
  readonly learningRates: Float32Array
  /** float32 `[steps]`: 1 where the step begins an epoch. */
  readonly epochStarts: Float32Array
  /** Examples along the run's course before each step, `[steps]`. */
  readonly positions: Float64Array
  /** Into each further stream, by its key: int32 `[steps·its batch size]`; left out where there are none. */
  readonly further?: Readonly<Record<string, Int32Array>>
}

/** What one call tells, one number a step. */
export interface StepResults {
  /** Mean loss of the step's batch before its update, in nats. */
  readonly losses: ArrayLike<number>
  readonly stepSizes: ArrayLike<number>
  /** Of a line search: forward evaluations, and 1 where it found no step. Null for optimisers without one. */
  readonly search: { readonly tries: ArrayLike<number>; readonly fallbacks: ArrayLike<number> } | null
  /** Of each step's mean gradient; only where they were asked for. */
  readonly gradientNorms?: ArrayLike<number>
  /** The fewest live channels of any decorrelated feature, one number a step; left out where none is decorrelated. */
  readonly liveChannels?: ArrayLike<number>
  /** More to log, by metric, one number a step. */
  readonly metrics?: Readonly<Partial<Record<MetricKey, ArrayLike<number>>>>
}

/** Several steps compiled into one call. */
export interface TrainingCall {
  readonly steps: number
  readonly traceMs: number
  run(feed: StepFeed): Promise<StepResults>
  /** Runs once and tells what each operation took. */
  profile(feed: StepFeed): Promise<readonly OperationTime[]>
}

/** The variables that training changes. */
export interface TrainedVariables {
  readonly parameters: VariableGroup
  readonly statistics: VariableGroup
  readonly slots: VariableGroup
}

export interface TrainingStepOptions {
  readonly session: Session
  readonly objective: Objective
  readonly variables: TrainedVariables
  readonly batchSize: number
  /** Unrolled into one call. */
  readonly steps: number
  readonly jit: boolean
  /** Also tell the norm of each step's gradient. */
  readonly gradientNorms?: boolean
}

/**
 * Compiles `steps` updates of an optimiser into one call.
 *
 *     for each step
 *       x, labels           = rows of the resident training data at the step's indices, normalised
 *       loss, gradients     = mean loss over the batch, forward pass in training mode
 *       parameters, slots   = optimizer.update(…, learning rate of the step)
 *       statistics          = running statistics after the forward pass
 *
 * Nothing crosses the border within a call but the indices, seeds and learning rates going in and the losses coming out.
 */
export function compileTrainingStep(options: TrainingStepOptions, optimizer: Optimizer): TrainingCall {
  const { session, objective, variables, batchSize, steps, jit, gradientNorms = false } = options
  const compiled = session.compile({
    name: `train-batch-${batchSize}-steps-${steps}`,
    inputs: {
      indices: { shape: [steps * batchSize], type: 'int32' },
      seeds: { shape: [steps * 2], type: 'int32' },
      learningRates: { shape: [steps], type: 'float32' },
    },
    jit,
    trace(context) {
      const before = readTensors(context, variables.statistics)
      let statistics = before
      const losses: tf.Tensor[] = []
      const norms: tf.Tensor[] = []
      for (let step = 0; step < steps; step++) {
        const batch = readBatch(context, objective, 'train', sliceOf(context.inputs.indices, step, batchSize))
        const point = { objective, parameters: readTensors(context, variables.parameters), statistics, batch, seed: sliceOf(context.inputs.seeds, step, 2), training: true }
        const taken = lossAndGradients(point, meanWeights(batchSize))
        optimizer.updateInPlace(optimizedVariables(context, variables), taken.gradients, scalarOf(context.inputs.learningRates, step))
        losses.push(taken.loss)
        if (gradientNorms) norms.push(tf.sqrt(squaredNorm(Object.values(taken.gradients))))
        statistics = taken.statistics
      }
      assignTensors(context, variables.statistics, { before, after: statistics })
      const results: Record<string, tf.Tensor> = { losses: tf.stack(losses), ...(gradientNorms ? { norms: tf.stack(norms) } : {}) }
      return results
    },
  })
  return {
    steps,
    traceMs: compiled.traceMs,
    async run({ indices, seeds, learningRates }) {
      const { losses = [], norms } = await compiled.run({ indices, seeds, learningRates })
      return { losses, stepSizes: learningRates, search: null, ...(norms === undefined ? {} : { gradientNorms: norms }) }
    },
    profile: ({ indices, seeds, learningRates }) => compiled.profile({ indices, seeds, learningRates }),
  }
}

/** A run's variables as an optimizer updates them. */
export function optimizedVariables(context: OptimizedVariables['context'], { parameters, slots }: Pick<TrainedVariables, 'parameters' | 'slots'>): OptimizedVariables {
  return { context, names: parameters.names, parameter: (name) => parameters.prefix + name, slot: (name) => slots.prefix + name }
}

/** The `step`-th run of `size` elements of a vector. */
export function sliceOf(vector: tf.Tensor, step: number, size: number): tf.Tensor1D {
  return tf.slice(vector as tf.Tensor1D, [step * size], [size]) // inputs are declared with one dimension
}

/** One element of a vector. */
export function scalarOf(vector: tf.Tensor, step: number): tf.Scalar {
  return tf.reshape<tf.Rank.R0>(sliceOf(vector, step, 1), [])
}
