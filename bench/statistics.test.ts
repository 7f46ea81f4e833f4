import { expect, it } from 'vitest'
import { bootstrap, geometricMean, median, verdict } from './statistics.ts'

it('takes the middle of an odd number of values and the mean of the middle two of an even one', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([])).toBeNaN()
})

it('gives twice as fast and twice as slow the geometric mean 1', () => {
  expect(geometricMean([2, 0.5])).toBeCloseTo(1, 12)
  expect(geometricMean([1, 8])).toBeCloseTo(Math.sqrt(8), 12)
})

it('gives the same interval for the same rounds, about the estimate, and none where all rounds agree', () => {
  const rounds = Array.from({ length: 100 }, (_, i) => 1 + ((i * 37) % 100) / 1000)
  const interval = bootstrap([rounds], ([group]) => median(group!))
  expect(interval.estimate).toBeCloseTo(1.0495, 6)
  // The median of n values uniform over 0.1 scatters by 0.1/(2√n) = 0.005, so 95 % lie within 0.01.
  expect(interval.low).toBeCloseTo(1.04, 2)
  expect(interval.high).toBeCloseTo(1.06, 2)
  expect(bootstrap([rounds], ([group]) => median(group!))).toEqual(interval)
  expect(bootstrap([[2, 2], [8]], ([one, other]) => geometricMean([median(one!), median(other!)]))).toEqual({ estimate: 4, low: 4, high: 4 })
})

it('takes an aim for met only where the whole interval lies below it', () => {
  expect(verdict({ estimate: 1.005, low: 1.001, high: 1.009 }, 1.01)).toBe('met')
  expect(verdict({ estimate: 1.005, low: 0.99, high: 1.02 }, 1.01)).toBe('not shown')
  expect(verdict({ estimate: 1.015, low: 1.01, high: 1.02 }, 1.01)).toBe('not met')
})
