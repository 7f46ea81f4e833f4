import { totalmem } from 'node:os'
import { LoupeError } from '../contract/errors.ts'
import type { CApi, Pointer } from './c-api.ts'
import { dataTypes, elementBytes, sizeOf } from './element-types.ts'
import type { DataType } from './element-types.ts'
import { acquired, released } from './live-objects.ts'
import type { HostArray } from './runtime.ts'

/**
 * Copies values into a new `TF_Tensor`.
 *
 * @returns A tensor that the caller frees with {@link freeTensor}.
 * @throws LoupeError `out-of-memory`: TensorFlow itself would crash on an allocation that the machine cannot hold.
 */
export function newTensor(api: CApi, type: DataType, shape: readonly number[], values: ArrayBufferView): Pointer {
  const bytes = sizeOf(shape) * elementBytes[type]
  if (bytes !== values.byteLength) {
    throw new LoupeError('internal', `A ${type} tensor of shape [${shape}] takes ${bytes} bytes, got ${values.byteLength}.`, { shape, type })
  }
  if (bytes > totalmem()) throw outOfMemory(shape, bytes)
  const tensor = acquired(api.allocateTensor(dataTypes[type], BigInt64Array.from(shape, BigInt), shape.length, bytes))
  if (!tensor) throw outOfMemory(shape, bytes)
  if (bytes > 0) {
    const data = api.tensorData(tensor)
    if (!data) {
      freeTensor(api, tensor)
      throw outOfMemory(shape, bytes)
    }
    api.copyIn(data, values, bytes)
  }
  return tensor
}

/** Tensors for arrays that were checked; none is left behind where one does not fit. */
export function newTensors(api: CApi, arrays: readonly HostArray[]): Pointer[] {
  const tensors: Pointer[] = []
  try {
    for (const array of arrays) tensors.push(newTensor(api, array.type, array.shape, array.values))
    return tensors
  } catch (error) {
    for (const tensor of tensors) freeTensor(api, tensor)
    throw error
  }
}

/** Copies a tensor's bytes into an array of the same size. */
export function copyTensor(api: CApi, tensor: Pointer, into: ArrayBufferView): void {
  const bytes = Number(api.tensorBytes(tensor))
  if (bytes !== into.byteLength) throw new LoupeError('internal', `A tensor of ${bytes} bytes does not fit an array of ${into.byteLength}.`)
  if (bytes > 0) api.copyOut(into, api.tensorData(tensor), bytes)
}

export function freeTensor(api: CApi, tensor: Pointer): void {
  api.deleteTensor(released(tensor))
}

function outOfMemory(shape: readonly number[], bytes: number): LoupeError {
  return new LoupeError('out-of-memory', `There is no room for an array of shape [${shape}]: it takes ${(bytes / 2 ** 30).toFixed(2)} GiB.`, { shape, bytes })
}
