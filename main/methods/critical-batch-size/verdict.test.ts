import { describe, expect, it } from 'vitest'
import type { PreferredLaw } from './fitted.ts'
import { verdictOf, type Evidence } from './verdict.ts'

const preferred: PreferredLaw = { law: 'iiduka', isDecided: true, criticalBatchSize: 200, asymptote: 100, interval: { low: 180, high: 230 }, steps: () => 1, misfit: false }
const batch = (batchSize: number, meanExamples: number | null, isNeverReached = false) => ({ batchSize, meanExamples, isNeverReached, examplesError: 1000 })
const evidence = (change: Partial<Evidence> = {}): Evidence => ({
  batches: [batch(128, 580_000), batch(200, 400_000), batch(400, 533_000), batch(800, 914_000)],
  isComplete: true,
  ended: 8,
  fitted: 4,
  slope: 0.1,
  preferred,
  efficient: { low: 142, high: 338 },
  confidence: 0.95,
  ...change,
})

describe('the verdict', () => {
  it('R5, R11: names b*, its interval and the range that is nearly as good, in one plain sentence', () => {
    expect(verdictOf(evidence())).toEqual({
      verdict: 'interior-minimum',
      reason: 'About 200 examples a batch (95 % interval 180 to 230) reach the target with the fewest examples; anything from 142 to 338 costs at most a fifth more.',
    })
  })

  it('R12: says that there is no minimum where the law without one is better', () => {
    const { verdict, reason } = verdictOf(evidence({ preferred: { ...preferred, law: 'mccandlish', criticalBatchSize: null } }))
    expect(verdict).toBe('no-interior-minimum')
    expect(reason).toContain('a law without a minimum describes the points better')
  })

  it('waits while nothing has ended, and while fewer than 3 batch sizes have arrived', () => {
    expect(verdictOf(evidence({ ended: 0 })).verdict).toBe('pending')
    expect(verdictOf(evidence({ isComplete: false, fitted: 2, preferred: null })).verdict).toBe('pending')
    expect(verdictOf(evidence({ isComplete: false, batches: [batch(8, null, true)], fitted: 0, preferred: null })).verdict).toBe('pending')
  })

  it('says "so far" while runs are left', () => {
    expect(verdictOf(evidence({ isComplete: false })).reason).toMatch(/^So far: about 200/)
  })

  it('waits, while runs are left, for an interval that is bounded on one side at least', () => {
    const unbounded = { ...preferred, interval: { low: null, high: null } }
    expect(verdictOf(evidence({ isComplete: false, preferred: unbounded }))).toEqual({ verdict: 'pending', reason: 'So far the points suggest about 200, and do not yet bound it.' })
    expect(verdictOf(evidence({ isComplete: true, preferred: unbounded })).verdict).toBe('interior-minimum')
  })

  it('has no b* where every run was censored', () => {
    expect(verdictOf(evidence({ batches: [batch(8, null, true), batch(16, null, true)], fitted: 0, preferred: null })).verdict).toBe('no-point-reached')
  })

  it('has too few points with fewer than 3 uncensored batch sizes', () => {
    const { verdict, reason } = verdictOf(evidence({ fitted: 2, preferred: null }))
    expect(verdict).toBe('too-few-points')
    expect(reason).toContain('Too few points for a fit')
  })

  it('refuses s ≤ 0', () => {
    const { verdict, reason } = verdictOf(evidence({ slope: -0.01 }))
    expect(verdict).toBe('no-critical-batch')
    expect(reason).toContain('No critical batch in this range')
  })

  it('finds no critical batch where steps fall at least as fast as 1/b', () => {
    const { verdict, reason } = verdictOf(evidence({ batches: [batch(8, 10_000), batch(16, 9900), batch(32, 9000), batch(64, 8900)] }))
    expect(verdict).toBe('no-critical-batch')
    expect(reason).toContain('steps fall at least as fast as 1/b')
  })

  it('flags a b* outside the grid as extrapolated', () => {
    expect(verdictOf(evidence({ preferred: { ...preferred, criticalBatchSize: 90 } })).verdict).toBe('extrapolated')
    expect(verdictOf(evidence({ preferred: { ...preferred, criticalBatchSize: 900 } })).verdict).toBe('extrapolated')
  })

  it('flags a minimum at the grid’s edge', () => {
    const { verdict, reason } = verdictOf(evidence({ batches: [batch(128, 300_000), batch(200, 400_000), batch(400, 533_000)] }))
    expect(verdict).toBe('edge-minimum')
    expect(reason).toContain('add smaller batch sizes')
  })

  it('does not call it an edge where a smaller batch size never arrives', () => {
    expect(verdictOf(evidence({ batches: [batch(64, null, true), batch(200, 400_000), batch(400, 533_000), batch(800, 914_000)] })).verdict).toBe('interior-minimum')
  })

  it('asks for evidence where the laws are about equal: a visible rise, or a batch size that never arrives', () => {
    const undecided = { ...preferred, isDecided: false }
    expect(verdictOf(evidence({ preferred: undecided })).verdict).toBe('interior-minimum')
    const flat = [batch(128, 400_500), batch(200, 400_000), batch(400, 533_000)]
    expect(verdictOf(evidence({ preferred: undecided, batches: flat })).verdict).toBe('no-interior-minimum')
    expect(verdictOf(evidence({ preferred: undecided, batches: [batch(64, null, true), ...flat] })).verdict).toBe('interior-minimum')
  })
})
