import { describe, expect, it } from 'vitest'
import type { Status } from '../contract/records.ts'
import type { CriticalBatchSizeReport, GateReasonCode, VerdictCode } from '../methods/critical-batch-size/report.ts'
import { nextStep } from './next-step.ts'
import { madeConfig, madeReport } from './test/made-study.ts'

const confirmed = madeReport()

function step(change: { readonly gate?: CriticalBatchSizeReport['gate']['status']; readonly code?: GateReasonCode; readonly verdict?: VerdictCode; readonly estimate?: number | null; readonly status?: Status; readonly cheapest?: number; readonly sweep?: object }): string {
  const { gate = 'refuted', code = 'no-minimum', verdict = 'interior-minimum', estimate = null, status = 'finished', cheapest = 800 } = change
  const report: CriticalBatchSizeReport = {
    ...confirmed,
    batches: confirmed.batches.map((batch) => ({ ...batch, meanExamples: batch.batchSize === cheapest ? 1 : 1000 })),
    criticalBatchSize: { ...confirmed.criticalBatchSize, verdict, estimate },
    gate: { stage: 'small', status: gate, reasons: ['.'], details: [{ code, facts: {} }] },
  }
  return nextStep({ studyId: 'study-0001', status, config: madeConfig(change.sweep), report })
}

describe('R10: the next step', () => {
  it('goes on to the next stage with its predicted b*', () => {
    expect(confirmed.gate.status).toBe('confirmed')
    expect(nextStep({ studyId: 'study-0001', status: 'finished', config: madeConfig(), report: confirmed })).toMatch(/^Go on to the medium stage\. Expect b\* near (19\d|20\d) there, .*sweep batch sizes (\d+, )+\d+ and \d+\.$/)
  })

  it('has nothing left to measure after production', () => {
    expect(step({ gate: 'confirmed', estimate: 200, sweep: { stage: 'production' } })).toContain('use batch size 200 in production')
  })

  it('extends the grid at the edge where the smallest N lies', () => {
    expect(step({ verdict: 'edge-minimum', cheapest: 800 })).toBe('Extend the sweep upwards: add batch sizes 1600 and 3200.')
    expect(step({ verdict: 'edge-minimum', cheapest: 128 })).toBe('Extend the sweep downwards: add batch sizes 32 and 64.')
    expect(step({ verdict: 'extrapolated', estimate: 20 })).toBe('Extend the sweep downwards: add batch sizes 32 and 64.')
    expect(step({ verdict: 'extrapolated', estimate: 5000 })).toBe('Extend the sweep upwards: add batch sizes 1600 and 3200.')
  })

  it('asks for no batch size below one', () => {
    expect(step({ verdict: 'edge-minimum', cheapest: 1, sweep: { batchSizes: [1, 2, 4, 8] } })).toContain('batch size 1 is already the cheapest')
    expect(step({ verdict: 'edge-minimum', cheapest: 2, sweep: { batchSizes: [2, 4, 8, 16] } })).toBe('Extend the sweep downwards: add batch size 1.')
  })

  it('adds seeds where the interval is wide or open', () => {
    expect(step({ code: 'interval-wide' })).toBe('Add seeds: the interval of b* is wider than the factor 2 allowed. Raise maxSeeds from 2 to 4 and minSeeds from 2 to 3.')
    expect(step({ code: 'interval-unbounded' })).toContain('Add seeds or batch sizes around b*')
  })

  it('chooses an easier target where too few batch sizes reached it', () => {
    expect(step({ verdict: 'no-point-reached' })).toContain('Choose an easier target than train-loss 0.4')
    expect(step({ verdict: 'too-few-points' })).toContain('Choose an easier target than train-loss 0.4')
  })

  it('has nothing to do where the saving is too small, and measures the current batch size where it is not known', () => {
    expect(step({ code: 'saving-small' })).toBe('Nothing to do: keep batch size 800; a change to b* would save less than the 10 % of the examples wanted.')
    expect(step({ code: 'saving-unknown' })).toContain('Add the current batch size, 800, to the sweep')
  })

  it('says where there is no minimum to find', () => {
    expect(step({ verdict: 'no-interior-minimum' })).toContain('Add batch sizes below 128 or more seeds')
    expect(step({ verdict: 'no-critical-batch', cheapest: 128 })).toContain('use batch size 128')
  })

  it('lets a running sweep go on, and resumes one that stands still', () => {
    expect(step({ gate: 'sweeping', status: 'running' })).toBe('Nothing to do: the sweep goes on by itself.')
    expect(step({ gate: 'sweeping', status: 'interrupted' })).toContain('`loupe resume study-0001`')
    expect(step({ gate: 'over-budget', status: 'paused', sweep: { budgetHours: 2 } })).toContain('The budget of 2.00 h is used up')
    expect(step({ gate: 'sweeping', status: 'failed' })).toContain('mend what its error names')
  })
})
