import type { Lever } from '../../contract/batch-policy-config.ts'
import type { RunConfig } from '../../contract/run-config.ts'

/** A device that a run may use, as it stands when a batch size is asked for. */
export interface DeviceState {
  /** TensorFlow's name, such as `/device:GPU:0`. */
  readonly name: string
  /** `gone`: another run or the user took it, so that it must be let go of. */
  readonly state: 'in-use' | 'free' | 'gone'
  /** Examples that fit on it at once; null where nothing is known that would limit them. */
  readonly largestMicroBatch: number | null
}

/** What one device does in an update: a micro-batch of so many examples in each loop, one after the other. */
export interface Replica {
  readonly device: string
  readonly microBatches: readonly number[]
}

/**
 * How an update of `batchSize` examples is done: `loops` times, every replica that has one left takes a micro-batch, side by side.
 * All micro-batches together are the batch.
 */
export interface Realisation {
  readonly batchSize: number
  readonly replicas: readonly Replica[]
  readonly loops: number
}

/** A realisation with the way that led to it. */
export interface PlannedRealisation {
  readonly realisation: Realisation
  /** The first that was pulled; null where none was. */
  readonly lever: Lever | null
  /** All that moved, in the order in which they were tried. */
  readonly levers: readonly Lever[]
  /** In words, such as `no free device; CPU:0 has room for micro-batches of 128: 1 × 128 × 1`. */
  readonly reason: string
}

/** The largest micro-batch of a realisation. */
export function microBatchOf({ replicas }: Pick<Realisation, 'replicas'>): number {
  return replicas.reduce((largest, { microBatches }) => Math.max(largest, ...microBatches), 0)
}

/** The micro-batches of one loop, those of replicas that have none left out. */
export function loopOf({ replicas }: Realisation, loop: number): readonly { readonly device: string; readonly size: number }[] {
  return replicas.flatMap(({ device, microBatches }) => {
    const size = microBatches[loop]
    return size === undefined ? [] : [{ device, size }]
  })
}

/** True where an update is one micro-batch on one device: the ordinary training step. */
export function isWhole({ replicas, loops }: Realisation): boolean {
  return replicas.length === 1 && loops === 1
}

/** `replicas × micro × loops`, such as `2 × 48 × 2`; the largest micro-batch where they differ. */
export function describeRealisation(realisation: Realisation): string {
  return `${realisation.replicas.length} × ${microBatchOf(realisation)} × ${realisation.loops}`
}

/** `CPU:0` for `/device:CPU:0`. */
export function shortName(device: string): string {
  return device.replace(/^.*device:/i, '')
}

/** The largest micro-batch that a run's first update can have, as its config says; that update's batch for a run that cuts none. */
export function firstMicroBatch({ batchSize, batchPolicy }: Pick<RunConfig, 'batchSize' | 'batchPolicy'>): number {
  if (batchPolicy === null) return batchSize
  const { devicesAtStart, largestMicroBatch } = batchPolicy.realisation
  return Math.min(Math.ceil(batchSize / devicesAtStart), largestMicroBatch ?? batchSize)
}
