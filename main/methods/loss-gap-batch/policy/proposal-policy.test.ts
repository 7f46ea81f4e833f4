import { describe, expect, it } from 'vitest'
import { createPolicy } from './create-policy.ts'
import { cabsBatch, noiseScaleBatch, normTestBatch } from './proposals.ts'
import { configOf, factsOf } from './test/simulated.ts'

const facts = factsOf({ firstBatch: 64, trainExamples: 10_000 })

/** A policy that has seen one step of loss 0.5 at rate 0.1, and one evaluation. */
function seen(settings: Record<string, unknown>, noise: { readonly trace: number; readonly gradientSquared: number }) {
  const policy = createPolicy({ config: configOf({ batchMax: 1024, ...settings }), facts })
  policy.observeStep({ position: 64, batchSize: 64, loss: 0.5, gradientNorm: null, learningRate: 0.1 })
  policy.observeEvaluation({ position: 64, values: { 'noise/trace': noise.trace, 'noise/gradient-squared': noise.gradientSquared } })
  return policy
}
const point = (batchSize = 64, position = 64) => ({ position, batchSize, epoch: 0, endsEpoch: false })

describe('published policies', () => {
  it('have the formulae of their sources', () => {
    expect(cabsBatch({ scale: 1, learningRate: 0.1, trace: 640, gap: 0.5 })).toBeCloseTo(128, 10)
    expect(normTestBatch({ theta: 0.5, trace: 4, gradientSquared: 0.04 })).toBe(400)
    expect(normTestBatch({ theta: 1, trace: 4.01, gradientSquared: 0.04 })).toBe(101)
    expect(noiseScaleBatch({ scale: 2, trace: 30, gradientSquared: 0.5 })).toBe(120)
  })

  it('ask for noise estimates, and wait for the first', () => {
    const policy = createPolicy({ config: configOf({ kind: 'noise-scale' }), facts })
    expect(policy.needs).toEqual({ gradientNorm: false, noise: true })
    expect(policy.decide(point())).toMatchObject({ kind: 'keep', status: 'waiting-for-window' })
  })

  it('CABS follows rate, variance and loss, either way', () => {
    const policy = seen({ kind: 'cabs' }, { trace: 640, gradientSquared: 1 })
    expect(policy.decide(point())).toMatchObject({ kind: 'grow', batchSize: 128, trigger: 'cabs', reason: 'CABS proposes 128 (learning rate 0.1, tr Σ 640, loss 0.5 above its floor)' })
    expect(policy.decide(point(512))).toMatchObject({ kind: 'shrink', batchSize: 128 })
    expect(policy.curves['controller/wanted-batch']).toBeCloseTo(128, 10)
  })

  it('the norm test only grows, for it says when a batch is too small', () => {
    const policy = seen({ kind: 'norm-test', theta: 0.5 }, { trace: 4, gradientSquared: 0.04 })
    expect(policy.decide(point())).toMatchObject({ kind: 'grow', batchSize: 400 })
    expect(policy.decide(point(512))).toMatchObject({ kind: 'keep', status: 'armed' })
  })

  it('the noise scale is a ratio of means, either way, within the limits', () => {
    const policy = seen({ kind: 'noise-scale', smoothing: 0.5 }, { trace: 10, gradientSquared: 0.25 })
    expect(policy.decide(point())).toMatchObject({ kind: 'shrink', batchSize: 40 })
    policy.observeEvaluation({ position: 1000, values: { 'noise/trace': 40, 'noise/gradient-squared': 0.1 } }) // means 30 and 0.15
    expect(policy.decide(point())).toMatchObject({ kind: 'grow', batchSize: 200 })
    expect(seen({ kind: 'noise-scale' }, { trace: 1e6, gradientSquared: 1 }).decide(point())).toMatchObject({ batchSize: 1024 })
  })

  it('wait where the estimates are not positive', () => {
    expect(seen({ kind: 'norm-test' }, { trace: 4, gradientSquared: -0.1 }).decide(point())).toMatchObject({ kind: 'keep', status: 'waiting-for-window' })
    expect(seen({ kind: 'cabs' }, { trace: -4, gradientSquared: 1 }).decide(point())).toMatchObject({ kind: 'keep', status: 'waiting-for-window' })
  })

  it('keep to the cooldown and to the least change', () => {
    const policy = seen({ kind: 'noise-scale', cooldownExamples: 500, minChange: 0.3 }, { trace: 80, gradientSquared: 1 })
    expect(policy.decide(point())).toMatchObject({ kind: 'keep', status: 'armed' }) // 80 is a quarter above 64
    policy.changed({ position: 64, fromBatch: 32, toBatch: 64 })
    expect(policy.decide(point(32, 563))).toMatchObject({ kind: 'keep', status: 'cooling-down' })
    expect(policy.decide(point(32, 564))).toMatchObject({ kind: 'grow', batchSize: 80 })
  })

  it('go on from a saved state as if nothing had been', () => {
    const policy = seen({ kind: 'cabs' }, { trace: 640, gradientSquared: 1 })
    const other = createPolicy({ config: configOf({ kind: 'cabs', batchMax: 1024 }), facts })
    other.restore(JSON.parse(JSON.stringify(policy.state)))
    expect(other.decide(point())).toEqual(policy.decide(point()))
    expect(other.state).toEqual(policy.state)
  })
})
