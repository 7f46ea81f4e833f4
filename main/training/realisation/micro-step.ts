import { onDevice, squaredNorm, sumInOrder } from '../../tensorflow/ops.ts'
import type { Session, Tensors } from '../../tensorflow/runtime.ts'
import { tf } from '../../tensorflow/tf.ts'
import { lossAndGradients, readBatch } from '../objective.ts'
import type { LossAndGradients, Objective } from '../objective.ts'
import type { Optimizer } from '../optimizers/optimizer.ts'
import { optimizedVariables } from '../training-step.ts'
import type { TrainedVariables } from '../training-step.ts'
import { assignTensors, readTensors } from '../variables.ts'
import type { VariableGroup } from '../variables.ts'

/** The variables of a run, and those in which an update is added up before it is made. */
export interface SummedVariables extends TrainedVariables {
  /** Like the parameters. */
  readonly gradientSum: VariableGroup
  /** Like the statistics. */
  readonly statisticSum: VariableGroup
}

export interface MicroStepOptions {
  readonly session: Session
  readonly objective: Objective
  readonly variables: SummedVariables
}

/** Micro-batches that are done side by side, each on its device. */
export type MicroBatches = readonly { readonly device: string; readonly size: number }[]

/** One call's part of an update. */
export interface AccumulationFeed {
  /** int32, those of each micro-batch after those of the one before. */
  readonly indices: Int32Array
  /** int32 `[micro-batches·2]`, of dropout. */
  readonly seeds: Int32Array
  /** Of an example in the update's mean: 1/B. */
  readonly share: number
}

/** Compiles a call that puts the gradients and statistics of micro-batches into the sums, or adds them to what is there; see {@link RealisedSteps}. */
export function compileAccumulation(options: MicroStepOptions & { readonly microBatches: MicroBatches; readonly into: 'empty sum' | 'sum'; readonly jit: boolean }) {
  const { session, objective, variables, microBatches, into, jit } = options
  const { parameters, statistics, gradientSum, statisticSum } = variables
  const sizes = microBatches.map(({ size }) => size)
  return session.compile({
    name: `accumulate-${sizes.join('+')}-into-${into === 'sum' ? 'sum' : 'empty'}`,
    inputs: {
      indices: { shape: [sizes.reduce((sum, size) => sum + size, 0)], type: 'int32' },
      seeds: { shape: [sizes.length * 2], type: 'int32' },
      share: { shape: [], type: 'float32' },
    },
    jit,
    trace(context) {
      const { inputs } = context
      const point = { objective, parameters: readTensors(context, parameters), statistics: readTensors(context, statistics), training: true }
      let start = 0
      const taken = microBatches.map(({ device, size }, i) => {
        const indices = tf.slice(inputs.indices as tf.Tensor1D, [start], [size]) // inputs are declared with one dimension
        const seed = tf.slice(inputs.seeds as tf.Tensor1D, [2 * i], [2])
        start += size
        return onDevice(device, () => lossAndGradients({ ...point, batch: readBatch(context, objective, 'train', indices), seed }, tf.mul(tf.ones<tf.Rank.R1>([size]), inputs.share)))
      })
      const shares = sizes.map((size) => tf.mul(inputs.share, size))
      const gradients = taken.map((one) => one.gradients)
      const weighted = taken.map((one, i) => Object.fromEntries(statistics.names.map((name) => [name, tf.mul(of(one.statistics, name), shares[i] as tf.Tensor)]))) // one for each of taken
      const before = (group: VariableGroup): Tensors[] => (into === 'sum' ? [readTensors(context, group)] : [])
      for (const [group, parts] of [[gradientSum, gradients], [statisticSum, weighted]] as const) {
        assignTensors(context, group, { before: {}, after: added(group.names, [...before(group), ...parts]) })
      }
      return { loss: sumInOrder(taken.map(({ loss }: LossAndGradients) => loss)) }
    },
  })
}

/** Makes the update that was added up: parameters and slots by the optimizer, statistics by their weighted mean. */
export function compileApplication({ session, variables, optimizer, gradientNorms }: MicroStepOptions & { readonly optimizer: Optimizer; readonly gradientNorms: boolean }) {
  return session.compile({
    name: 'apply-gradient-sum',
    inputs: { learningRate: { shape: [], type: 'float32' } },
    trace(context) {
      const gradients = readTensors(context, variables.gradientSum)
      optimizer.updateInPlace(optimizedVariables(context, variables), gradients, context.inputs.learningRate as tf.Scalar) // as declared
      const statistics = readTensors(context, variables.statisticSum)
      assignTensors(context, variables.statistics, { before: {}, after: statistics })
      const results: Record<string, tf.Tensor> = gradientNorms ? { norm: tf.sqrt(squaredNorm(Object.values(gradients))) } : {}
      return results
    },
  })
}

function added(names: readonly string[], parts: readonly Tensors[]): Tensors {
  return Object.fromEntries(names.map((name) => [name, parts.length === 1 ? of(parts[0] ?? {}, name) : sumInOrder(parts.map((part) => of(part, name)))]))
}

/** All of these records have one tensor for each of the group's names. */
function of(tensors: Tensors, name: string): tf.Tensor {
  return tensors[name] as tf.Tensor
}
