import { describe, expect, it } from 'vitest'
import { readNpy } from './npy.ts'

const file = 'x.npy'

function npy({ descr = '<f4', order = 'False', shape = '(2,)', data = [] as number[] }): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`
  return Uint8Array.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length & 255, header.length >> 8, ...Buffer.from(header), ...data])
}

function bytesOf(array: Float32Array | Float64Array | BigInt64Array | Int16Array): number[] {
  return [...new Uint8Array(array.buffer)]
}

describe('readNpy', () => {
  it('reads float32, float64, int64, int16, bytes and booleans', () => {
    expect([...readNpy(npy({ data: bytesOf(Float32Array.of(1.5, -2)) }), file).values]).toEqual([1.5, -2])
    expect([...readNpy(npy({ descr: '<f8', data: bytesOf(Float64Array.of(0.1, 3)) }), file).values]).toEqual([0.1, 3])
    expect([...readNpy(npy({ descr: '<i8', data: bytesOf(BigInt64Array.of(-7n, 9n)) }), file).values]).toEqual([-7, 9])
    expect([...readNpy(npy({ descr: '<i2', data: bytesOf(Int16Array.of(-300, 300)) }), file).values]).toEqual([-300, 300])
    expect([...readNpy(npy({ descr: '|u1', data: [0, 255] }), file).values]).toEqual([0, 255])
    expect([...readNpy(npy({ descr: '|b1', data: [0, 1] }), file).values]).toEqual([0, 1])
  })

  it('reads half precision: 1.5, the least positive number, minus infinity', () => {
    const array = readNpy(npy({ descr: '<f2', shape: '(3,)', data: [0x00, 0x3e, 0x01, 0x00, 0x00, 0xfc] }), file)
    expect([...array.values]).toEqual([1.5, 2 ** -24, -Infinity])
  })

  it('swaps big-endian values', () => {
    expect([...readNpy(npy({ descr: '>i4', shape: '(1,)', data: [0, 0, 1, 2] }), file).values]).toEqual([258])
  })

  it('turns Fortran order into row-major', () => {
    // numpy.asfortranarray([[1, 2, 3], [4, 5, 6]]) lies in the file as 1 4 2 5 3 6.
    const array = readNpy(npy({ descr: '|u1', order: 'True', shape: '(2, 3)', data: [1, 4, 2, 5, 3, 6] }), file)
    expect(array.shape).toEqual([2, 3])
    expect([...array.values]).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('turns three dimensions of Fortran order', () => {
    // Element [i, j, k] of shape [2, 2, 2] is 4i + 2j + k; column-major order counts i fastest.
    const array = readNpy(npy({ descr: '|u1', order: 'True', shape: '(2, 2, 2)', data: [0, 4, 2, 6, 1, 5, 3, 7] }), file)
    expect([...array.values]).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })

  it.each([
    ['a wrong mark', Uint8Array.from([1, 2, 3, 4, 5, 6, 7]), /^x\.npy, byte 0: expected the mark/],
    ['a cut header', npy({}).subarray(0, 30), /^x\.npy, byte 30: expected the rest of the header, found the end of the file\.$/],
    ['too few values', npy({ data: [0, 0, 0, 0] }), /expected \d+ bytes for the shape \[2\] of '<f4', found \d+ bytes/],
    ['text', npy({ descr: '<U3' }), /expected an array of numbers, found the type '<U3'/],
    ['complex numbers', npy({ descr: '<c8' }), /found the type '<c8'/],
    ['pickled objects', npy({ descr: '|O' }), /found the type '\|O'/],
    ['a header without shape', Uint8Array.from([0x93, ...Buffer.from('NUMPY'), 1, 0, 2, 0, 123, 125]), /byte 10: expected a header with one 'descr'/],
  ])('refuses %s and says where', (_, bytes, message) => {
    expect(() => readNpy(bytes, file)).toThrow(expect.objectContaining({ code: 'data-malformed', message: expect.stringMatching(message) }))
  })
})
