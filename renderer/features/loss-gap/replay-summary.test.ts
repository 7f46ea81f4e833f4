import { describe, expect, it } from 'vitest'
import type { Replay, ReplayedDecision } from '../../../main/methods/loss-gap-batch/policy/replay.ts'
import { createFormats } from '../../format.ts'
import { i18n } from '../../i18n.ts'
import { replaySummary, updatesShare } from './replay-summary.ts'

const t = (key: string, named: Record<string, unknown>, plural?: number) => (plural === undefined ? i18n.global.t(key, named) : i18n.global.t(key, named, plural))
const decision = (change: Partial<ReplayedDecision>): ReplayedDecision => ({ position: 5000, kind: 'grow', fromBatch: 32, toBatch: 64, trigger: 'flatT', reason: '', readings: [], ...change })
const curve = { steps: [{ position: 10_000, loss: 1, batchSize: 32 }], evaluations: [] }
const say = (replay: Partial<Replay>) => replaySummary({ replay: { decisions: [], batches: [{ position: 0, batchSize: 32 }], points: [], failure: null, ...replay }, curve, t, formats: createFormats('en') })

describe('the summary of a replay', () => {
  it('says that nothing would have changed', () => {
    expect(say({})).toBe('It would not have changed the batch size.')
  })

  it('says when the batch would have changed, and what that saves in updates', () => {
    expect(say({ decisions: [decision({})], batches: [{ position: 0, batchSize: 32 }, { position: 5000, batchSize: 64 }] })).toBe('It would have changed the batch size once, at 5k examples, from 32 to 64. As many examples in 25% fewer updates.')
  })

  it('counts rollbacks apart and tells a failure', () => {
    const text = say({ decisions: [decision({ kind: 'rollback', toBatch: 16 })], failure: { position: 8000, message: 'Training diverged 2 times.' } })
    expect(text).toContain('It would have rolled back once.')
    expect(text).toContain('At 8k examples the run would have failed: Training diverged 2 times.')
  })

  it('counts updates by the batch sizes in force', () => {
    expect(updatesShare({ batches: [{ position: 0, batchSize: 10 }, { position: 50, batchSize: 100 }] }, 100)).toBeCloseTo(0.55, 12)
  })
})
