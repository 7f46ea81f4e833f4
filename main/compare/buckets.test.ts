import { describe, expect, it } from 'vitest'
import { BucketColumns, intoBuckets } from './buckets.ts'
import type { BucketRange } from './buckets.ts'

const count = 10_000
const x = Float64Array.from({ length: count }, (_, i) => i)
const y = Float64Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898) * ((i * 7919) % 101))
y[4321] = 5000

function bucketed(range: Partial<BucketRange>, values = { x, y, smoothed: y }): BucketColumns {
  const columns = new BucketColumns()
  intoBuckets(values, { from: 0, to: count - 1, buckets: 100, scale: 'linear', isSmoothed: false, ...range }, columns)
  return columns
}

describe('buckets of a curve', () => {
  it('have the exact least, greatest and mean of every value in them, at any zoom', () => {
    for (const [from, to] of [[0, 9999], [2000, 3000], [4321, 4400]] as const) {
      const columns = bucketed({ from, to, buckets: 50 })
      let at = columns.x.findIndex((place) => place >= from)
      let first = from
      for (; (columns.x[at] ?? Infinity) <= to; at++) {
        const values = [...y.slice(first, columns.x[at]! + 1)]
        expect(columns.count[at]).toBe(values.length)
        expect(columns.min[at]).toBe(Math.min(...values))
        expect(columns.max[at]).toBe(Math.max(...values))
        expect(columns.mean[at]).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / values.length, 9)
        first = columns.x[at]! + 1
      }
      expect(first).toBe(to + 1)
    }
  })

  it('never lose a spike of one step', () => {
    expect(Math.max(...bucketed({}).max)).toBe(5000)
  })

  it('are no more than asked for, and one value on either side', () => {
    const { x: places } = bucketed({ from: 2000, to: 3000, buckets: 64 })
    expect(places.length).toBeLessThanOrEqual(64 + 3)
    expect(places[0]).toBe(1999)
    expect(places.at(-1)).toBe(3001)
  })

  it('are the values themselves where those are few', () => {
    const { x: places, mean, count: counts } = bucketed({ from: 500, to: 505 })
    expect(places).toEqual([499, 500, 501, 502, 503, 504, 505, 506])
    expect(mean).toEqual([...y.slice(499, 507)])
    expect(new Set(counts)).toEqual(new Set([1]))
  })

  it('do not move while a range of one width moves along the axis', () => {
    const inside = ({ x: places }: BucketColumns) => places.filter((place) => place > 3300 && place < 3900)
    expect(inside(bucketed({ from: 3000, to: 4000 }))).toEqual(inside(bucketed({ from: 3217, to: 4217 })))
  })

  it('are equally wide in powers on a logarithmic axis', () => {
    const { x: places } = bucketed({ from: 1, to: 9999, buckets: 40, scale: 'log' })
    expect(places.slice(0, 6)).toEqual([0, 1, 2, 3, 4, 5])
    const ratios = places.slice(-8, -1).map((place, i, all) => (i === 0 ? 0 : place / all[i - 1]!)).slice(1, -1)
    expect(Math.max(...ratios) / Math.min(...ratios)).toBeLessThan(1.02)
  })

  it('keep a constant constant', () => {
    const constant = new Float64Array(count).fill(0.1)
    expect(new Set(bucketed({}, { x, y: constant, smoothed: constant }).mean)).toEqual(new Set([0.1]))
  })

  it('take the smoothed curve as it is at their last value', () => {
    const smoothed = Float64Array.from(y, (value) => value / 2)
    const columns = bucketed({ isSmoothed: true }, { x, y, smoothed })
    expect(columns.smoothed).toEqual(columns.x.map((place) => smoothed[place]))
  })
})
