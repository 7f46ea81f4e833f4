import { describe, expect, it } from 'vitest'
import { criticalBatchSizeConfig } from './config.ts'
import { fitPoints } from './fit-points.ts'
import { gridAround, nextStage } from './next-stage.ts'

const report = fitPoints({ csv: '150,1,3000\n200,1,2000\n300,1,1500\n400,1,1333.33\n800,1,1142.86', confidence: 0.95 })
const config = (sweep: object = {}) => criticalBatchSizeConfig.parse({ method: 'critical-batch-size', sweep: { target: { criterion: 'gradient-mean', value: 0.01 }, ...sweep } })

describe('R7, R8: the next stage', () => {
  it('walks from small to medium to production, and no further', () => {
    expect(nextStage({ config: config(), report, studyId: 'study-1' })?.config.sweep).toMatchObject({ stage: 'medium', previousStudy: 'study-1', estimateFirst: true })
    expect(nextStage({ config: config({ stage: 'medium' }), report, studyId: null })?.config.sweep.stage).toBe('production')
    expect(nextStage({ config: config({ stage: 'production' }), report, studyId: null })).toBeNull()
  })

  it('predicts twice b* at half of ε², and twice b* at twice the noise', () => {
    expect(nextStage({ config: config(), report, studyId: null, next: { targetValue: 0.005 } })?.predictedCriticalBatchSize).toBeCloseTo(400, 1)
    const noisy = { ...report, noiseScale: { value: 1, low: null, high: null, gradientSquared: 1, trace: 50, predictedCriticalBatchSize: 1, smoothness: null, ratioToMeasured: null } }
    expect(nextStage({ config: config(), report: noisy, studyId: null, next: { trace: 100 } })?.predictedCriticalBatchSize).toBeCloseTo(400, 1)
  })

  it('sweeps a quarter to four times the prediction, as a config that its schema takes', () => {
    const next = nextStage({ config: config(), report, studyId: 's' })
    expect(next?.config.sweep.batchSizes).toEqual([50, 100, 150, 200, 300, 400, 800])
    expect(criticalBatchSizeConfig.parse(next?.config)).toEqual(next?.config)
  })

  it('keeps 4 distinct batch sizes however small the prediction', () => {
    expect(gridAround(0.3).length).toBeGreaterThanOrEqual(4)
    expect(gridAround(2)).toEqual([1, 2, 3, 4, 8])
  })

  it('falls back to the estimate, else to the same grid, where no b* was measured', () => {
    const none = { ...report, criticalBatchSize: { ...report.criticalBatchSize, estimate: null } }
    expect(nextStage({ config: config(), report: none, studyId: null })).toMatchObject({ predictedCriticalBatchSize: null, config: { sweep: { batchSizes: config().sweep.batchSizes } } })
  })
})
