/** The kinds of numbers a data file may hold, once decoded; 64-bit integers arrive as float64. */
export type NumericValues = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array

/** An array as a file holds it: row-major values and their shape. */
export interface NumericArray {
  readonly shape: readonly number[]
  readonly values: NumericValues
}

/** How many elements a shape holds; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** A shape for people, such as `[60000, 28, 28]`. */
export function describeShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`
}
