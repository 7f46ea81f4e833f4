import { describe, expect, it } from 'vitest'
import { drawSample } from './draw-sample.ts'
import { fitValues } from './fit-values.ts'
import { drawn } from './test/drawn.ts'

const counting = Float64Array.from({ length: 10_000 }, (_, i) => i)

describe('a sample to fit', () => {
  it('holds no place twice, one from each stretch, and the same ones for the same seed', () => {
    const one = drawSample(counting, { share: 0.1, ratio: 0.01, seed: 3 })
    expect(one.values).toHaveLength(1000)
    one.values.forEach((value, i) => expect(Math.floor(value / 10)).toBe(i))
    expect(drawSample(counting, { share: 0.1, ratio: 0.01, seed: 3 }).values).toEqual(one.values)
    expect(drawSample(counting, { share: 0.1, ratio: 0.01, seed: 4 }).values).not.toEqual(one.values)
  })

  it('holds at least two values that are to be kept: 2/δ', () => {
    expect(drawSample(counting, { share: 0.01, ratio: 0.001, seed: 1 }).values).toHaveLength(2000)
    expect(drawSample(counting, { share: 0.01, ratio: 1e-5, seed: 1 })).toMatchObject({ values: counting, ratioDeviation: 0 })
  })

  it('tells how far the ratio scatters: 0.61 for 2700 values at 0.001', () => {
    const { ratioDeviation } = drawSample(new Float32Array(270_000).fill(1), { share: 0.01, ratio: 0.001, seed: 1 })
    expect(ratioDeviation).toBeCloseTo(Math.sqrt(0.999 / 2.7), 12)
  })

  it('gives a threshold near that of all values', () => {
    const values = drawn('laplace', { count: 200_000, seed: 5 })
    const all = fitValues(values, { ratio: 0.001 }).fits[1]!
    const some = fitValues(drawSample(values, { share: 0.1, ratio: 0.001, seed: 1 }).values, { ratio: 0.001 }).fits[1]!
    expect(Math.abs(some.threshold / all.threshold - 1)).toBeLessThan(0.03) // 3 / √20,000
  })
})
