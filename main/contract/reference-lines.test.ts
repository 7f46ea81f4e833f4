import { describe, expect, it } from 'vitest'
import { judgeThreshold, noiseFloor, rankBound, referenceLines, withoutNoise } from './reference-lines.ts'

describe('noiseFloor', () => {
  it('is 1/(N − 1) of squares, and of sizes what the gamma function gives', () => {
    expect(noiseFloor(64).squared).toBeCloseTo(0.015873, 6)
    expect(noiseFloor(64).absolute).toBeCloseTo(0.100924, 6)
    expect(noiseFloor(8).squared).toBeCloseTo(0.142857, 6)
    expect(noiseFloor(8).absolute).toBeCloseTo(0.3125, 12)
    expect(noiseFloor(2)).toEqual({ squared: 1, absolute: 1 })
    expect(noiseFloor(3).absolute).toBeCloseTo(2 / Math.PI, 12)
  })

  it('comes to √(2/(π(N − 1))) of many samples', () => {
    for (const samples of [1000, 100_001]) expect(noiseFloor(samples).absolute / Math.sqrt(2 / (Math.PI * (samples - 1)))).toBeCloseTo(1 + 1 / (4 * (samples - 1)), 7)
  })
})

describe('rankBound', () => {
  it('is what fewer samples than channels leave over', () => {
    expect(rankBound({ channels: 256, samples: 64 })).toBeCloseTo(0.012014, 6)
    expect(rankBound({ channels: 256, samples: 32 })).toBeCloseTo(0.028463, 6)
    expect(rankBound({ channels: 256, samples: 2 })).toBe(1)
    expect(rankBound({ channels: 4, samples: 5 })).toBe(0)
    expect(rankBound({ channels: 4, samples: 50 })).toBe(0)
  })

  it('lies below the noise floor from 3 samples on', () => {
    for (const channels of [3, 64, 2048]) for (const samples of [3, 10, 64, 500]) expect(rankBound({ channels, samples })).toBeLessThan(noiseFloor(samples).squared)
  })

  it('is met by four channels of three samples that are evenly spread', () => {
    // Channels in the plane that is left of three samples, 45° apart: ρ² of 0, ½ and 1, meaned 1/3.
    const rho = [45, 90, 135, 45, 90, 45].map((degrees) => Math.cos((degrees * Math.PI) / 180) ** 2)
    expect(rho.reduce((sum, square) => sum + square, 0) / 6).toBeCloseTo(rankBound({ channels: 4, samples: 3 }), 12)
  })
})

describe('withoutNoise', () => {
  it('takes the floor off, and leaves 1', () => {
    expect(withoutNoise(1 / 63, 64)).toBeCloseTo(0, 12)
    expect(withoutNoise(1, 64)).toBe(1)
    expect(withoutNoise(0, 64)).toBeCloseTo(-1 / 62, 12)
  })
})

describe('judgeThreshold', () => {
  const question = { penalty: 'squared', channels: 256, samples: 64 } as const

  it('tells what cannot be, what is unlikely, and what can be', () => {
    expect(judgeThreshold({ ...question, threshold: 0.01 })).toEqual({ kind: 'unreachable', least: expect.closeTo(0.012014, 6), samples: 74 })
    expect(judgeThreshold({ ...question, threshold: 0.014 })).toEqual({ kind: 'unlikely', floor: expect.closeTo(0.015873, 6), samples: 73 })
    expect(judgeThreshold({ ...question, threshold: 0.016 })).toEqual({ kind: 'reachable' })
    expect(judgeThreshold({ ...question, penalty: 'absolute', threshold: 0.09 })).toMatchObject({ kind: 'unlikely', floor: expect.closeTo(0.100924, 6) })
  })

  it.each([0.9, 0.3, 0.1, 0.02, 0.01, 0.001])('advises the least number of samples for a threshold of %d', (threshold) => {
    for (const channels of [3, 64, 256]) {
      const impossible = judgeThreshold({ penalty: 'squared', threshold, channels, samples: 2 })
      if (impossible.kind !== 'unreachable') throw new Error('two samples reach nothing below 1')
      expect(rankBound({ channels, samples: impossible.samples })).toBeLessThanOrEqual(threshold)
      if (impossible.samples > 2) expect(rankBound({ channels, samples: impossible.samples - 1 })).toBeGreaterThan(threshold)
    }
    for (const penalty of ['squared', 'absolute'] as const) {
      const unlikely = judgeThreshold({ penalty, threshold, channels: 2, samples: 3 })
      if (unlikely.kind === 'reachable') continue
      expect(unlikely.kind).toBe('unlikely')
      expect(noiseFloor(unlikely.samples)[penalty]).toBeLessThanOrEqual(threshold)
      expect(noiseFloor(unlikely.samples - 1)[penalty]).toBeGreaterThan(threshold)
    }
  })

  it('knows no number of samples at which noise is 0, but one at which the rank allows it', () => {
    expect(judgeThreshold({ ...question, threshold: 0, samples: 1000 })).toEqual({ kind: 'unlikely', floor: 1 / 999, samples: Number.POSITIVE_INFINITY })
    expect(judgeThreshold({ ...question, threshold: 0 })).toMatchObject({ kind: 'unreachable', samples: 257 })
  })

  it('refuses what is no threshold or count, with the value', () => {
    for (const threshold of [-0.1, Number.NaN]) expect(() => judgeThreshold({ ...question, threshold })).toThrow(expect.objectContaining({ code: 'invalid-input', facts: { threshold } }))
    expect(() => noiseFloor(1)).toThrow(/whole number of samples from 2, got 1/)
    expect(() => rankBound({ channels: 1, samples: 8 })).toThrow(/channels from 2, got 1/)
    expect(() => withoutNoise(0.5, 2)).toThrow(/samples from 3, got 2/)
  })
})

describe('the reference lines of a loss', () => {
  const feature = { channels: 3, samples: 8, weight: 1 }

  it('are those of a mean over pairs, times the pairs that the reduction counts and the weights', () => {
    const floorOf = (reduction: 'mean' | 'sum' | 'channel', features = [feature]) => referenceLines({ penalty: 'squared', reduction, features }).floor
    expect(floorOf('mean')).toBeCloseTo(1 / 7, 15)
    expect(floorOf('sum')).toBeCloseTo(3 / 7, 15)
    expect(floorOf('channel')).toBeCloseTo(2 / 7, 15)
    expect(floorOf('sum', [feature, { channels: 4, samples: 5, weight: 0.5 }])).toBeCloseTo(3 / 7 + (0.5 * 6) / 4, 15)
    expect(referenceLines({ penalty: 'absolute', reduction: 'mean', features: [feature] }).floor).toBeCloseTo(0.3125, 15)
  })

  it('hold a bound where there are more channels than samples', () => {
    expect(referenceLines({ penalty: 'squared', reduction: 'mean', features: [{ channels: 256, samples: 64, weight: 2 }] }).bound).toBeCloseTo(2 * rankBound({ channels: 256, samples: 64 }), 15)
    expect(referenceLines({ penalty: 'squared', reduction: 'sum', features: [feature] }).bound).toBe(0)
  })
})
