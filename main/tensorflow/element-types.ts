import { LoupeError } from '../contract/errors.ts'
import type { ElementType, HostArray } from './runtime.ts'

/** TensorFlow's numbers for element types (`TF_DataType` in `tf_datatype.h`). */
export const dataTypes = { float32: 1, float64: 2, int32: 3, uint8: 4, string: 7, complex64: 8, int64: 9, bool: 10, float16: 19, resource: 20, variant: 21, uint32: 22 } as const
export type DataType = keyof typeof dataTypes

/** Bytes an element takes; 0 for those without a fixed size. */
export const elementBytes: Readonly<Record<DataType, number>> = {
  float32: 4,
  float64: 8,
  int32: 4,
  uint8: 1,
  string: 0,
  complex64: 8,
  int64: 8,
  bool: 1,
  float16: 2,
  resource: 0,
  variant: 0,
  uint32: 4,
}

const names = new Map<number, DataType>(Object.entries(dataTypes).map(([name, number]) => [number, name as DataType])) // keys of dataTypes

/** @throws LoupeError `unsupported` for a type that Loupe does not use, such as half floats. */
export function dataTypeName(number: number): DataType {
  const name = names.get(number)
  if (name === undefined) throw new LoupeError('unsupported', `TensorFlow's element type ${number} is not one that Loupe uses.`, { type: number })
  return name
}

/** Elements in a shape: 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1)
}

/** A fresh array for so many elements of a type. */
export function allocate(type: ElementType, elements: number): Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer> {
  if (type === 'float32') return new Float32Array(elements)
  if (type === 'int32') return new Int32Array(elements)
  return new Uint8Array(elements)
}

/**
 * Checks that an array's values fit its shape and type.
 *
 * @throws LoupeError `shape-mismatch` with both sizes, or `invalid-input` for the wrong kind of typed array.
 */
export function checkHostArray(name: string, array: HostArray): void {
  const expected = sizeOf(array.shape)
  if (array.values.length !== expected) {
    throw new LoupeError(
      'shape-mismatch',
      `${name} has ${array.values.length} values, but its shape [${array.shape}] holds ${expected}.`,
      { name, shape: array.shape, values: array.values.length },
    )
  }
  const kind = allocate(array.type, 0).constructor.name
  if (array.values.constructor.name !== kind) {
    throw new LoupeError('invalid-input', `${name} is ${array.type} and needs a ${kind}, got a ${array.values.constructor.name}.`, { name, type: array.type })
  }
}
