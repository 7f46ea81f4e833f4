import { describe, expect, it } from 'vitest'
import { createFormats } from '../../format.ts'
import { readBatchSize, readEnds, readInterval, readSaving, relation } from './verdict.ts'

const formats = createFormats('en')

describe('the verdict', () => {
  it('gives the batch size no more digits than its interval earns', () => {
    expect(readBatchSize(203.7, 150, 310, formats)).toBe('204')
    expect(readBatchSize(1534, 900, 2700, formats)).toBe('1,530')
    expect(readBatchSize(53.2, null, null, formats)).toBe('53')
  })

  it('gives a narrow interval the digits that show its width', () => {
    expect(readInterval(39.62, 40.31, formats)).toEqual({ low: '39.6', high: '40.3' })
    expect(readInterval(150.4, 310.2, formats)).toEqual({ low: '150', high: '310' })
  })

  it('reads an interval that is open at an end by the other', () => {
    expect([readEnds(150, 310, formats), readEnds(150, null, formats), readEnds(null, 310, formats), readEnds(null, null, formats)]).toEqual(['150 – 310', '≥ 150', '≤ 310', ''])
  })

  it('reads a saving as less, more or the same', () => {
    expect([readSaving(0.143), readSaving(-0.2), readSaving(0.004)]).toEqual([{ kind: 'less', share: 0.143 }, { kind: 'more', share: 0.2 }, { kind: 'same' }])
  })

  it('reaches an accuracy from below and a loss from above', () => {
    expect([relation('validation-accuracy'), relation('train-loss')]).toEqual(['≥', '≤'])
  })
})
