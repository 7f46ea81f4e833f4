import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readNpy } from './npy.ts'
import { listNpz, readNpz } from './npz.ts'
import { writeNpy, writeNpz } from './write-npz.ts'

/** SHA-256 of what numpy.save 2.x writes of the same arrays. */
const byNumpy = [
  ['a matrix', { shape: [2, 3], values: Float32Array.of(1.5, -2, 0, 3, 4, 5e-3) }, '73a8e7549ced7d997e9dad5d38f27c7b33e38a94138554fa3490238abcd91ff1'],
  ['a scalar', { shape: [], values: Float64Array.of(0.25) }, '5b059ccaebe5b2157fdc39d9ce86400f6d12497d52334d4ceeae901d956e07e2'],
  ['a vector', { shape: [3], values: Int32Array.of(0, 1, 2) }, 'c8b16caa0f7bbe2bf06df66bd02f201f13a961ad617f011fe3a2e540cac89a62'],
  ['nothing', { shape: [2, 0, 5], values: new Uint8Array(0) }, '91c07bc5bcdb643b25c2134a296fb9b9ec6e57bb4a2e4a6e91dc9fc9a0673bd9'],
] as const

describe('a NumPy file', () => {
  it.each(byNumpy)('of %s is what numpy.save writes, byte for byte, and reads back', (_, array, hash) => {
    const file = writeNpy(array)
    expect(createHash('sha256').update(file).digest('hex')).toBe(hash)
    expect(readNpy(file, 'a.npy')).toEqual(array)
  })

  it('takes a part of a larger buffer', () => {
    const part = Float32Array.of(1, 2, 3, 4).subarray(1, 3)
    expect(readNpy(writeNpy({ shape: [2], values: part }), 'a.npy').values).toEqual(Float32Array.of(2, 3))
  })

  it('is refused where the shape holds another number of values', () => {
    expect(() => writeNpy({ shape: [2, 2], values: new Float32Array(3) })).toThrow('An array of shape [2, 2] cannot hold 3 values.')
  })
})

describe('a NumPy archive', () => {
  it('reads back by names that are paths', () => {
    const arrays = { 'worker0/stem/kernel': { shape: [2], values: Float32Array.of(0.5, -1) }, step: { shape: [], values: Int32Array.of(7) } }
    const archive = writeNpz(arrays)
    expect(listNpz(archive, 'a.npz')).toEqual(['worker0/stem/kernel', 'step'])
    expect(Object.fromEntries(readNpz(archive, { file: 'a.npz', names: new Set(Object.keys(arrays)) }))).toEqual(arrays)
  })
})
