import { describe, expect, it } from 'vitest'
import { pendingReport } from '../../test/records.ts'
import { examplesAt, readingOf, targetsAround } from './targets.ts'

const fit = (batchSize: number[], value: number[]) => ({
  fits: [{ law: 'iiduka' as const, constants: {}, aicc: null, crossValidation: null, steps: { batchSize, value, low: null, high: null }, examples: { batchSize, value, low: null, high: null } }],
  preferredLaw: 'iiduka' as const,
})

describe('the targets around a study’s own', () => {
  it('are seven at equal ratios for a loss, the study’s own as it is', () => {
    expect(targetsAround({ criterion: 'train-loss', value: 0.4 }).map(({ value }) => value)).toEqual([0.256, 0.32, 0.4, 0.5, 0.625, 0.781, 0.977])
  })

  it('double for a squared gradient norm', () => {
    expect(targetsAround({ criterion: 'gradient-mean', value: 0.01 }).map(({ value }) => value)).toEqual([0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16])
  })

  it('go by the share of errors for an accuracy, and stay between 0 and 1', () => {
    expect(targetsAround({ criterion: 'validation-accuracy', value: 0.9 }).map(({ value }) => value)).toEqual([0.936, 0.92, 0.9, 0.875, 0.844, 0.805, 0.756])
    expect(targetsAround({ criterion: 'validation-accuracy', value: 0.5 }).map(({ value }) => value)).toEqual([0.68, 0.6, 0.5, 0.375, 0.219, 0.0234])
  })
})

describe('what a report says at a target', () => {
  it('reads N at b* from the preferred law, straight on logarithmic axes', () => {
    expect(examplesAt(fit([64, 256], [1000, 4000]), 128)).toBeCloseTo(2000, 6)
    expect(examplesAt(fit([64, 256], [1000, 4000]), 256)).toBe(4000)
    expect(examplesAt(fit([64, 256], [1000, 4000]), 512)).toBeNull()
    expect(examplesAt(fit([64, 256], [1000, 4000]), 32)).toBeNull()
    expect(examplesAt({ fits: [], preferredLaw: null }, 128)).toBeNull()
  })

  it('keeps a target without an estimate, with its verdict', () => {
    const reading = readingOf(pendingReport(), { criterion: 'train-loss', value: 0.2 }, false)
    expect(reading).toMatchObject({ examples: null, reached: 0, swept: 0, isOwn: false, isMetAtStart: false, criticalBatchSize: { estimate: null, verdict: 'pending' } })
  })

  it('tells a target that the untrained network has already from one that is never reached', () => {
    const report = pendingReport({ warnings: [{ code: 'met-before-training', message: '', facts: {} }] })
    expect(readingOf(report, { criterion: 'train-loss', value: 3 }, false).isMetAtStart).toBe(true)
  })

  it('tells a target that is read from fewer evaluations', () => {
    const report = pendingReport({ warnings: [{ code: 'sparse-evaluations', message: '', facts: { sizes: [8] } }] })
    expect(readingOf(report, { criterion: 'train-loss', value: 0.8 }, false).isSparse).toBe(true)
    expect(readingOf(pendingReport(), { criterion: 'train-loss', value: 0.4 }, true).isSparse).toBe(false)
  })
})
