import { describe, expect, it } from 'vitest'
import { createPolicy } from './create-policy.ts'
import { adaScaleGain, learningRateFactor, trainingNoise } from './learning-rate-factor.ts'
import { configOf, factsOf } from './test/simulated.ts'

describe('the learning-rate factor', () => {
  it('is 1, B/B_0 or its root by rule', () => {
    const at = (rule: 'none' | 'linear' | 'sqrt') => learningRateFactor({ rule, batchSize: 128, firstBatch: 32, noise: null })
    expect([at('none'), at('linear'), at('sqrt')]).toEqual([1, 4, 2])
  })

  it('is the AdaScale gain: v 3, u 1, S 4 gives 2.285714', () => {
    expect(adaScaleGain({ scale: 4, variance: 3, squaredMean: 1 })).toBeCloseTo(2.285714, 6)
    expect(adaScaleGain({ scale: 1, variance: 3, squaredMean: 1 })).toBe(1)
    expect(adaScaleGain({ scale: 4, variance: 3, squaredMean: -1 })).toBe(4) // all noise: as far as four steps
    expect(adaScaleGain({ scale: 4, variance: -3, squaredMean: 1 })).toBeCloseTo(1, 5) // no noise: a larger batch gains nothing
  })

  it('takes the gain from the noise estimates of evaluations, and leaves the rate alone before the first', () => {
    const policy = createPolicy({ config: configOf({ learningRateRule: 'adascale' }), facts: factsOf({ firstBatch: 32 }) })
    expect(policy.needs.noise).toBe(true)
    expect(policy.learningRateFactor(128)).toBe(1)
    policy.observeEvaluation({ position: 0, values: { 'noise/trace': 96, 'noise/gradient-squared': 1 } }) // a batch of 32 has variance 3
    expect(policy.learningRateFactor(128)).toBeCloseTo(2.285714, 6)
  })

  it('belongs to a scale of noise: rate 0.1, 50,000 examples, batch 128, momentum 0.9 is 390.6', () => {
    expect(trainingNoise({ learningRate: 0.1, trainExamples: 50_000, batchSize: 128, momentum: 0.9 })).toBeCloseTo(390.6, 1)
  })
})
