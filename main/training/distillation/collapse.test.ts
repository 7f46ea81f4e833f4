import { describe, expect, it } from 'vitest'
import { observeVariance, uncollapsed } from './collapse.ts'
import type { CollapseState } from './collapse.ts'

const limits = { variance: 1e-6, steps: 50 }

/** One observation every tenth step, from `from` on. */
function observe(state: CollapseState, variances: readonly number[], from = 0): CollapseState {
  return variances.reduce((current, variance, i) => observeVariance(current, { step: from + 10 * i, variance }, limits), state)
}

const low = (steps: number) => Array.from({ length: steps }, () => 1e-7)

describe('observeVariance', () => {
  it('counts a feature as collapsed at the 50th observed step of little variance in a row', () => {
    const before = observe(uncollapsed, low(49))
    expect(before).toEqual({ status: 'low', stepsBelow: 49, lowSince: 0, collapsedAt: null })
    expect(observe(before, [0], 490)).toEqual({ status: 'collapsed', stepsBelow: 50, lowSince: 0, collapsedAt: 490 })
  })

  it('begins anew after one step that varies; the limit itself is enough', () => {
    const broken = observe(observe(uncollapsed, low(49)), [1e-6], 490)
    expect(broken).toEqual({ status: 'varying', stepsBelow: 0, lowSince: null, collapsedAt: null })
    expect(observe(broken, low(49), 500).status).toBe('low')
  })

  it('keeps the finding, and tells that the feature varies again', () => {
    const after = observe(observe(uncollapsed, low(60)), [1], 600)
    expect(after).toEqual({ status: 'collapsed', stepsBelow: 0, lowSince: null, collapsedAt: 490 })
  })

  it('goes on the same from a checkpoint', () => {
    const state = observe(uncollapsed, low(30))
    const restored = JSON.parse(JSON.stringify(state)) as CollapseState // written one line above
    expect(observe(restored, low(20), 300)).toEqual(observe(state, low(20), 300))
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1])('refuses a variance of %s and names the step', (variance) => {
    expect(() => observeVariance(uncollapsed, { step: 7, variance }, limits)).toThrow(expect.objectContaining({ code: 'not-finite', message: expect.stringContaining('step 7') }))
  })
})
