import { expect, it } from 'vitest'
import { geometricMean, median } from './statistics.ts'

it('takes the middle of an odd number of values and the mean of the middle two of an even one', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([])).toBeNaN()
})

it('gives twice as fast and twice as slow the geometric mean 1', () => {
  expect(geometricMean([2, 0.5])).toBeCloseTo(1, 12)
  expect(geometricMean([1, 8])).toBeCloseTo(Math.sqrt(8), 12)
})
