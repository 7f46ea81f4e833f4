import { describe, expect, it } from 'vitest'
import { Random } from '../../../training/random.ts'
import { createPolicy } from './create-policy.ts'
import { configOf, factsOf, follow, gapConfig } from './test/simulated.ts'

const facts = factsOf({ trainExamples: 5000 })
const everything = { flatT: 1, relativeSlopeBelow: 0.02, divergeGradientRatio: 5, signals: ['train-loss', 'validation-error'], learningRateRule: 'adascale', cooldownExamples: 1000, windowExamples: 4096, maxRollbacks: 100 }

/** A loss that wanders, falls, rises and jumps, with evaluations beside it. */
function wandering(seed: number) {
  const random = Random.seeded(seed, 'course')
  const [speed, rise, at, period] = [500 + 4000 * random.uniform(), 3 * random.uniform(), 40_000 * random.uniform(), 2000 + 9000 * random.uniform()]
  const loss = (position: number) => 0.2 + 2 * Math.exp(-position / speed) + (position > at && position < at + period ? rise : 0) + 0.05 * Math.sin(position / period)
  const evaluate = (position: number) => ({ 'validation/accuracy': 1 - loss(position) / 5, 'noise/trace': 50 + position / 1000, 'noise/gradient-squared': 0.1 })
  return { loss, evaluate, norm: (position: number) => 1 + loss(position), noise: 0.6, seed }
}

describe('a policy', () => {
  it('R22: needs no more than a stream of numbers: no classes, no evaluation, no learning rate, any sign', () => {
    const bare = factsOf({ classes: 0, trainExamples: 5000 })
    const policy = createPolicy({ config: gapConfig({ flatT: 2, valueBelow: null, idealValue: -10 }), facts: bare })
    const changes: number[] = []
    let batchSize = 32
    for (let position = batchSize; position < 60_000; position += batchSize) {
      policy.observeStep({ position, batchSize, loss: -9 + 4 * Math.exp(-position / 6000) + 0.01 * Math.sin(position), gradientNorm: null, learningRate: Number.NaN })
      const decision = policy.decide({ position, batchSize, epoch: Math.floor(position / 5000), endsEpoch: false })
      if (decision.kind !== 'grow') continue
      policy.changed({ position, fromBatch: batchSize, toBatch: decision.batchSize })
      changes.push((batchSize = decision.batchSize))
    }
    expect(changes.slice(0, 3)).toEqual([64, 128, 256])
  })

  it.each(['gap', 'both'])('decides the same to the end where it was restored half way, driver %s', (driver) => {
    const config = configOf({ ...everything, driver })
    const [whole, half, rest] = [createPolicy({ config, facts }), createPolicy({ config, facts }), createPolicy({ config, facts })]
    const course = wandering(5)
    const quiet = { ...course, noise: 0 } // a noise that depends on nothing but the position, so that both courses see the same
    const scatter = (position: number) => course.loss(position) + 0.05 * Math.sin(position * 12.9898)
    const first = follow({ ...quiet, loss: scatter, policy: half, facts, until: 20_000 })
    rest.restore(JSON.parse(JSON.stringify(half.state)))
    expect(rest.state).toEqual(half.state)
    const from = lastPosition(first.changes, 20_000, facts.firstBatch)
    const second = follow({ ...quiet, loss: scatter, policy: rest, facts, from, batchSize: first.batchSize, until: 60_000 })
    const all = follow({ ...quiet, loss: scatter, policy: whole, facts, until: 60_000 })
    expect(all.changes.length).toBeGreaterThan(3)
    expect([...first.changes, ...second.changes].map(({ position, from, to }) => [position, from, to])).toEqual(all.changes.map(({ position, from, to }) => [position, from, to]))
    expect(rest.state).toEqual(whole.state)
    expect(rest.curves).toEqual(whole.curves)
  })

  it('does not change its state by being asked', () => {
    const policy = createPolicy({ config: configOf(everything), facts })
    follow({ ...wandering(2), policy, facts, until: 15_000 })
    const before = JSON.stringify(policy.state)
    for (let i = 0; i < 10; i++) policy.decide({ position: 15_000, batchSize: 64, epoch: 3, endsEpoch: true })
    expect(JSON.stringify(policy.state)).toBe(before)
  })

  it('hands out a state that later steps leave alone', () => {
    const policy = createPolicy({ config: configOf(everything), facts })
    follow({ ...wandering(3), policy, facts, until: 10_000 })
    const { state } = policy
    const before = JSON.stringify(state)
    follow({ ...wandering(3), policy, facts, from: 10_000, until: 20_000 })
    expect(JSON.stringify(state)).toBe(before)
  })
})

describe('on 40 random courses, a policy', () => {
  const seeds = Array.from({ length: 40 }, (_, i) => i + 1)
  const courses = seeds.map((seed) => {
    const config = gapConfig({ ...everything, valueBelow: null, divergeSigma: 5, divergeRatio: 2, divergeT: 3, driver: ['gap', 'epoch', 'both'][seed % 3], onDivergence: seed % 4 === 0 ? 'shrink' : 'auto', epochStep: 1 + (seed % 4), growFactor: 1.3 + (seed % 5) / 2, batchMin: 1 + (seed % 3), granularity: 1 + (seed % 2), shrinkFactor: 0.7, batchMax: 700 + seed })
    return { config, ...follow({ ...wandering(seed), policy: createPolicy({ config, facts }), facts, until: 50_000 }) }
  })

  it('stays within its limits, and says why whenever it changes', () => {
    expect(courses.filter(({ changes }) => changes.length > 0).length).toBeGreaterThan(35)
    for (const { config, changes } of courses) {
      for (const { to, decision } of changes) {
        expect(to).toBeGreaterThanOrEqual(config.batchMin)
        expect(to).toBeLessThanOrEqual(config.batchMax)
        expect(decision.reason).toMatch(/\d/)
        expect(decision.readings.every(({ value, threshold }) => Number.isFinite(value) && Number.isFinite(threshold))).toBe(true)
      }
    }
  })

  it('makes no two changes within the cooldown but for rollbacks', () => {
    for (const { config, changes } of courses) {
      changes.forEach(({ position, decision }, i) => {
        if (i > 0 && decision.kind !== 'rollback') expect(position - changes[i - 1]!.position).toBeGreaterThanOrEqual(config.cooldownExamples!)
      })
    }
  })

  it('sees all ways of changing', () => {
    expect(new Set(courses.flatMap(({ changes }) => changes.map(({ decision }) => decision.kind)))).toEqual(new Set(['grow', 'shrink', 'rollback']))
  })

  it('hardly ever takes noise on a plateau for divergence: in 300 epochs at the defaults, once at most', () => {
    const plateau = factsOf({ trainExamples: 10_000, firstBatch: 64 })
    const answers = [1, 2, 3].flatMap((seed) => follow({ policy: createPolicy({ config: configOf(), facts: plateau }), facts: plateau, until: 1e6, loss: (position) => 0.3 + 2 * Math.exp(-position / 8000), noise: 0.5, seed }).changes)
    expect(answers.filter(({ decision }) => decision.kind !== 'grow').length).toBeLessThanOrEqual(1)
    expect(answers.length).toBeGreaterThanOrEqual(12) // four doublings from 64 each
  })

  it('never takes a constant for divergence, and always a NaN', () => {
    for (const { config } of courses) {
      const loss = 0.1 + (config.batchMax % 7) / 3
      const constant = follow({ policy: createPolicy({ config, facts }), facts, until: 30_000, loss: () => loss, norm: () => 0.3, evaluate: () => ({ 'validation/accuracy': 0.7 }) })
      expect(constant.changes.every(({ decision }) => decision.kind === 'grow')).toBe(true)
      const broken = follow({ policy: createPolicy({ config, facts }), facts, until: 30_000, loss: (position) => (position > 8000 && position < 9000 ? Number.NaN : loss), norm: () => 0.3 })
      expect(broken.changes.some(({ decision }) => decision.kind === 'rollback' && decision.trigger === 'notFinite')).toBe(true)
    }
  })
})

/** Where `follow` stood when it ended: the first step past its end. */
function lastPosition(changes: readonly { readonly position: number; readonly to: number }[], until: number, firstBatch: number): number {
  const { position, to } = changes.at(-1) ?? { position: 0, to: firstBatch }
  return position + Math.ceil((until - position) / to) * to
}
