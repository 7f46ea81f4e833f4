import { describe, expect, it } from 'vitest'
import { ratioOf, spreadOf } from './spread.ts'

describe('the spread over seeds', () => {
  it('is mean, sample deviation and Student’s interval', () => {
    // 1, 2, 3: deviation 1, t(0.95, 2) = 4.302653, half width 4.302653/√3 = 2.484138.
    const spread = spreadOf([1, 2, 3], 0.95)
    expect(spread).toMatchObject({ mean: 2, deviation: 1, n: 3 })
    expect(spread?.low).toBeCloseTo(-0.484138, 5)
    expect(spread?.high).toBeCloseTo(4.484138, 5)
    expect(spreadOf([7], 0.95)).toEqual({ mean: 7, deviation: null, n: 1, low: null, high: null })
    expect(spreadOf([], 0.95)).toBeNull()
  })

  it('is the geometric mean for ratios, with the interval on the logarithms', () => {
    // Ratios 1/2 and 1/8: ln −0.693147 and −2.079442, mean −1.386294 → 1/4; deviation 0.980258, t(0.95, 1) = 12.7062, half width 8.807367.
    const ratio = ratioOf([{ value: 50, base: 100 }, { value: 10, base: 80 }], 0.95)
    expect(ratio?.value).toBeCloseTo(0.25, 12)
    expect(ratio?.low).toBeCloseTo(0.25 * Math.exp(-8.807367), 8)
    expect(ratio?.high).toBeCloseTo(0.25 * Math.exp(8.807367), 0)
    expect(ratioOf([{ value: 50, base: 100 }], 0.95)).toEqual({ value: 0.5, low: null, high: null, n: 1 })
    expect(ratioOf([{ value: 0, base: 100 }], 0.95)).toBeNull()
  })
})
