import { writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { zipSync } from 'fflate'
import { drawn } from '../methods/gradient-quantization/test/drawn.ts'
import { makeFolder, spawnLoupe } from './test/spawn-loupe.ts'

let folder: Awaited<ReturnType<typeof makeFolder>>
beforeEach(async () => {
  folder = await makeFolder()
})
afterEach(() => folder.remove())

/** The bytes of an NPY file of float32 values. */
function npy(values: Float32Array): Uint8Array {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${values.length},), }`
  const header = Buffer.from(`\x93NUMPY\x01\x00\x00\x00${text.padEnd(117)}\n`, 'latin1')
  header.writeUInt16LE(header.length - 10, 8)
  return Buffer.concat([header, Buffer.from(values.buffer, values.byteOffset, values.byteLength)])
}

async function fit(values: ArrayLike<number>, ...args: readonly string[]) {
  await writeFile(folder.file('x.npy'), npy(Float32Array.from(values)))
  return await spawnLoupe(['fit', folder.file('x.npy'), ...args])
}

describe('loupe fit', () => {
  it('prints one line with the constants, the goodness and the threshold of each family, the best one named', async () => {
    const values = Float32Array.from([...drawn('laplace', { count: 90_000, seed: 1, scale: 0.001 }), ...new Float32Array(10_000)])
    const { code, lines, stderr } = await fit(values, '--ratio', '0.001', '--json')
    expect([code, stderr, lines.length]).toEqual([0, '', 1])
    const found = lines[0] as { readonly fits: readonly Record<string, unknown>[] } // the shape that this test is about
    expect(found).toMatchObject({ n: 100_000, zeros: 10_000, ratio: 0.001, best: 'laplace' })
    expect(Object.keys(found)).toEqual(['n', 'zeros', 'ratio', 'best', 'fits'])
    expect(found.fits.map(({ distribution }) => distribution)).toEqual(['normal', 'laplace', 'cauchy', 'student-t'])
    expect(Object.keys(found.fits[1]!)).toEqual(['distribution', 'constants', 'logLikelihood', 'aic', 'ks', 'threshold', 'achievedRatio'])
    const { constants, threshold, achievedRatio, ks } = found.fits[1] as { readonly constants: { readonly scale: number }; readonly threshold: number; readonly achievedRatio: number; readonly ks: number }
    expect(constants).toEqual({ location: expect.any(Number), scale: expect.any(Number), degreesOfFreedom: null })
    expect(threshold / constants.scale).toBeCloseTo(-Math.log(0.001 / 0.9), 9)
    expect(achievedRatio / 0.001).toBeGreaterThan(0.7)
    expect(achievedRatio / 0.001).toBeLessThan(1.3)
    expect(ks).toBeLessThan(0.01)
    expect(found.fits[3]).toMatchObject({ constants: { degreesOfFreedom: expect.any(Number) } })
  })

  it('prints a table for people, and takes one side', async () => {
    const { code, stdout } = await fit([-3, -1, -0.5, 0.5, 1, 3, 4, 5], '--ratio', '0.25', '--side', 'upper')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^8 values; 0.25 of them to be kept, on the upper side\.\n\ndistribution +location +scale/)
    expect(stdout).toMatch(/\nlaplace +0\.75 +2\.125 +– /)
    expect(stdout).toMatch(/fits best \(smallest AIC\)/)
  })

  it('reads an array of an NPZ, and CSV with or without a header', async () => {
    const values = drawn('normal', { count: 500, seed: 1 })
    await writeFile(folder.file('x.npz'), zipSync({ 'a.npy': npy(values), 'b.npy': npy(values.subarray(0, 9)) }))
    expect((await spawnLoupe(['fit', folder.file('x.npz'), '--array', 'a', '--json'])).lines[0]).toMatchObject({ n: 500, best: 'normal' })
    expect(await spawnLoupe(['fit', folder.file('x.npz')])).toMatchObject({ code: 2, stderr: expect.stringContaining('holds 2 arrays: a, b. Name one with --array.') })
    expect(await spawnLoupe(['fit', folder.file('x.npz'), '--array', 'c'])).toMatchObject({ code: 2, stderr: expect.stringContaining('has no array "c". It holds: a, b.') })
    const lines = Array.from({ length: 250 }, (_, i) => `${values[2 * i]},${values[2 * i + 1]}`)
    for (const header of ['', 'left,right\n']) {
      await writeFile(folder.file('x.csv'), header + lines.join('\n'))
      expect((await spawnLoupe(['fit', folder.file('x.csv'), '--json'])).lines[0]).toMatchObject({ n: 500, best: 'normal' })
    }
    await writeFile(folder.file('x.csv'), '1,2\n3,four\n')
    expect(await spawnLoupe(['fit', folder.file('x.csv')])).toMatchObject({ code: 2, stderr: expect.stringContaining('line 2: expected a number, found "four"') })
  })

  it('still fits where the ratio keeps less than one value, and notes it', async () => {
    const { code, stderr, lines } = await fit(drawn('normal', { count: 100, seed: 1 }), '--ratio', '0.001', '--json')
    expect([code, lines.length]).toEqual([0, 1])
    expect(stderr).toContain('of 100 values a ratio of 0.001 keeps less than one. From a ratio of 0.01 on')
  })
})

describe('what loupe fit refuses, with exit code 2', () => {
  const some = Array.from(drawn('normal', { count: 50, seed: 1 }))
  it.each<readonly [string, readonly number[], readonly string[], RegExp]>([
    ['values that are NaN or infinite, counted', [...some, NaN, Infinity], [], /2 of 52 values are NaN or infinite/],
    ['no values', [], [], /holds no values/],
    ['fewer than 8', [1, 2, 3, 0, 0, 0, 0, 0], [], /holds 3 values other than 0, and a fit needs at least 8/],
    ['values that are all equal', new Array<number>(20).fill(0.5), [], /no spread/],
    ['nothing but zeros', new Array<number>(20).fill(0), [], /All 20 values of .* are 0/],
    ['too many zeros for the ratio', [...some, ...new Array<number>(150).fill(0)], ['--ratio', '0.3'], /150 of the 200 values .* Use a ratio below 0.25/],
    ['a ratio of 0', some, ['--ratio', '0'], /above 0 and at most 1/],
    ['a ratio above 1', some, ['--ratio', '1.5'], /above 0 and at most 1/],
    ['a ratio above a half on one side', some, ['--ratio', '0.6', '--side', 'lower'], /at most 0.5, got 0.6/],
    ['a side that is none', some, ['--side', 'left'], /both, upper, lower/],
  ])('%s', async (_, values, args, message) => {
    const { code, stderr, stdout } = await fit(values, ...args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(message)
  })

  it('a file that is not there, or of another kind', async () => {
    expect(await spawnLoupe(['fit', folder.file('none.npy')])).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no file') })
    await writeFile(folder.file('x.md'), '1 2 3')
    expect(await spawnLoupe(['fit', folder.file('x.md')])).toMatchObject({ code: 2, stderr: expect.stringContaining('no kind of file that Loupe reads numbers from') })
  })
})
