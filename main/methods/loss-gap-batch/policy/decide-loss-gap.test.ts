import { describe, expect, it } from 'vitest'
import { createPolicy } from './create-policy.ts'
import { configOf, factsOf, follow, gapConfig } from './test/simulated.ts'

const facts = factsOf()
/** A loss that falls to 0.3 within an epoch or two. */
const flattening = (position: number) => 0.3 + 2 * Math.exp(-position / 4000)
const train = (settings: Record<string, unknown>, rest: Partial<Parameters<typeof follow>[0]> = {}) =>
  follow({ policy: createPolicy({ config: gapConfig(settings), facts }), facts, until: 40_000, loss: flattening, noise: 0.5, ...rest })

describe('growth', () => {
  it('R1: changes the batch size within a run, from the gap', () => {
    const { changes } = train({ flatT: 2 })
    expect(changes.length).toBeGreaterThan(1)
    expect(changes.every(({ from, to }) => to === 2 * from)).toBe(true)
  })

  it('R2: takes the loss for the gap, from its ideal value: the same threshold fires sooner where the ideal is nearer', () => {
    const [far, near] = [0, 0.25].map((idealValue) => train({ valueBelow: 0.4, idealValue, cooldownExamples: 100_000 }).changes[0]!.position)
    expect(near).toBeLessThan(far! - 2000)
  })

  it('R3: takes the error of training or validation for the gap, any or all of the signals', () => {
    const evaluate = (position: number) => ({ 'train/accuracy': Math.min(1, position / 20_000), 'validation/accuracy': Math.min(0.9, position / 40_000) })
    const first = (signals: readonly string[], combine = 'any') => train({ signals, combine, valueBelow: 0.5, halfLifeExamples: 100 }, { evaluate }).changes[0]?.position ?? null
    expect(first(['train-error'])).toBeGreaterThan(10_000)
    expect(first(['train-error'])).toBeLessThan(12_000)
    expect(first(['validation-error'])).toBeGreaterThan(20_000)
    expect(first(['train-error', 'validation-error'])).toBe(first(['train-error']))
    expect(first(['train-error', 'validation-error'], 'all')).toBe(first(['validation-error']))
  })

  it('R4: grows when convergence is expected, and not while the loss falls', () => {
    expect(train({ flatT: 2 }).changes.length).toBeGreaterThan(0)
    expect(train({ flatT: 2 }, { loss: (position) => 3 - position / 20_000 }).changes).toEqual([])
  })

  it.each([1, 2, 3, 4])('R5: grows by the derivative of order %i of the loss', (derivativeOrder) => {
    const settings = { derivativeOrder, derivativeBelow: 1e-9, windowExamples: 7 * 1024 }
    const line = (position: number) => 3 - position / 20_000
    const curved = (position: number) => 3 * Math.exp(-position / 8000)
    expect(train({ ...settings, derivativeBelow: 100 ** derivativeOrder }, { loss: line, noise: 0 }).changes.length).toBeGreaterThan(0) // a slope of 50 by a million, no curvature
    expect(train(settings, { loss: curved, noise: 0 }).changes).toEqual([])
  })

  it('R6: grows where the value of the loss is below a threshold', () => {
    const { changes } = train({ valueBelow: 0.5 }, { noise: 0 })
    expect(changes[0]!.decision).toMatchObject({ kind: 'grow', trigger: 'valueBelow' })
    expect(changes[0]!.position).toBeGreaterThan(9200) // where the loss itself passes 0.5: its smoothed value comes a little later
    expect(changes[0]!.position).toBeLessThan(14_000)
  })

  it('R6: grows where the slope of the loss is below a threshold, by examples or as a share of the gap', () => {
    expect(train({ slopeBelow: 20 }, { noise: 0 }).changes[0]!.decision.trigger).toBe('slopeBelow')
    expect(train({ relativeSlopeBelow: 0.05 }, { noise: 0 }).changes[0]!.decision.trigger).toBe('relativeSlopeBelow')
  })

  it('R6: grows where the norm of the weight gradient is below a threshold, and asks for the norms only then', () => {
    const { changes } = train({ gradientNormBelow: 1 }, { norm: (position) => 5 * Math.exp(-position / 4000) })
    expect(changes[0]!.decision.reason).toMatch(/^the norm of the weight gradient is 0\.99\d \(small below 1\), smoothed gap 0\.\d+$/)
    expect(createPolicy({ config: gapConfig({ gradientNormBelow: 1 }), facts }).needs.gradientNorm).toBe(true)
    expect(createPolicy({ config: gapConfig(), facts }).needs.gradientNorm).toBe(false)
  })

  it('R6: grows for any of the conditions, or for all of them', () => {
    const both = { valueBelow: 0.7, slopeBelow: 20 }
    const [any, all] = ['any', 'all'].map((growWhen) => train({ ...both, growWhen }, { noise: 0 }).changes[0]!)
    expect(any!.decision.trigger).toBe('valueBelow')
    expect(all!.decision.trigger).toBe('valueBelow+slopeBelow')
    expect(all!.position).toBeGreaterThan(any!.position)
  })

  it('says why in words with the numbers in them, which the readings hold as well', () => {
    const { decision } = train({ flatT: 2 }).changes[0]!
    expect(decision.reason).toMatch(/^the slope of the train loss is -?\d+(\.\d+)? standard errors from 0 \(flat above -2\), smoothed gap 0\.\d+$/)
    expect(decision.readings.find(({ condition }) => condition === 'flatT')).toMatchObject({ signal: 'train-loss', threshold: -2, isMet: true, side: 'grow' })
  })

  it('lowers thresholds of slopes by √(first batch/batch), for the noise falls as much', () => {
    const threshold = (noiseCorrection: boolean) => train({ slopeBelow: 20, noiseCorrection, batchMax: 128 }, { noise: 0 }).last.readings.find(({ condition }) => condition === 'slopeBelow')!.threshold
    expect(threshold(true)).toBe(10) // at 128 after 32
    expect(threshold(false)).toBe(20)
  })

  it('waits for its window, then is armed, cools down after a change, and stops at the largest batch', () => {
    const status = (until: number) => {
      const { last } = train({ flatT: 2, valueBelow: null, batchMax: 64 }, { until, loss: (position) => (position < 20_000 ? 3 - position / 10_000 : 1), noise: 0.01 })
      return last.kind === 'keep' ? last.status : last.kind
    }
    expect([2000, 10_000, 40_000].map(status)).toEqual(['waiting-for-window', 'armed', 'at-max'])
    const { changes } = train({ flatT: 2, cooldownExamples: 9000 })
    expect(changes.slice(1).every(({ position }, i) => position - changes[i]!.position >= 9000)).toBe(true)
  })
})

describe('the answer to divergence', () => {
  const rising = (position: number) => (position < 15_000 ? flattening(position) : 0.35 + ((position - 15_000) / 5000) ** 2)

  it.each(['divergeSigma', 'divergeRatio', 'divergeT'])('R7: shrinks when divergence is expected by %s', (condition) => {
    const { changes } = train({ [condition]: { divergeSigma: 5, divergeRatio: 2, divergeT: 3 }[condition] }, { loss: rising, until: 30_000, noise: 0.3 })
    expect(changes[0]!.decision).toMatchObject({ kind: 'shrink', trigger: condition, batchSize: 16 })
    expect(changes[0]!.position).toBeGreaterThan(15_000)
    expect(changes[0]!.position).toBeLessThan(23_000)
  })

  it('R7: shrinks where the gradient norm is far above its median', () => {
    const { changes } = train({ divergeGradientRatio: 4 }, { norm: (position) => (position < 12_000 ? 1 : 5) })
    expect(changes[0]!.decision.reason).toMatch(/^the norm of the weight gradient is 5, above 4 times its median \(at most 4\), smoothed gap/)
  })

  it('R7: stays at the smallest batch, and does not grow meanwhile', () => {
    const { changes, last } = train({ divergeRatio: 2, batchMin: 32, valueBelow: 1000, cooldownExamples: 0, batchMax: 32 }, { loss: rising, until: 25_000, noise: 0 })
    expect(changes).toEqual([])
    expect(last).toMatchObject({ kind: 'keep', status: 'at-min' })
  })

  it('rolls back from a value that is not finite, within the cooldown and where only shrinking was asked for', () => {
    for (const broken of [Number.NaN, Infinity]) {
      const { changes } = train({ onDivergence: 'shrink', valueBelow: 1000, cooldownExamples: 1e6 }, { loss: (position) => (position > 15_000 && position < 15_100 ? broken : 1) })
      expect(changes.at(-1)!.decision).toMatchObject({ kind: 'rollback', trigger: 'notFinite' })
      expect(changes.at(-1)!.decision.reason).toMatch(new RegExp(`^the train loss is ${broken} at 15\\d+ examples$`))
    }
  })

  it('sees an evaluation and a gradient that are not finite', () => {
    const config = configOf({ signals: ['validation-loss'] })
    const [evaluated, stepped] = [createPolicy({ config, facts }), createPolicy({ config, facts })]
    evaluated.observeEvaluation({ position: 32, values: { 'validation/loss': Number.NaN } })
    stepped.observeStep({ position: 32, batchSize: 32, loss: 1, gradientNorm: Infinity, learningRate: 0.1 })
    for (const policy of [evaluated, stepped]) expect(policy.decide({ position: 32, batchSize: 32, epoch: 0, endsEpoch: false }).kind).toBe('rollback')
  })

  it('warns once where the gap is negative, and does not take that for divergence', () => {
    const policy = createPolicy({ config: gapConfig({ idealValue: 5, divergeRatio: 2, divergeSigma: 5 }), facts })
    expect(follow({ policy, facts, loss: flattening, noise: 0.1, until: 10_000 }).changes.every(({ decision }) => decision.kind === 'grow')).toBe(true)
    expect(policy.warnings).toHaveLength(1)
    expect(policy.warnings[0]).toMatchObject({ code: 'gap-below-ideal', facts: { signal: 'train-loss', ideal: 5 } })
  })
})
