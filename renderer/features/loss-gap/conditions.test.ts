import { describe, expect, it } from 'vitest'
import { lossGapPolicyConfig } from '../../../main/contract/batch-policy-config.ts'
import { loggedConditions, replayedConditions } from './conditions.ts'

const curves = { gap: [[0, 2], [10, 1], [20, 1.5], [30, 3]], slope: [[10, -4]], slopeT: [[10, -3]], derivative: [], gradientNorm: [] } as const
const batches = [[0, 16], [15, 64]] as const
const config = (change: Record<string, unknown>) => lossGapPolicyConfig.parse({ kind: 'loss-gap', divergeRatio: null, divergeT: null, divergeSigma: null, flatT: null, valueBelow: 0.1, ...change })
const find = (change: Record<string, unknown>, measure: string) => loggedConditions({ config: config(change), firstBatch: 16, curves, batches, window: 500_000 }).find((one) => one.measure === measure)

describe('the conditions of a logged run', () => {
  it('holds t against both of its thresholds', () => {
    expect(find({ flatT: 2, divergeT: 3 }, 'slopeT')).toMatchObject({ values: [[10, -3]], thresholds: [{ side: 'grow', met: 'above', places: [[0, -2]] }, { side: 'diverge', met: 'above', places: [[0, 3]] }] })
  })

  it('corrects a threshold of noise by the root of the batch size', () => {
    expect(find({ slopeBelow: 1 }, 'slope')?.thresholds[0]?.places).toEqual([[0, 1], [15, 0.5]])
    expect(find({ slopeBelow: 1, noiseCorrection: false }, 'slope')?.thresholds[0]?.places).toEqual([[0, 1], [15, 1]])
  })

  it('reads the relative change over the window from slope and gap', () => {
    expect(find({ relativeSlopeBelow: 0.02 }, 'relativeSlope')?.values).toEqual([[10, 2]])
  })

  it('follows the best gap so far with the ratio that counts as divergence', () => {
    expect(find({ divergeRatio: 2 }, 'gap')?.thresholds.at(-1)?.places).toEqual([[0, 4], [10, 2], [20, 2], [30, 2]])
  })

  it('shows a slope without a threshold too, and nothing that was not logged', () => {
    expect(find({}, 'slope')).toMatchObject({ values: [[10, 4]], thresholds: [] })
    expect(find({}, 'derivative')).toBeUndefined()
  })
})

describe('the conditions of a replay', () => {
  it('groups the readings of the first signal by what they measure', () => {
    const reading = (condition: string, value: number, threshold: number, side: 'grow' | 'diverge', signal = 'train-loss') => ({ condition, signal, value, threshold, isMet: false, side })
    const points = [
      { position: 1, readings: [reading('flatT', -5, -2, 'grow'), reading('divergeT', -5, 3, 'diverge'), reading('flatT', 9, -2, 'grow', 'validation-loss')] },
      { position: 2, readings: [reading('flatT', -1, -2, 'grow'), reading('divergeT', -1, 3, 'diverge')] },
    ]
    expect(replayedConditions(points)).toEqual([
      { measure: 'slopeT', scale: 'linear', values: [[1, -5], [2, -1]], thresholds: [{ side: 'grow', met: 'above', places: [[1, -2], [2, -2]] }, { side: 'diverge', met: 'above', places: [[1, 3], [2, 3]] }] },
    ])
  })
})
