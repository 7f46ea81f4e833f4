import type { Tensors, TraceContext } from '../../tensorflow/runtime.ts'
import type { tf } from '../../tensorflow/tf.ts'
import { optimizedVariables } from '../training-step.ts'
import { assignTensors } from '../variables.ts'
import type { ExchangeStepOptions } from './exchange-step.ts'
import { splitTensors, unflatten } from './flatten.ts'
import type { StepInputs } from './worker-step.ts'
import type { Worker } from './worker-variables.ts'

/** What a worker has received: the mean over all of them. */
export interface ReceivedMean {
  readonly options: ExchangeStepOptions
  readonly context: TraceContext<StepInputs>
  readonly worker: Worker
  /** Null where nothing of the compressed tensors was sent. */
  readonly flat: tf.Tensor1D | null
  readonly dense: tf.Tensor1D
}

/** The mean, by the names of the tensors. Tensors of which nothing was sent are not among the changes. */
export function meanByName({ options, worker, flat, dense }: Omit<ReceivedMean, 'context'>): { readonly changes: Tensors; readonly statistics: Tensors } {
  const { layout, objective } = options
  const { names } = worker.replica.statistics
  const shapes = objective.model.initStatistics()
  const statistics = names.map((name) => ({ name: `statistics/${name}`, shape: shapes[name]?.shape ?? [] }))
  const small = splitTensors(dense, [...layout.dense, ...statistics])
  return {
    changes: { ...(flat === null ? {} : unflatten(layout, flat)), ...Object.fromEntries(layout.dense.map(({ name }) => [name, small[name] as tf.Tensor])) }, // split just above
    statistics: Object.fromEntries(names.map((name) => [name, small[`statistics/${name}`] as tf.Tensor])), // likewise
  }
}

/** Updates a replica by the mean gradient. Tensors of which nothing was sent stay as they are, their slots too. */
export function update({ options, context, worker, ...mean }: ReceivedMean): void {
  const { replica } = worker
  const { changes, statistics } = meanByName({ options, worker, ...mean })
  const names = replica.parameters.names.filter((name) => name in changes)
  options.optimizer.updateInPlace({ ...optimizedVariables(context, replica), names }, changes, context.inputs.learningRate as tf.Scalar) // as declared
  assignTensors(context, replica.statistics, { before: {}, after: statistics })
}
