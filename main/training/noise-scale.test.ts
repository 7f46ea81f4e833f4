import { expect, test } from 'vitest'
import { averageNoise, emptyNoiseAverage, estimateNoise, noiseScale } from './noise-scale.ts'

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const draws: readonly (readonly [number, number])[] = [
  [1, 1],
  [1, 3],
  [3, 1],
  [3, 3],
]

test('is without bias over every draw of two gradients from {1, 3}, small being one of them', () => {
  const estimates = draws.map(([first, second]) =>
    estimateNoise({ smallSquared: first ** 2, bigSquared: ((first + second) / 2) ** 2, smallBatch: 1, bigBatch: 2, population: Infinity }),
  )
  expect(mean(estimates.map((one) => one.gradientSquared))).toBe(4) // mean gradient 2
  expect(mean(estimates.map((one) => one.trace))).toBe(1) // variance 1
  expect(mean(estimates.map((one) => one.trace / one.gradientSquared))).toBeCloseTo(-19 / 7, 12)
})

test('is without bias with the mean square of both, and the ratio of means is the truth', () => {
  const estimates = draws.map(([first, second]) =>
    estimateNoise({ smallSquared: (first ** 2 + second ** 2) / 2, bigSquared: ((first + second) / 2) ** 2, smallBatch: 1, bigBatch: 2, population: Infinity }),
  )
  expect(mean(estimates.map((one) => one.trace / one.gradientSquared))).toBeCloseTo(1 / 3, 12)
  expect(mean(estimates.map((one) => one.trace)) / mean(estimates.map((one) => one.gradientSquared))).toBe(0.25)
})

test('keeps negative estimates', () => {
  expect(estimateNoise({ smallSquared: 1, bigSquared: 4, smallBatch: 1, bigBatch: 2, population: Infinity }).trace).toBe(-6)
  expect(estimateNoise({ smallSquared: 8, bigSquared: 1, smallBatch: 1, bigBatch: 2, population: Infinity }).gradientSquared).toBe(-6)
})

test('is without bias for the full gradient when examples are drawn without putting back', () => {
  const gradients = [1, 3, -2, 6] // mean 2, variance over the four 8.5
  const estimates = gradients.flatMap((first, i) =>
    gradients.flatMap((second, j) =>
      i === j ? [] : [estimateNoise({ smallSquared: (first ** 2 + second ** 2) / 2, bigSquared: ((first + second) / 2) ** 2, smallBatch: 1, bigBatch: 2, population: 4 })],
    ),
  )
  expect(mean(estimates.map((one) => one.gradientSquared))).toBeCloseTo(4, 12)
  expect(mean(estimates.map((one) => one.trace))).toBeCloseTo(8.5, 12)
})

test('averages the two apart, without pull towards zero, and divides then', () => {
  const first = averageNoise({ average: emptyNoiseAverage, estimate: { gradientSquared: 2, trace: 10 }, smoothing: 0.9 })
  expect(first.trace / first.weight).toBeCloseTo(10, 12)
  expect(noiseScale(first)).toBeCloseTo(5, 12)
  const second = averageNoise({ average: first, estimate: { gradientSquared: -1, trace: 10 }, smoothing: 0.5 })
  expect(second.gradientSquared / second.weight).toBeCloseTo((0.1 * 2 * 0.5 - 0.5) / (0.1 * 0.5 + 0.5), 12)
})
