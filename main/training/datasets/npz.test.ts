import { readFileSync } from 'node:fs'
import { zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { listNpz, readNpz } from './npz.ts'

// numpy.savez(x=arange(12, dtype=float32).reshape(4, 3), y=[0, 1, 1, 0]): stored, with 64-bit sizes.
const stored = readFileSync(new URL('fixtures/numpy-savez.npz', import.meta.url))
// numpy.savez_compressed of x_train (4 images of 2 × 2 bytes), y_train, x_test, y_test and an array of text, `note`.
const compressed = readFileSync(new URL('fixtures/numpy-savez-compressed.npz', import.meta.url))

describe('readNpz', () => {
  it('reads what numpy.savez wrote', () => {
    const arrays = readNpz(stored, { file: 'a.npz', names: new Set(['x', 'y']) })
    expect(arrays.get('x')?.shape).toEqual([4, 3])
    expect(arrays.get('x')?.values).toEqual(Float32Array.from({ length: 12 }, (_, index) => index))
    expect([...(arrays.get('y')?.values ?? [])]).toEqual([0, 1, 1, 0])
  })

  it('reads what numpy.savez_compressed wrote, and leaves other arrays alone', () => {
    expect(listNpz(compressed, 'a.npz')).toEqual(['x_train', 'y_train', 'x_test', 'y_test', 'note'])
    const arrays = readNpz(compressed, { file: 'a.npz', names: new Set(['x_train', 'y_test']) })
    expect([...arrays.keys()]).toEqual(['x_train', 'y_test'])
    expect(arrays.get('x_train')?.shape).toEqual([4, 2, 2])
    expect([...(arrays.get('y_test')?.values ?? [])]).toEqual([2])
  })

  it('names archive and array where an array does not read', () => {
    expect(() => readNpz(compressed, { file: 'a.npz', names: new Set(['note']) })).toThrow(/^a\.npz: note\.npy, byte 10: expected an array of numbers, found the type '<U1'/)
  })

  it('refuses an array that says to unpack to more than it may, before it is unpacked', () => {
    const bomb = zipSync({ 'x.npy': new Uint8Array(1_000_000) })
    expect(bomb.length).toBeLessThan(2000)
    expect(() => readNpz(bomb, { file: 'a.npz', names: new Set(['x']), mostBytes: 999_999 })).toThrow(expect.objectContaining({ code: 'unsupported', message: 'a.npz: x.npy unpacks to 1000000 bytes, and one array may hold 999999. Use a part of it.' }))
    // The archive's table lies: it says 100 bytes, in the local head and in the directory.
    const lying = Buffer.from(bomb)
    for (let at = lying.indexOf(Buffer.from([0x40, 0x42, 0x0f, 0])); at >= 0; at = lying.indexOf(Buffer.from([0x40, 0x42, 0x0f, 0]), at + 1)) lying.writeUInt32LE(100, at)
    expect(() => readNpz(lying, { file: 'a.npz', names: new Set(['x']) })).toThrow(expect.objectContaining({ code: 'data-malformed' }))
  })

  it('refuses a truncated archive and a file that is none', () => {
    expect(() => listNpz(stored.subarray(0, 300), 'a.npz')).toThrow(expect.objectContaining({ code: 'data-malformed', message: expect.stringContaining('a.npz, byte 300: expected a whole zip archive') }))
    expect(() => listNpz(Buffer.from('x,y\n1,2\n'), 'a.npz')).toThrow(expect.objectContaining({ code: 'data-malformed' }))
  })
})
