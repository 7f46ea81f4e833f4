import { malformed } from './malformed.ts'
import { describeShape, elementCount } from './numeric-array.ts'
import type { NumericArray, NumericValues } from './numeric-array.ts'

interface IdxType {
  readonly bytes: number
  decode(view: DataView, count: number): NumericValues
}

/** Big-endian, as the format has it. */
const types: ReadonlyMap<number, IdxType> = new Map([
  [0x08, { bytes: 1, decode: (view, count) => new Uint8Array(view.buffer, view.byteOffset, count) }],
  [0x09, { bytes: 1, decode: (view, count) => new Int8Array(view.buffer, view.byteOffset, count) }],
  [0x0b, { bytes: 2, decode: (view, count) => Int16Array.from({ length: count }, (_, i) => view.getInt16(i * 2)) }],
  [0x0c, { bytes: 4, decode: (view, count) => Int32Array.from({ length: count }, (_, i) => view.getInt32(i * 4)) }],
  [0x0d, { bytes: 4, decode: (view, count) => Float32Array.from({ length: count }, (_, i) => view.getFloat32(i * 4)) }],
  [0x0e, { bytes: 8, decode: (view, count) => Float64Array.from({ length: count }, (_, i) => view.getFloat64(i * 8)) }],
])

/**
 * Reads an IDX array, the format of MNIST and its kin.
 *
 * Two zero bytes, a type byte, the number of dimensions, one big-endian uint32 a dimension, the values.
 *
 * @param bytes  Unpacked.
 * @param file  Named in errors.
 * @throws LoupeError `data-malformed` with the byte at which the file stops being IDX.
 * @see LeCun, Cortes and Burges, http://yann.lecun.com/exdb/mnist/
 */
export function readIdx(bytes: Uint8Array, file: string): NumericArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 4) throw malformed({ file, at: 'byte 0', expected: "IDX's 4-byte mark", found: `a file of ${bytes.length} bytes` })
  if (view.getUint16(0) !== 0) {
    throw malformed({ file, at: 'byte 0', expected: 'the two zero bytes that begin an IDX file', found: hex(bytes.subarray(0, 2)) })
  }
  const type = types.get(view.getUint8(2))
  if (type === undefined) {
    throw malformed({ file, at: 'byte 2', expected: 'an IDX type (08, 09, 0b, 0c, 0d or 0e)', found: hex(bytes.subarray(2, 3)) })
  }
  const rank = view.getUint8(3)
  const start = 4 + 4 * rank
  if (rank === 0) throw malformed({ file, at: 'byte 3', expected: 'at least 1 dimension', found: '0' })
  if (bytes.length < start) {
    throw malformed({ file, at: `byte ${bytes.length}`, expected: `${rank} dimensions, a header of ${start} bytes`, found: 'the end of the file' })
  }
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis))
  const count = elementCount(shape)
  const expectedBytes = start + count * type.bytes
  if (bytes.length !== expectedBytes) {
    const at = `byte ${Math.min(bytes.length, expectedBytes)}`
    const expected = `${expectedBytes} bytes for the shape ${describeShape(shape)}`
    throw malformed({ file, at, expected, found: `${bytes.length} bytes` })
  }
  return { shape, values: type.decode(new DataView(bytes.buffer, bytes.byteOffset + start), count) }
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
}
