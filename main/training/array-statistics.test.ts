import { describe, expect, it } from 'vitest'
import { addSums, arrayDifference, arrayStatistics, countDifferences, differenceSums, greatestChanges, indexOf, noDifference } from './array-statistics.ts'

describe('the numbers about an array', () => {
  it('are those worked out by hand', () => {
    expect(arrayStatistics([3, -4, 0, 1])).toEqual({ elements: 4, norm: Math.sqrt(26), mean: 0, deviation: Math.sqrt(26 / 4), min: -4, max: 3, zeros: 1, notFinite: 0 })
  })

  it('leave out what is not finite and count it', () => {
    expect(arrayStatistics([Number.NaN, 2, Number.POSITIVE_INFINITY])).toEqual({ elements: 3, norm: 2, mean: 2, deviation: 0, min: 2, max: 2, zeros: 0, notFinite: 2 })
    expect(arrayStatistics([Number.NaN])).toEqual({ elements: 1, norm: 0, mean: 0, deviation: 0, min: 0, max: 0, zeros: 0, notFinite: 1 })
    expect(arrayStatistics([])).toMatchObject({ elements: 0, norm: 0 })
  })
})

describe('the difference of two arrays', () => {
  it('has the norms, the relative difference and the cosine worked out by hand', () => {
    // a = (3, 4), b = (3, 0): b − a = (0, −4).
    expect(arrayDifference(differenceSums([3, 4], [3, 0]))).toEqual({ elements: 2, normA: 5, normB: 3, difference: 4, relative: 0.8, cosine: 0.6, greatest: 4, equal: 1, notFinite: 0 })
  })

  it('is nothing between an array and itself, whatever its values', () => {
    const values = Float32Array.of(0.1, -0.7, 1e-20, 3e18)
    expect(arrayDifference(differenceSums(values, values))).toMatchObject({ difference: 0, relative: 0, cosine: 1, equal: 4 })
  })

  it('has neither a relative size nor an angle where an array is all zeros', () => {
    expect(arrayDifference(differenceSums([0, 0], [1, 0]))).toMatchObject({ relative: null, cosine: null, difference: 1 })
    expect(arrayDifference(differenceSums([1, 0], [0, 0]))).toMatchObject({ relative: 1, cosine: null })
  })

  it('counts what is not finite in either and leaves it out; two NaN are the same', () => {
    expect(arrayDifference(differenceSums([Number.NaN, 1, 2], [Number.NaN, Number.POSITIVE_INFINITY, 2]))).toMatchObject({ equal: 2, notFinite: 2, difference: 0, normA: 2 })
  })

  it('adds up over the pieces of an array', () => {
    const whole = differenceSums([1, 2, 3], [1, 0, 7])
    expect([differenceSums([1], [1]), differenceSums([2, 3], [0, 7])].reduce(addSums, noDifference)).toEqual(whole)
  })

  it('refuses arrays of different lengths', () => {
    expect(() => differenceSums([1], [1, 2])).toThrow(expect.objectContaining({ code: 'shape-mismatch' }))
  })
})

describe('the histogram of differences', () => {
  it('puts each difference into the bin it lies in, the greatest into the outer ones', () => {
    const counts = [0, 0, 0, 0, 0]
    // Bins of width 1.6 over ±4: [−4, −2.4), [−2.4, −0.8), [−0.8, 0.8), [0.8, 2.4), [2.4, 4].
    countDifferences({ a: [0, 0, 0, 0, 0, 0], b: [-4, 4, 0, 0.79, -0.9, Number.NaN], reach: 4, counts })
    expect(counts).toEqual([1, 1, 2, 0, 1])
  })

  it('stays empty where nothing changed', () => {
    const counts = [0, 0, 0]
    countDifferences({ a: [1], b: [1], reach: 0, counts })
    expect(counts).toEqual([0, 0, 0])
  })
})

describe('the greatest changes', () => {
  const arrays = [
    { name: 'a', a: [0, 0, 0], b: [1, -5, 2] },
    { name: 'b', a: [1, 1], b: [4, 1] },
  ]

  it('come in order, across arrays, and no more than asked for', () => {
    expect(greatestChanges(arrays, 3)).toEqual([
      { name: 'a', place: 1, from: 0, to: -5 },
      { name: 'b', place: 0, from: 1, to: 4 },
      { name: 'a', place: 2, from: 0, to: 2 },
    ])
    expect(greatestChanges(arrays, 10)).toHaveLength(4)
  })

  it('name elements by their indices, the last axis fastest', () => {
    expect([indexOf(7, [2, 5]), indexOf(0, []), indexOf(23, [2, 3, 4])]).toEqual([[1, 2], [], [1, 2, 3]])
  })
})
