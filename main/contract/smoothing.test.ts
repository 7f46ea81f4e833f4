import { describe, expect, it } from 'vitest'
import { heldUntil, meanCurve, smooth } from './smoothing.ts'

describe('smooth', () => {
  it('weighs the first values as they deserve: [1, 3] at a decay of a half is [1, 7/3]', () => {
    expect(smooth([1, 3], [1, 1], 0.5)).toEqual([1, expect.closeTo(7 / 3, 12)])
  })

  it('follows the plain debiased formula over three values', () => {
    // s = .8·(.8·(.2·2) + .2·4) + .2·9 = 2.696, w = 1 − .8³ = .488
    expect(smooth([2, 4, 9], [1, 1, 1], 0.8)[2]).toBeCloseTo(2.696 / 0.488, 12)
  })

  it('keeps a constant series constant to the last bit', () => {
    expect(new Set(smooth(Array.from({ length: 2000 }, () => 0.1), Array.from({ length: 2000 }, (_, i) => (i % 7) + 1), 0.97))).toEqual(new Set([0.1]))
  })

  it('treats a bucket of three equal values as the three values', () => {
    const single = smooth([5, 5, 5, 1], [1, 1, 1, 1], 0.9).at(-1)
    const bucketed = smooth([5, 1], [3, 1], 0.9).at(-1)
    expect(bucketed).toBeCloseTo(single ?? Number.NaN, 12)
  })

  it('leaves the series alone without smoothing', () => {
    expect(smooth([3, 1, 4], [1, 1, 1], 0)).toEqual([3, 1, 4])
  })

  it('passes a value that is not finite through and goes on without it', () => {
    expect(smooth([2, Number.NaN, 2], [1, 1, 1], 0.5)).toEqual([2, Number.NaN, 2])
  })
})

describe('meanCurve', () => {
  const curve = (x: number[], mean: number[]) => ({ x, mean, min: mean, max: mean, count: x.map(() => 1) })

  it('averages at the x of the densest curve, by straight lines', () => {
    const mean = meanCurve([curve([0, 10], [0, 10]), curve([0, 5, 10], [2, 2, 2])])
    expect(mean.x).toEqual([0, 5, 10])
    expect(mean.mean).toEqual([1, 3.5, 6])
    expect(mean.min).toEqual([0, 2, 2])
    expect(mean.max).toEqual([2, 5, 10])
  })

  it('stops where the first of its curves ends, so that the mean never jumps', () => {
    expect(meanCurve([curve([0, 1, 2, 3], [1, 1, 1, 1]), curve([0, 2], [3, 3])]).x).toEqual([0, 1, 2])
  })

  it('reads values that hold until the next as stairs, at the places of all curves', () => {
    const mean = meanCurve([curve([0, 10], [0, 10]), curve([0, 5, 10], [2, 4, 4])], true)
    expect(mean.x).toEqual([0, 5, 10])
    expect(mean.mean).toEqual([1, 2, 7])
    expect(mean.max).toEqual([2, 4, 10])
  })

  it('is the curve itself for one curve, and empty for none', () => {
    expect(meanCurve([curve([1], [4])]).mean).toEqual([4])
    expect(meanCurve([]).x).toEqual([])
  })
})

describe('heldUntil', () => {
  const curve = (x: number[], mean: number[]) => ({ x, mean, min: mean, max: mean, count: x.map(() => 1) })

  it('goes on with the last value to where the run is', () => {
    expect(heldUntil(curve([1, 4], [0.1, 0.2]), 9)).toEqual(curve([1, 4, 9], [0.1, 0.2, 0.2]))
  })

  it('leaves a curve alone that is there already, is empty, or whose run is at a place that is not known', () => {
    for (const x of [4, 3, Number.NaN]) expect(heldUntil(curve([1, 4], [0.1, 0.2]), x).x).toEqual([1, 4])
    expect(heldUntil(curve([], []), 9).x).toEqual([])
  })
})
