import { describe, expect, it } from 'vitest'
import { readIdx } from './idx.ts'

const file = 'images-idx3-ubyte'

function idx(...bytes: number[]): Uint8Array {
  return Uint8Array.from(bytes)
}

describe('readIdx', () => {
  it('reads bytes with their shape', () => {
    const array = readIdx(idx(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255), file)
    expect(array.shape).toEqual([2, 3])
    expect([...array.values]).toEqual([1, 2, 3, 4, 5, 255])
  })

  it('reads big-endian signed bytes, shorts, ints, floats and doubles', () => {
    expect([...readIdx(idx(0, 0, 9, 1, 0, 0, 0, 2, 0xff, 1), file).values]).toEqual([-1, 1])
    expect([...readIdx(idx(0, 0, 0x0b, 1, 0, 0, 0, 1, 0x01, 0x02), file).values]).toEqual([258])
    expect([...readIdx(idx(0, 0, 0x0c, 1, 0, 0, 0, 1, 0, 0, 1, 0), file).values]).toEqual([256])
    expect([...readIdx(idx(0, 0, 0x0d, 1, 0, 0, 0, 1, 0x3f, 0xc0, 0, 0), file).values]).toEqual([1.5])
    expect([...readIdx(idx(0, 0, 0x0e, 1, 0, 0, 0, 1, 0xc0, 0, 0, 0, 0, 0, 0, 0), file).values]).toEqual([-2])
  })

  it('reads a view that does not begin at its buffer’s first byte', () => {
    const whole = idx(7, 7, 0, 0, 8, 1, 0, 0, 0, 2, 5, 6)
    expect([...readIdx(whole.subarray(2), file).values]).toEqual([5, 6])
  })

  it.each([
    ['a file of 3 bytes', idx(0, 0, 8), 'images-idx3-ubyte, byte 0: expected IDX\'s 4-byte mark, found a file of 3 bytes.'],
    ['a wrong mark', idx(0x89, 0x50, 8, 1, 0, 0, 0, 0), 'images-idx3-ubyte, byte 0: expected the two zero bytes that begin an IDX file, found 89 50.'],
    ['an unknown type', idx(0, 0, 7, 1, 0, 0, 0, 0), 'images-idx3-ubyte, byte 2: expected an IDX type (08, 09, 0b, 0c, 0d or 0e), found 07.'],
    ['no dimension', idx(0, 0, 8, 0), 'images-idx3-ubyte, byte 3: expected at least 1 dimension, found 0.'],
    ['a cut header', idx(0, 0, 8, 3, 0, 0, 0, 2), 'images-idx3-ubyte, byte 8: expected 3 dimensions, a header of 16 bytes, found the end of the file.'],
    ['too few values', idx(0, 0, 8, 1, 0, 0, 0, 4, 1, 2), 'images-idx3-ubyte, byte 10: expected 12 bytes for the shape [4], found 10 bytes.'],
    ['too many values', idx(0, 0, 8, 1, 0, 0, 0, 1, 1, 2), 'images-idx3-ubyte, byte 9: expected 9 bytes for the shape [1], found 10 bytes.'],
  ])('refuses %s and says where', (_, bytes, message) => {
    expect(() => readIdx(bytes, file)).toThrow(expect.objectContaining({ code: 'data-malformed', message }))
  })
})
