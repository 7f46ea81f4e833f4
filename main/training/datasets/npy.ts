import { malformed } from './malformed.ts'
import { describeShape, elementCount } from './numeric-array.ts'
import type { NumericArray, NumericValues } from './numeric-array.ts'

interface Header {
  readonly descr: string
  readonly isFortranOrder: boolean
  readonly shape: readonly number[]
}

interface NpyType {
  readonly bytes: number
  /** Little-endian, aligned bytes that nothing else uses. */
  decode(buffer: ArrayBuffer): NumericValues
}

const types: Readonly<Record<string, NpyType>> = {
  b1: { bytes: 1, decode: (buffer) => new Uint8Array(buffer) },
  u1: { bytes: 1, decode: (buffer) => new Uint8Array(buffer) },
  i1: { bytes: 1, decode: (buffer) => new Int8Array(buffer) },
  u2: { bytes: 2, decode: (buffer) => new Uint16Array(buffer) },
  i2: { bytes: 2, decode: (buffer) => new Int16Array(buffer) },
  u4: { bytes: 4, decode: (buffer) => new Uint32Array(buffer) },
  i4: { bytes: 4, decode: (buffer) => new Int32Array(buffer) },
  f4: { bytes: 4, decode: (buffer) => new Float32Array(buffer) },
  f8: { bytes: 8, decode: (buffer) => new Float64Array(buffer) },
  // Exact up to 2⁵³; what does not fit is no label and has no float32 either.
  i8: { bytes: 8, decode: (buffer) => Float64Array.from(new BigInt64Array(buffer), Number) },
  u8: { bytes: 8, decode: (buffer) => Float64Array.from(new BigUint64Array(buffer), Number) },
  f2: { bytes: 2, decode: (buffer) => Float32Array.from(new Uint16Array(buffer), half) },
}

/**
 * Reads a NumPy array file: any integer, bool or float type, either byte order, C or Fortran order.
 *
 * Fortran order is turned into row-major. Structured, string, complex and object arrays are refused.
 *
 * @param bytes  Unpacked.
 * @param file  Named in errors.
 * @throws LoupeError `data-malformed` with the byte at which the file stops being NPY.
 * @see NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays".
 */
export function readNpy(bytes: Uint8Array, file: string): NumericArray {
  const { header, start } = readHeader(bytes, file)
  const type = types[header.descr.slice(1)]
  if (type === undefined || !'<>|='.includes(header.descr.slice(0, 1))) {
    const advice = 'Save it as float32, float64, uint8 or int64.'
    throw malformed({ file, at: 'byte 10', expected: 'an array of numbers', found: `the type '${header.descr}'`, advice })
  }
  const count = elementCount(header.shape)
  const expectedBytes = start + count * type.bytes
  if (bytes.length !== expectedBytes) {
    const expected = `${expectedBytes} bytes for the shape ${describeShape(header.shape)} of '${header.descr}'`
    throw malformed({ file, at: `byte ${Math.min(bytes.length, expectedBytes)}`, expected, found: `${bytes.length} bytes` })
  }
  // A copy: aligned for the element type, and nobody else's to swap.
  const raw = new Uint8Array(bytes.subarray(start))
  if (header.descr.startsWith('>')) swapBytes(Buffer.from(raw.buffer), type.bytes)
  const values = type.decode(raw.buffer)
  return { shape: header.shape, values: header.isFortranOrder ? rowMajor(values, header.shape) : values }
}

function readHeader(bytes: Uint8Array, file: string): { header: Header; start: number } {
  const mark = Buffer.from(bytes.subarray(0, 6)).toString('latin1')
  if (mark !== '\x93NUMPY') throw malformed({ file, at: 'byte 0', expected: 'the mark "\\x93NUMPY"', found: JSON.stringify(mark) })
  const isLong = (bytes[6] ?? 0) >= 2
  const textStart = isLong ? 12 : 10
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const start = bytes.length < textStart ? Infinity : textStart + (isLong ? view.getUint32(8, true) : view.getUint16(8, true))
  if (bytes.length < start) throw malformed({ file, at: `byte ${bytes.length}`, expected: 'the rest of the header', found: 'the end of the file' })
  const text = Buffer.from(bytes.subarray(textStart, start)).toString('latin1')
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1]
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1]
  const shape = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(text)?.[1]
  if (descr === undefined || order === undefined || shape === undefined) {
    const expected = "a header with one 'descr', 'fortran_order' and 'shape'"
    throw malformed({ file, at: `byte ${textStart}`, expected, found: JSON.stringify(text.trim()), advice: 'Structured arrays are not read.' })
  }
  const sizes = shape.split(',').map((part) => part.trim()).filter((part) => part !== '').map(Number)
  return { header: { descr, isFortranOrder: order === 'True', shape: sizes }, start }
}

function swapBytes(raw: Buffer, width: number): void {
  if (width === 2) raw.swap16()
  if (width === 4) raw.swap32()
  if (width === 8) raw.swap64()
}

/** Column-major values in row-major order, walking the target and keeping the source's index by its strides. */
function rowMajor(values: NumericValues, shape: readonly number[]): NumericValues {
  const strides = shape.map((_, axis) => elementCount(shape.slice(0, axis)))
  const position = shape.map(() => 0)
  const result = values.slice()
  let source = 0
  for (let target = 0; target < values.length; target++) {
    result[target] = values[source]!
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position[axis]! += 1
      source += strides[axis]!
      if (position[axis]! < shape[axis]!) break
      source -= strides[axis]! * shape[axis]!
      position[axis] = 0
    }
  }
  return result
}

/** An IEEE 754 half-precision number from its 16 bits. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
