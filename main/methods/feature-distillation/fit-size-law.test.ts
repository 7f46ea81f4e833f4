import { describe, expect, it } from 'vitest'
import { fitSizeLaw } from './fit-size-law.ts'

/** Errors of the seeds 1, 2, … at each size. */
const points = (sizes: Readonly<Record<number, readonly number[]>>) => Object.entries(sizes).map(([parameters, errors]) => ({ parameters: Number(parameters), errors: errors.map((error, index) => ({ seed: index + 1, error })) }))

describe('the law of size', () => {
  it('is exponent ½ and scale 4 for errors 0.4, 0.2, 0.1 at 100, 400, 1600 parameters', () => {
    expect(fitSizeLaw(points({ 100: [0.4], 400: [0.2], 1600: [0.1] }), 0.95)).toEqual({ scale: expect.closeTo(4, 10), exponent: expect.closeTo(0.5, 12), low: null, high: null, floor: null, r2: expect.closeTo(1, 12) })
  })

  it('has Student’s interval over the exponents of the seeds', () => {
    // Seed 1 halves at each fourfold size (½), seed 2 does not fall (0), seed 3 falls to a quarter (1): mean ½, deviation ½, t(0.95, 2) = 4.302653.
    const fit = fitSizeLaw(points({ 100: [0.4, 0.3, 0.8], 400: [0.2, 0.3, 0.2], 1600: [0.1, 0.3, 0.05] }), 0.95)
    expect(fit?.exponent).toBeCloseTo(0.5, 12)
    expect(fit?.low).toBeCloseTo(0.5 - (4.302653 * 0.5) / Math.sqrt(3), 5)
    expect(fit?.high).toBeCloseTo(0.5 + (4.302653 * 0.5) / Math.sqrt(3), 5)
  })

  it('leaves out seeds that some size lacks from the interval', () => {
    const fit = fitSizeLaw(points({ 100: [0.4, 0.4, 0.5], 400: [0.2, 0.2], 1600: [0.1, 0.1] }), 0.95)
    expect([fit?.low, fit?.high].map((end) => end?.toFixed(9))).toEqual(['0.500000000', '0.500000000'])
  })

  it('finds a floor that no size takes away, from four sizes on', () => {
    // 0.1 + 4·P^−½: 0.5, 0.3, 0.2, 0.15.
    const fit = fitSizeLaw(points({ 100: [0.5], 400: [0.3], 1600: [0.2], 6400: [0.15] }), 0.95)
    expect(fit?.floor).toBeCloseTo(0.1, 2)
    expect(fit?.exponent).toBeCloseTo(0.5, 1)
    expect(fitSizeLaw(points({ 100: [0.5], 400: [0.3], 1600: [0.2] }), 0.95)?.floor).toBeNull()
    expect(fitSizeLaw(points({ 100: [0.4], 400: [0.21], 1600: [0.1], 6400: [0.05] }), 0.95)?.floor).toBeNull()
  })

  it('is none for fewer than three sizes, or where there is no error', () => {
    expect(fitSizeLaw(points({ 100: [0.4], 400: [0.2] }), 0.95)).toBeNull()
    expect(fitSizeLaw(points({ 100: [0.4], 400: [0.2], 1600: [0] }), 0.95)).toBeNull()
    expect(fitSizeLaw([], 0.95)).toBeNull()
  })
})
