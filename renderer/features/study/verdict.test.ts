import { describe, expect, it } from 'vitest'
import { createFormats } from '../../format.ts'
import { pendingReport, studyRecord } from '../../test/records.ts'
import { gridAround, nextStageConfig } from './next-stage.ts'
import { readBatchSize, readSaving, relation } from './verdict.ts'

const formats = createFormats('en')

describe('the verdict', () => {
  it('gives the batch size no more digits than its interval earns', () => {
    expect(readBatchSize(203.7, 150, 310, formats)).toBe('204')
    expect(readBatchSize(1534, 900, 2700, formats)).toBe('1,530')
    expect(readBatchSize(53.2, null, null, formats)).toBe('53')
  })

  it('reads a saving as less, more or the same', () => {
    expect([readSaving(0.143), readSaving(-0.2), readSaving(0.004)]).toEqual([{ kind: 'less', share: 0.143 }, { kind: 'more', share: 0.2 }, { kind: 'same' }])
  })

  it('reaches an accuracy from below and a loss from above', () => {
    expect([relation('validation-accuracy'), relation('train-loss')]).toEqual(['≥', '≤'])
  })
})

describe('the next stage', () => {
  it('begins with powers of two around what was found, and remembers where it came from', () => {
    const report = pendingReport({ criticalBatchSize: { estimate: 200, low: 150, high: 300, verdict: 'interior-minimum', reason: '', intervalMethod: 'bootstrap' } })
    const next = nextStageConfig(studyRecord(), report)
    expect(next.sweep).toMatchObject({ stage: 'medium', previousStudy: 'study-1', batchSizes: [32, 64, 128, 256, 512, 1024, 2048, 4096] })
  })

  it('never goes below a batch of one', () => {
    expect(gridAround(2)).toEqual([1, 2, 4, 8, 16, 32, 64, 128])
  })
})
