import { zipSync } from 'fflate'
import { LoupeError } from '../../contract/errors.ts'
import { elementCount } from './numeric-array.ts'
import type { NumericArray, NumericValues } from './numeric-array.ts'

/** NumPy's names for the element types, all little-endian. */
const descriptions = {
  Uint8Array: '|u1',
  Int8Array: '|i1',
  Uint16Array: '<u2',
  Int16Array: '<i2',
  Uint32Array: '<u4',
  Int32Array: '<i4',
  Float32Array: '<f4',
  Float64Array: '<f8',
} as const satisfies Record<NumericValues[typeof Symbol.toStringTag], string>
/** Mark, version 1.0 and the length of the header's text. */
const fixedBytes = 10
/** NumPy lets the values begin at multiples of this. */
const alignment = 64

/**
 * Writes an array as a NumPy file, byte for byte as `numpy.save` does.
 *
 * @throws LoupeError `internal` where the shape does not hold as many values as there are.
 * @see NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays".
 */
export function writeNpy({ shape, values }: NumericArray): Uint8Array {
  if (elementCount(shape) !== values.length) throw new LoupeError('internal', `An array of shape [${shape.join(', ')}] cannot hold ${values.length} values.`, { shape: [...shape], values: values.length })
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const text = `{'descr': '${descriptions[values[Symbol.toStringTag]]}', 'fortran_order': False, 'shape': (${sizes}), }`
  const headerBytes = Math.ceil((fixedBytes + text.length + 1) / alignment) * alignment
  const file = Buffer.alloc(headerBytes + values.byteLength, ' ')
  file.write('\x93NUMPY\x01\x00', 'latin1')
  file.writeUInt16LE(headerBytes - fixedBytes, 8)
  file.write(text, fixedBytes, 'latin1')
  file.write('\n', headerBytes - 1)
  file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), headerBytes)
  return file
}

/**
 * Writes arrays by name as a NumPy archive, stored as `numpy.savez` does: gradients hardly compress.
 *
 * Names may be paths, such as `worker0/stem/kernel`.
 */
export function writeNpz(arrays: Readonly<Record<string, NumericArray>>): Uint8Array {
  return zipSync(Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${name}.npy`, writeNpy(array)])), { level: 0 })
}
