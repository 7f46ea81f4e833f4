import { describe, expect, it } from 'vitest'
import { criticalBatchSizeConfig } from '../../../main/methods/critical-batch-size/config.ts'
import { overSeveralRates } from './rates.ts'

describe('a study over several rates', () => {
  it('tries a quarter to four times the study’s own at each batch size, and is a valid study', () => {
    const config = criticalBatchSizeConfig.parse({ method: 'critical-batch-size', name: 'Mine', run: { optimizer: { kind: 'adam', learningRate: 0.003 } } })
    const prepared = criticalBatchSizeConfig.parse(overSeveralRates(config))
    expect(prepared.sweep).toMatchObject({ learningRateRule: 'tuned', tuningGrid: [0.00075, 0.0015, 0.003, 0.006, 0.012] })
    expect([prepared.name, prepared.run]).toEqual(['', config.run])
  })

  it('does not exist for a line search', () => {
    expect(overSeveralRates(criticalBatchSizeConfig.parse({ method: 'critical-batch-size', run: { optimizer: { kind: 'armijo' } } }))).toBeNull()
  })
})
