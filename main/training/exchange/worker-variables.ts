import type { HostArrays, Session } from '../../tensorflow/runtime.ts'
import type { TrainedVariables } from '../training-step.ts'
import { writeGroup } from '../variables.ts'
import type { VariableGroup } from '../variables.ts'

/** One worker: where it computes, its replica of the model, and what it remembers. */
export interface Worker {
  /** TensorFlow's name, such as `/device:CPU:1` or `/job:worker/task:1/device:CPU:0`. */
  readonly device: string
  /** Before the names of its copy of the data; empty where it takes that of the session. */
  readonly residents: string
  /** The shared weights, where weight deltas are exchanged; the slots are then the worker's own. */
  readonly replica: TrainedVariables
  /** Where weight deltas are exchanged: the weights that the worker moves by itself from one exchange to the next, and its slots. Else null. */
  readonly own: TrainedVariables | null
  readonly memory: VariableGroup
  readonly compressor: VariableGroup
}

/** Values of all variables of all workers; the replicas begin alike. */
export interface WorkerValues {
  readonly parameters: HostArrays
  readonly statistics: HostArrays
  /** One record a worker: alike where gradients are exchanged, each worker's own where weight deltas are. That of the first is written already. */
  readonly slots: readonly HostArrays[]
  /** What the workers move by themselves, one a worker; null where gradients are exchanged. */
  readonly own: readonly Pick<WorkerValues, 'parameters' | 'statistics'>[] | null
  readonly memories: readonly HostArrays[]
  readonly compressors: readonly HostArrays[]
}

export interface PlaceWorkersOptions {
  readonly session: Session
  readonly devices: readonly string[]
  /** Of the run: the first worker's replica, with its values written. */
  readonly first: TrainedVariables
  readonly values: WorkerValues
  /** True where each worker has a copy of the data. */
  readonly ownData: boolean
}

/** Makes the workers' variables, each on its device. */
export async function placeWorkers({ session, devices, first, values, ownData }: PlaceWorkersOptions): Promise<readonly Worker[]> {
  const workers: Worker[] = []
  for (const [index, device] of devices.entries()) {
    const place = (group: string, given: HostArrays) => writeGroup(session, `${workerPrefix(index)}${group}/`, given, device)
    const replica =
      index === 0 ? first : { parameters: await place('parameters', values.parameters), statistics: await place('statistics', values.statistics), slots: await place('slots', values.slots[index] ?? {}) }
    const own = values.own?.[index]
    workers.push({
      device,
      residents: ownData && index > 0 ? workerPrefix(index) : '',
      replica,
      own: own === undefined ? null : { parameters: await place('own/parameters', own.parameters), statistics: await place('own/statistics', own.statistics), slots: replica.slots },
      memory: await place('memory', values.memories[index] ?? {}),
      compressor: await place('compressor', values.compressors[index] ?? {}),
    })
  }
  return workers
}

/** Of the names of a worker's variables and data. */
export function workerPrefix(index: number): string {
  return `worker-${index}/`
}
