import { describe, expect, it } from 'vitest'
import { binCount, binOf, binsOf, bitHistogram, isTooCoarse, placeOf } from './bit-histogram.ts'
import { drawn } from './test/drawn.ts'

describe('bins of float bits', () => {
  it('are the sign, the exponent and the first bits of the mantissa', () => {
    expect(binCount(4)).toBe(8192)
    expect(binOf(0, 4)).toBe(0)
    expect(binOf(1, 4)).toBe(0x3f800000 >>> 19)
    expect(binOf(1.0624, 4)).toBe(binOf(1, 4)) // 1 + 1/16 begins the next
    expect(binOf(1.0625, 4)).toBe(binOf(1, 4) + 1)
    expect(binOf(-1, 4)).toBe(binOf(1, 4) + 4096)
  })

  it('stand in ascending order by place, and hold the numbers between their edges', () => {
    for (const bits of [2, 4, 7]) {
      const { edges, middles } = binsOf(bits)
      expect(edges).toHaveLength(binCount(bits) + 1)
      for (const value of [-3e38, -7, -1.06, -1e-30, 1e-30, 0.0124, 1, 1.5, 3.999, 3e38]) {
        const place = placeOf(binOf(value, bits), bits)
        const rounded = Math.fround(value)
        // A bin holds its edge nearer to 0.
        expect(value > 0 ? rounded >= edges[place]! && rounded < edges[place + 1]! : rounded > edges[place]! && rounded <= edges[place + 1]!).toBe(true)
        expect(middles[place]).toBe((edges[place]! + edges[place + 1]!) / 2)
      }
      for (let i = 1; i < edges.length; i++) expect(edges[i]! >= edges[i - 1]!).toBe(true)
      expect(middles.every((middle, i) => middle === -middles[middles.length - 1 - i]! || middle === 0)).toBe(true)
    }
  })

  it('are a sixteenth of a power of two wide at 4 bits', () => {
    const { edges } = binsOf(4)
    const place = placeOf(binOf(2.5, 4), 4)
    expect(edges.slice(place, place + 2)).toEqual(new Float64Array([2.5, 2.625]))
  })
})

describe('a histogram of bits', () => {
  it('counts every value once, exact zeros apart', () => {
    const values = Float32Array.from([0, -0, 1, 1.01, -1, 2.5, 1e-42])
    const { counts, count, zeros } = bitHistogram(values, { mantissaBits: 4 })
    expect({ count, zeros }).toEqual({ count: 7, zeros: 3 }) // 1e-42 is flushed
    expect(counts[placeOf(binOf(1, 4), 4)]).toBe(2)
    expect(counts[placeOf(binOf(-1, 4), 4)]).toBe(1)
    expect(counts.reduce((a, b) => a + b)).toBe(4)
    const ignored = bitHistogram(values, { mantissaBits: 4, zeroHandling: 'ignore' })
    expect([ignored.zeros, ignored.counts.reduce((a, b) => a + b)]).toEqual([0, 7])
  })

  it('reads part of a larger buffer', () => {
    const values = drawn('normal', { count: 100, seed: 1 })
    expect(bitHistogram(values.subarray(40, 60))).toEqual(bitHistogram(values.slice(40, 60)))
  })

  it('refuses NaN and the infinities, and says how many there are', () => {
    expect(() => bitHistogram(Float32Array.from([1, NaN, -NaN, Infinity, -Infinity, 3e38]))).toThrow(/4 of 6 values are NaN or infinite/)
  })

  it('is too coarse for values far from 0 for their scale', () => {
    expect(isTooCoarse({ location: 0, scale: 1e-30 }, 6)).toBe(false)
    expect(isTooCoarse({ location: 3, scale: 1 }, 6)).toBe(false)
    expect(isTooCoarse({ location: 30, scale: 1 }, 6)).toBe(true)
    expect(isTooCoarse({ location: -30e-5, scale: 1e-5 }, 6)).toBe(true)
  })
})
