import { LoupeError } from '../contract/errors.ts'
import type { DeviceInfo } from '../tensorflow/runtime.ts'
import type { ModelCost } from '../training/models/model.ts'

/** The parameters themselves, their gradients, and up to two optimiser slots: Adam keeps two. */
const ARRAYS_PER_PARAMETER = 4
const BYTES_PER_NUMBER = 4

/** Bytes that a step holds on its device: parameters, gradients, slots, and the activations of one batch. */
export function neededMemoryBytes(cost: ModelCost, batchSize: number): number {
  return cost.parameters * ARRAYS_PER_PARAMETER * BYTES_PER_NUMBER + cost.activationBytesPerExample * batchSize
}

/**
 * Refuses what cannot fit, before a machine starts to swap or its kernel kills the engine.
 *
 * @throws LoupeError `out-of-memory` where one step needs more than the device has in all.
 */
export function checkMemory({ cost, batchSize, device }: { readonly cost: ModelCost; readonly batchSize: number; readonly device: DeviceInfo | undefined }): void {
  const needed = neededMemoryBytes(cost, batchSize)
  if (device === undefined || device.memoryBytes <= 0 || needed <= device.memoryBytes) return
  throw new LoupeError(
    'out-of-memory',
    `The model has ${cost.parameters} parameters; one step at batch size ${batchSize} needs about ${gigabytes(needed)}, and ${device.name} has ${gigabytes(device.memoryBytes)}. Use a smaller model or batch.`,
    { parameters: cost.parameters, batchSize, neededBytes: needed, memoryBytes: device.memoryBytes, device: device.name },
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
