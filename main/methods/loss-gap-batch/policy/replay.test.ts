import { describe, expect, it } from 'vitest'
import { replayPolicy, type RecordedCurve } from './replay.ts'
import { createPolicy } from './create-policy.ts'
import { configOf, factsOf, follow } from './test/simulated.ts'

const facts = factsOf({ trainExamples: 5000 })

function recorded(loss: (position: number) => number, until = 40_000): RecordedCurve {
  const steps = Array.from({ length: until / 32 }, (_, i) => ({ position: 32 * (i + 1), batchSize: 32, loss: loss(32 * i) }))
  return { steps, evaluations: [0, 5000, 10_000].map((position) => ({ position, values: { 'validation/accuracy': position / 20_000 } })) }
}
const falling = (position: number) => 0.3 + 2 * Math.exp(-position / 3000) + 0.02 * Math.sin(position * 12.9898)

describe('replayPolicy', () => {
  it('decides as the policy does that trains, up to its first change', () => {
    const config = configOf()
    const replay = replayPolicy({ config, facts, curve: recorded(falling) })
    const trained = follow({ policy: createPolicy({ config, facts }), facts, loss: falling, until: 40_000, asked: 'as in training' })
    const { position, to, decision } = trained.changes[0]!
    expect(replay.decisions[0]).toMatchObject({ position, toBatch: to, reason: decision.reason, readings: decision.readings })
    expect(replay.batches.slice(0, 2)).toEqual([{ position: 0, batchSize: 32 }, { position, batchSize: 64 }])
  })

  it('changes later or sooner as a threshold is dragged', () => {
    const first = (valueBelow: number) => replayPolicy({ config: configOf({ flatT: null, valueBelow }), facts, curve: recorded(falling) }).decisions[0]!.position
    expect([1.5, 1, 0.5].map(first)).toEqual([...[1.5, 1, 0.5].map(first)].sort((one, other) => one - other))
    expect(first(1.5)).toBeLessThan(first(0.5))
  })

  it('keeps a few hundred points with what was measured, for drawing', () => {
    const { points } = replayPolicy({ config: configOf(), facts, curve: recorded(falling), points: 100 })
    expect(points.length).toBeGreaterThan(90)
    expect(points.length).toBeLessThanOrEqual(101)
    expect(points.at(-1)!.curves).toHaveProperty('controller/slope-t')
    expect(points.at(-1)!.readings.map(({ condition }) => condition)).toContain('flatT')
  })

  it('marks a rollback and goes on along the curve with a smaller batch', () => {
    const spike = (position: number) => (position > 20_000 && position < 20_040 ? Number.NaN : 1)
    const { decisions, failure } = replayPolicy({ config: configOf({ flatT: null, driver: 'epoch', cooldownExamples: 0, epochStep: 2 }), facts, curve: recorded(spike) })
    expect(decisions.map(({ kind, toBatch }) => [kind, toBatch])).toEqual([['grow', 64], ['grow', 128], ['rollback', 32], ['grow', 64], ['grow', 128]].slice(0, decisions.length))
    expect(decisions.find(({ kind }) => kind === 'rollback')!.reason).toMatch(/^the train loss is NaN at 200\d\d examples$/)
    expect(failure).toBeNull()
  })

  it('says where the run would have failed, and why', () => {
    const early = replayPolicy({ config: configOf(), facts, curve: recorded((position) => (position > 1000 ? Number.NaN : 1)) })
    expect(early.failure).toMatchObject({ message: expect.stringMatching(/^Training diverged before epoch 1, nothing to reload: the train loss is NaN at 1056 examples\.$/) })
    const often = replayPolicy({ config: configOf({ maxRollbacks: 1, flatT: null }), facts, curve: recorded((position) => (position > 10_000 ? Number.NaN : 1)) })
    expect(often.decisions.map(({ kind }) => kind)).toEqual(['rollback'])
    expect(often.failure!.message).toMatch(/^Training diverged 2 times/)
  })

  it('takes an empty curve', () => {
    expect(replayPolicy({ config: configOf(), facts, curve: { steps: [], evaluations: [] } })).toEqual({ decisions: [], points: [], batches: [{ position: 0, batchSize: 32 }], failure: null })
  })
})
