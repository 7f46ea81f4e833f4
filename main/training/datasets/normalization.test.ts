import { describe, expect, it } from 'vitest'
import { measureNormalization } from './normalization.ts'

describe('measureNormalization', () => {
  it('gives a table one mean and one deviation a feature', () => {
    // Columns 1, 3 and 10, 30: means 2 and 20, deviations 1 and 10.
    const { offset, scale } = measureNormalization({ shape: [2, 2], type: 'float32', values: Float32Array.of(1, 10, 3, 30) })
    expect([...offset]).toEqual([2, 20])
    expect(scale[0]).toBeCloseTo(1, 6)
    expect(scale[1]).toBeCloseTo(0.1, 6)
  })

  it('gives images one mean and one deviation over all pixels, bytes or floats alike', () => {
    // 0, 0, 0, 4, 4, 4, 4, 0: mean 2, deviation 2.
    const pixels = [0, 0, 0, 4, 4, 4, 4, 0]
    const bytes = measureNormalization({ shape: [2, 2, 2, 1], type: 'uint8', values: Uint8Array.from(pixels) })
    const floats = measureNormalization({ shape: [2, 2, 2, 1], type: 'float32', values: Float32Array.from(pixels) })
    expect([...bytes.offset, ...bytes.scale]).toEqual([2, 0.5])
    expect(floats).toEqual(bytes)
  })

  it('gives series one mean and one deviation a channel, over all samples', () => {
    // Channels 0, 2, 4, 2 and 10, 10, 30, 30: means 2 and 20, deviations √2 and 10.
    const { offset, scale } = measureNormalization({ shape: [2, 2, 2], type: 'float32', values: Float32Array.of(0, 10, 2, 10, 4, 30, 2, 30) })
    expect([...offset]).toEqual([2, 20])
    expect(scale[0]).toBeCloseTo(Math.SQRT1_2, 6)
    expect(scale[1]).toBeCloseTo(0.1, 6)
  })

  it('leaves a feature that never varies at 0 with scale 1', () => {
    const { offset, scale } = measureNormalization({ shape: [3, 1], type: 'float32', values: Float32Array.of(0.1, 0.1, 0.1) })
    expect(offset[0]).toBeCloseTo(0.1, 7)
    expect([...scale]).toEqual([1])
  })

  it('keeps its digits where the mean is far above the deviation', () => {
    // 100000 and 100001: deviation ½, which a difference of squares in float32 would lose.
    const { scale } = measureNormalization({ shape: [2, 1], type: 'float32', values: Float32Array.of(100000, 100001) })
    expect(scale[0]).toBeCloseTo(2, 6)
  })
})
