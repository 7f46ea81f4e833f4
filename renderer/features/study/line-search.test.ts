import { describe, expect, it } from 'vitest'
import type { MetricSeries } from '../../../main/contract/records.ts'
import { firstSizes, summariseSearch, weightedMedian } from './line-search.ts'

function series(key: string, mean: number[], count = mean.map(() => 1)): MetricSeries {
  const step = mean.map((_, index) => index + 1)
  return { runId: 'run-1', key, step, examples: step, wallMs: step, min: mean, max: mean, mean, last: mean, count, total: count.reduce((sum, one) => sum + one, 0) }
}

describe('the line search in numbers', () => {
  it('counts forward evaluations apart from those of the gradient', () => {
    const summary = summariseSearch([series('armijo/step-size', [0.5, 0.4, 0.3]), series('armijo/tries', [1, 2, 9]), series('armijo/fallback', [0, 0, 1])])
    expect(summary).toEqual({ gradients: 3, forwards: 12, medianTries: 2, isMedianExact: true, fallbackShare: 1 / 3, medianStepSize: 0.4 })
  })

  it('weighs each bucket by its steps', () => {
    const summary = summariseSearch([series('armijo/tries', [1, 3], [10, 30]), series('armijo/fallback', [0, 0.1], [10, 30])])
    expect(summary).toMatchObject({ gradients: 40, forwards: 100, medianTries: 3, isMedianExact: false })
    expect(summary.fallbackShare).toBeCloseTo(0.075, 12)
  })

  it('knows nothing where nothing is logged', () => {
    expect(summariseSearch([])).toEqual({ gradients: 0, forwards: 0, medianTries: null, isMedianExact: true, fallbackShare: null, medianStepSize: null })
  })

  it('takes the value in the middle of the weight', () => {
    expect(weightedMedian([{ value: 5, weight: 1 }, { value: 1, weight: 1 }, { value: 2, weight: 1 }])).toBe(2)
    expect(weightedMedian([{ value: 5, weight: 9 }, { value: 1, weight: 1 }])).toBe(5)
  })
})

describe('the batch sizes shown first', () => {
  it('are the smallest, a middle one and the largest', () => {
    expect(firstSizes([64, 8, 16, 32, 8])).toEqual([8, 16, 64])
    expect(firstSizes([8])).toEqual([8])
    expect(firstSizes([])).toEqual([])
  })
})
