import { LoupeError } from '../contract/errors.ts'
import type { DeviceInfo } from '../tensorflow/runtime.ts'
import type { ModelCost } from '../training/models/model.ts'

/** The parameters themselves, their gradients, and up to two optimiser slots: Adam keeps two. */
const ARRAYS_PER_PARAMETER = 4
const BYTES_PER_NUMBER = 4

/** What decides how much memory a lane takes. */
export interface LaneNeeds {
  readonly cost: ModelCost
  /** The largest that will be trained. */
  readonly batchSize: number
  /** Of the data set on the device: each lane holds its own. */
  readonly dataBytes: number
}

/** Bytes that a lane holds on its device: parameters, gradients, slots, the activations of one batch, and the data set. */
export function neededMemoryBytes({ cost, batchSize, dataBytes }: LaneNeeds): number {
  return cost.parameters * ARRAYS_PER_PARAMETER * BYTES_PER_NUMBER + cost.activationBytesPerExample * batchSize + dataBytes
}

/** Lanes that a device has memory for; without end where it does not say how much it has. */
export function lanesThatFit(needs: LaneNeeds, device: Pick<DeviceInfo, 'memoryBytes'> | undefined): number {
  if (device === undefined || device.memoryBytes <= 0) return Number.POSITIVE_INFINITY
  return Math.floor(device.memoryBytes / neededMemoryBytes(needs))
}

/**
 * Refuses what cannot fit, before a machine starts to swap or its kernel kills the engine.
 *
 * @param lanes  On this device.
 * @throws LoupeError `out-of-memory` where they need more than the device has in all.
 */
export function checkMemory({ needs, lanes, device }: { readonly needs: LaneNeeds; readonly lanes: number; readonly device: DeviceInfo | undefined }): void {
  if (device === undefined || lanesThatFit(needs, device) >= lanes) return
  const { cost, batchSize, dataBytes } = needs
  const needed = lanes * neededMemoryBytes(needs)
  const [what, advice] = lanes === 1 ? ['a run', 'Use a smaller model, batch or data set.'] : [`${lanes} runs side by side`, 'Use a smaller model, batch or data set, or fewer parallelRuns.']
  throw new LoupeError(
    'out-of-memory',
    `The model has ${cost.parameters} parameters, the data set takes ${gigabytes(dataBytes)}; ${what} at batch size ${batchSize} would need about ${gigabytes(needed)}, and ${device.name} has ${gigabytes(device.memoryBytes)}. ${advice}`,
    { parameters: cost.parameters, batchSize, dataBytes, lanes, neededBytes: needed, memoryBytes: device.memoryBytes, device: device.name },
  )
}

/** JavaScript's own way to say that there is no room, as the error that it is. */
export function asOutOfMemory(error: unknown): unknown {
  if (!(error instanceof RangeError) || !/allocation failed|Invalid typed array length|array length/i.test(error.message)) return error
  return new LoupeError('out-of-memory', `There was no room in memory for an array (${error.message}). Use a smaller model or batch.`, {}, { cause: error })
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GB`
}
