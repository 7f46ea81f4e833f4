import { describe, expect, it } from 'vitest'
import { smoothCurve } from './smooth-curve.ts'

describe('smoothing of a full curve', () => {
  it('is the running mean over its own weight: the first value counts for no more than others', () => {
    const smoothed = smoothCurve(Float64Array.of(1, 3), 0.5)
    expect(smoothed[0]).toBe(1)
    expect(smoothed[1]).toBeCloseTo(7 / 3, 14)
    // (1/8 + 2/4 + 4/2) / (7/8) of the values 1, 2, 4
    expect(smoothCurve(Float64Array.of(1, 2, 4), 0.5)[2]).toBeCloseTo(3, 14)
  })

  it('keeps a constant constant, to the last bit', () => {
    const constant = new Float64Array(5000).fill(0.1 + 0.2)
    expect(smoothCurve(constant, 0.99)).toEqual(constant)
  })

  it('does not depend on how much of the curve comes after', () => {
    const values = Float64Array.from({ length: 1000 }, (_, i) => Math.sin(i))
    expect(smoothCurve(values, 0.9).slice(0, 100)).toEqual(smoothCurve(values.slice(0, 100), 0.9))
  })
})
