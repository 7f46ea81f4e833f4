import { describe, expect, it } from 'vitest'
import { criticalBatchSizeConfig } from './config.ts'
import { gateOf } from './gate.ts'
import { criticalBatchSizeReport } from './report.ts'
import { fitPoints } from './fit-points.ts'

const { sweep } = criticalBatchSizeConfig.parse({ method: 'critical-batch-size' })
const found = { estimate: 200, low: 150, high: 400, verdict: 'interior-minimum' as const, reason: '', intervalMethod: 'fieller' as const }
const options: Parameters<typeof gateOf>[0] = { sweep, runs: 8, ended: 8, isComplete: true, hours: 0.5, criticalBatchSize: found, saving: null }

describe('the sentences of a report', () => {
  it('of the gate come with a code and the numbers in them, in the same order', () => {
    const { reasons, details, status } = gateOf({ ...options, saving: { currentBatchSize: 64, examplesShare: 0.034, timeShare: null } })
    expect(status).toBe('refuted')
    expect(reasons).toEqual([
      'The minimum lies inside the swept range.',
      'The interval’s high end is 2.67 times its low end; more than the 2 allowed.',
      'Against batch size 64, b* saves 3 % of the examples; less than the 10 % wanted.',
    ])
    expect(details).toEqual([
      { code: 'minimum-inside', facts: {} },
      { code: 'interval-wide', facts: { ratio: expect.closeTo(8 / 3, 12), allowed: 2 } },
      { code: 'saving-small', facts: { size: 64, share: 0.034, wanted: 0.1 } },
    ])
  })

  it('of the gate name what is missing', () => {
    const codes = (change: Partial<typeof options>) => gateOf({ ...options, ...change }).details.map(({ code }) => code)
    expect(codes({ runs: 0 })).toEqual(['not-started'])
    expect(codes({ isComplete: false, ended: 3 })).toEqual(['sweeping'])
    expect(codes({ isComplete: false, ended: 0 })).toEqual(['estimating'])
    expect(codes({ isComplete: false, sweep: { ...sweep, budgetHours: 0.1 } })).toEqual(['over-budget'])
    expect(codes({ saving: { currentBatchSize: 64, examplesShare: null, timeShare: null } })).toContain('saving-unknown')
  })

  it('of imported points satisfy the contract', () => {
    const report = fitPoints({ csv: '64,1,1000\n128,1,700\n256,1,600\n512,1,580', confidence: 0.95 })
    expect(() => criticalBatchSizeReport.parse(report)).not.toThrow()
    expect(report.gate.details).toEqual([{ code: 'measured-elsewhere', facts: {} }])
  })
})
