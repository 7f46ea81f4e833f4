import { describe, expect, it } from 'vitest'
import { countBelow, norm, readBars, shareEnd, stairs } from './bars.ts'

/** With 2 mantissa bits: 508 is [1, 1.25), 512 is [2, 2.5), and 1024 more is the same below 0. */
const histogram = { mantissaBits: 2, bins: [508, 512, 508 + 1024], counts: [4, 2, 4], zeros: 3 }
const bars = readBars(histogram)

describe('the bars of a bit histogram', () => {
  it('lie in the order of their values, zeros apart', () => {
    expect(bars).toEqual({ low: [-1.25, 1, 2], high: [-1, 1.25, 2.5], count: [4, 4, 2], before: [0, 4, 8], total: 10, zeros: 3 })
  })

  it('count the values below a place, half of a bar that it halves', () => {
    expect([-2, -1.125, 0, 1, 1.125, 2, 9].map((place) => countBelow(bars, place))).toEqual([0, 2, 4, 4, 6, 8, 10])
  })

  it('have a share of their values below each place', () => {
    expect([0, 0.2, 0.4, 0.9, 1].map((share) => shareEnd(bars, share))).toEqual([-1.25, -1.125, 1, 2.25, 2.5])
  })

  it('have the norm of values that are spread evenly in each', () => {
    // 4·∫x² over [1, 1.25] twice, and 2·∫x² over [2, 2.5]: (1 + 1.25 + 1.5625)/3 and (4 + 5 + 6.25)/3.
    expect(norm(bars)).toBeCloseTo(Math.sqrt((8 * 3.8125) / 3 + (2 * 15.25) / 3), 12)
    expect(norm(readBars({ mantissaBits: 2, bins: [], counts: [], zeros: 5 }))).toBe(0)
  })

  it('become a density of area 1, with gaps of density 0', () => {
    const drawn = stairs(bars, { from: -3, to: 3, width: 0.1 })
    expect(drawn.map(({ density }) => density === 0)).toEqual([false, true, false, true, false])
    expect(drawn.reduce((area, { low, high, density }) => area + density * (high - low), 0)).toBeCloseTo(1, 12)
  })

  it('are put together where they are narrower than asked', () => {
    const fine = readBars({ mantissaBits: 4, bins: Array.from({ length: 16 }, (_, index) => 127 * 16 + index), counts: Array.from({ length: 16 }, () => 1), zeros: 0 })
    const drawn = stairs(fine, { from: 0, to: 3, width: 0.25 })
    expect(drawn).toEqual([1, 1.25, 1.5, 1.75].map((low) => ({ low, high: low + 0.25, density: 1 })))
  })
})
