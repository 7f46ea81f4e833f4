import { describe, expect, it } from 'vitest'
import { optimizerConfig } from '../../contract/optimizer-config.ts'
import { runConfig } from '../../contract/run-config.ts'
import type { StudiedRun } from '../study.ts'
import { criticalBatchSizeConfig } from './config.ts'
import { bridgeOf, estimateOf } from './estimate.ts'

const sgd = optimizerConfig.parse({ kind: 'sgd' })
const armijo = optimizerConfig.parse({ kind: 'armijo', c: 0.1, delta: 0.9 })
const gradient = 'gradient-mean' as const

describe('R6: from the noise scale to b*', () => {
  it('is 2Lη/(2 − Lη) times B_simple', () => {
    // The quadratic of the laws' test: Lη = 0.1, σ² = 100, ε² = 0.05 gives b* 210.526 from B_simple 2000.
    expect(bridgeOf({ criterion: gradient, optimizer: sgd, step: 0.1, smoothness: 1 })).toEqual({ factor: expect.closeTo(0.2 / 1.9, 12), smoothnessTimesStep: expect.closeTo(0.1, 12), from: 'bound' })
    expect((0.2 / 1.9) * 2000).toBeCloseTo(210.526, 3)
  })

  it('refuses a step of 2/L and more', () => {
    expect(bridgeOf({ criterion: gradient, optimizer: sgd, step: 0.1, smoothness: 20 }).from).toBe('step-too-large')
    expect(bridgeOf({ criterion: gradient, optimizer: sgd, step: 0.1, smoothness: 19.9 }).from).toBe('bound')
  })

  it('takes an Armijo search to accept Lα between 2δ(1 − c) and 2(1 − c)', () => {
    const { smoothnessTimesStep, from } = bridgeOf({ criterion: gradient, optimizer: armijo, step: null, smoothness: null })
    expect(from).toBe('search')
    expect(smoothnessTimesStep!).toBeGreaterThan(1.62)
    expect(smoothnessTimesStep!).toBeLessThan(1.8)
  })

  it('is B_simple itself, and says so, for other criteria, other optimizers and without L', () => {
    expect(bridgeOf({ criterion: 'train-loss', optimizer: sgd, step: 0.1, smoothness: 1 })).toEqual({ factor: 1, smoothnessTimesStep: null, from: 'noise-scale' })
    expect(bridgeOf({ criterion: gradient, optimizer: sgd, step: 0.1, smoothness: null }).from).toBe('noise-scale')
    expect(bridgeOf({ criterion: gradient, optimizer: optimizerConfig.parse({ kind: 'adam' }), step: 0.1, smoothness: 1 }).from).toBe('noise-scale')
  })
})

describe('the noise scale of a pilot', () => {
  const pilot = (rows: readonly (readonly [trace: number, squared: number])[], extra: Record<string, number> = {}): StudiedRun => ({
    id: 'pilot',
    key: 'b=64 seed=1',
    config: runConfig.parse({ noiseScale: { enabled: true } }),
    status: 'running',
    steps: rows.length * 10,
    examples: rows.length * 640,
    wallMs: 1,
    functionEvaluations: 0,
    censored: null,
    evaluations: rows.map(([trace, squared], i) => ({ step: (i + 1) * 10, examples: (i + 1) * 640, wallMs: i, values: { 'noise/trace': trace, 'noise/gradient-squared': squared, ...extra } })),
  })
  const config = (target: object) => criticalBatchSizeConfig.parse({ method: 'critical-batch-size', sweep: { target } })
  const loss = config({ criterion: 'train-loss', value: 0.1 })

  it('divides means, never averages ratios: {1, 3} by halves is 0.25 where the ratios average −19/7', () => {
    // Gradients uniform on {1, 3}, b 1, B 2, small = one shard: (S, |G|²) over the four cases.
    const cases = [[0, 1], [0, 9], [-6, 7], [10, -1]] as const
    expect(cases.map(([trace, squared]) => trace / squared).reduce((total, ratio) => total + ratio, 0) / 4).toBeCloseTo(-19 / 7, 12)
    const estimate = estimateOf(loss, [pilot([...cases, ...cases, ...cases])], null)
    // The window is the second half of the way, from step 60 of 120 on: the last seven, whose sums are 8 and 31.
    expect(estimate?.noiseScale.value).toBeCloseTo(8 / 31, 12)
    const all = estimateOf(loss, [pilot([[100, 100], [100, 100], [100, 100], ...cases])], null)
    expect(all?.noiseScale.value).toBeCloseTo(0.25, 12)
  })

  it('takes the target as |G|² for a gradient criterion, and the bound where L is logged', () => {
    const estimate = estimateOf(config({ criterion: 'gradient-mean', value: 0.05 }), [pilot(Array.from({ length: 8 }, () => [100, 7] as const), { 'curvature/smoothness': 1 })], 421.052)
    expect(estimate?.noiseScale).toMatchObject({ value: expect.closeTo(2000, 9), gradientSquared: 0.05, smoothness: 1 })
    // The pilot's optimizer is the default sgd at 0.1, so Lη = 0.1.
    expect(estimate?.noiseScale.predictedCriticalBatchSize).toBeCloseTo(210.526, 3)
    expect(estimate?.noiseScale.ratioToMeasured).toBeCloseTo(0.5, 3)
  })

  it('has an interval that holds the value, and none with under three evaluations', () => {
    const rows = Array.from({ length: 20 }, (_, i) => [100 + 10 * Math.sin(i), 1 + 0.1 * Math.cos(3 * i)] as const)
    const { value, low, high } = estimateOf(loss, [pilot(rows)], null)!.noiseScale
    expect(low!).toBeLessThan(value!)
    expect(high!).toBeGreaterThan(value!)
    expect(estimateOf(loss, [pilot(rows.slice(0, 2))], null)?.noiseScale).toMatchObject({ low: null, high: null })
  })

  it('is null where the mean of |G|² is not positive, and there is none without a pilot', () => {
    expect(estimateOf(loss, [pilot([[10, -1], [10, -1], [10, -1]])], null)?.noiseScale).toMatchObject({ value: null, predictedCriticalBatchSize: null })
    expect(estimateOf(loss, [], null)).toBeNull()
  })
})
