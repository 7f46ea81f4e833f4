import { describe, expect, it } from 'vitest'
import { lossGapPolicyConfig } from '../../../main/contract/batch-policy-config.ts'
import { fromPosition, sliderValue, slidersFor, toPosition } from './sliders.ts'

const sliders = slidersFor({ trainExamples: 10_000, largestGap: 2.3 })

describe('the sliders', () => {
  it('come back to their place from the value that they set', () => {
    for (const slider of sliders) for (const position of [0, 37, 100, 200]) expect(Math.abs(toPosition(slider, fromPosition(slider, position)) - position), slider.key).toBeLessThanOrEqual(1)
  })

  it('stand at the ends for values outside of their span', () => {
    for (const slider of sliders) {
      expect(toPosition(slider, slider.to * 10)).toBe(200)
      expect(toPosition(slider, -1)).toBe(0)
    }
  })

  it('set values that the schema takes', () => {
    for (const slider of sliders) {
      for (const position of [0, 100, 200]) expect(lossGapPolicyConfig.safeParse({ kind: 'loss-gap', [slider.key]: fromPosition(slider, position) }).success, `${slider.key} at ${position}`).toBe(true)
    }
  })

  it('read their setting', () => {
    expect(sliderValue(lossGapPolicyConfig.parse({ kind: 'loss-gap' }), 'flatT')).toBe(2)
  })
})
