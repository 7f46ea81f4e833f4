import { describe, expect, it } from 'vitest'
import { earlyExitCurve, thresholds } from './early-exit.ts'

const exits = [
  { predicted: [0, 1, 0, 1], confidence: [0.9, 0.6, 0.8, 0.5], macs: 10 },
  { predicted: [0, 0, 0, 1], confidence: [0.7, 0.9, 0.9, 0.5], macs: 40 },
  { predicted: [0, 1, 1, 1], confidence: [0.6, 0.6, 0.6, 0.6], macs: 100 },
]
const labels = [0, 1, 1, 1]

describe('leaving at the first exit that is sure enough', () => {
  it('leaves at once with no threshold, and at the end with one that nothing meets', () => {
    expect(earlyExitCurve({ exits, labels, at: [0, 1] })).toEqual([
      { threshold: 0, accuracy: 0.75, macs: 10, shares: [1, 0, 0] },
      { threshold: 1, accuracy: 1, macs: 100, shares: [0, 0, 1] },
    ])
  })

  it('pays for each example where it leaves, at or above the threshold', () => {
    // At 0.8 the examples 0 and 2 leave at the first exit, 1 at the second, 3 at the last: right are 0 and 3.
    expect(earlyExitCurve({ exits, labels, at: [0.8] })).toEqual([{ threshold: 0.8, accuracy: 0.5, macs: (10 + 10 + 40 + 100) / 4, shares: [0.5, 0.25, 0.25] }])
  })

  it('knows no cost where an exit has none, and asks at rising thresholds', () => {
    expect(earlyExitCurve({ exits: exits.map((exit) => ({ ...exit, macs: null })), labels, at: [0.5] })[0]?.macs).toBeNull()
    expect(thresholds).toEqual(thresholds.toSorted((a, b) => a - b))
    expect([thresholds[0], thresholds.at(-1)]).toEqual([0, 1])
  })
})
