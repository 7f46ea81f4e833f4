import { describe, expect, it } from 'vitest'
import { compressorConfig } from '../../../contract/exchange-config.ts'
import type { CompressorConfig } from '../../../contract/exchange-config.ts'
import type { z } from '../../../contract/zod.ts'
import { createCompressor } from './create-compressor.ts'
import { compressOnce, flatten, layoutOf } from './test/compress.ts'

const of = (config: z.input<typeof compressorConfig>): CompressorConfig => compressorConfig.parse(config)
const layout = layoutOf(100, 33)
const waves = [Float32Array.from({ length: 100 }, (_, i) => Math.sin(i * 7)), Float32Array.from({ length: 33 }, (_, i) => 3 * Math.sin(i * 3 + 1))]
const values = flatten(layout, waves)

describe('top-k', () => {
  it('keeps exactly the share of each unit that is greatest in magnitude', async () => {
    const { decoded, sent, readings } = await compressOnce(createCompressor(of({ kind: 'top-k' })), layout, { values, ratio: 0.1 })
    const least = waves.map((wave, i) => [...wave].map(Math.abs).sort((a, b) => b - a)[[10, 3][i]! - 1]!)
    const expected = flatten(layout, waves.map((wave, i) => wave.map((x) => (Math.abs(x) >= least[i]! ? x : 0))))
    expect(decoded).toEqual(expected)
    expect(sent).toEqual(expected.map((x) => (x === 0 ? 0 : 1)))
    expect(readings).toMatchObject({ kept: [10, 3], asked: [10, 3], nonFinite: [0, 0] })
  })

  it('asks for one value at least and for the nearest whole number: 2,695 of 269,467 at 1 %, in 21,560 bytes', async () => {
    const { bytes, readings } = await compressOnce(createCompressor(of({ kind: 'top-k' })), layoutOf(269_467), { values: new Float32Array(269_472).map((_, i) => i % 1000), ratio: 0.01 })
    expect([bytes, readings.kept]).toEqual([21_560, [2695]])
    expect((await compressOnce(createCompressor(of({ kind: 'top-k' })), layout, { values, ratio: 1e-5 })).readings.kept).toEqual([1, 1])
  })
})

describe('a fixed threshold', () => {
  it('keeps magnitudes at or above it', async () => {
    const small = layoutOf(5)
    const { decoded, readings } = await compressOnce(createCompressor(of({ kind: 'threshold', threshold: 0.5 })), small, { values: flatten(small, [[0.5, -0.5, 0.4999, -0.75, 0]]) })
    expect(decoded.slice(0, 5)).toEqual(Float32Array.of(0.5, -0.5, 0, -0.75, 0))
    expect(readings).toEqual({ kept: [3], lower: [-0.5], upper: [0.5], nonFinite: [0] })
  })
})

describe('dense', () => {
  it('sends every element and nothing of what fills rows up', async () => {
    const { decoded, sent, bytes } = await compressOnce(createCompressor(of({ kind: 'dense' })), layout, { values })
    expect(decoded).toEqual(values)
    expect(sent).toEqual(new Float32Array(layout.size).fill(1))
    expect(bytes).toBe(133 * 4)
  })
})
