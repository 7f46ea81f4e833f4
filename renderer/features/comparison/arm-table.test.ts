import { describe, expect, it } from 'vitest'
import type { Spread } from '../../../main/contract/spread.ts'
import { bestMeans, deviationText } from './arm-table.ts'

const spread = (mean: number, deviation: number | null = null): Spread => ({ mean, deviation, n: 3, low: null, high: null })
const arm = (name: string, loss: number | null) => ({ arm: name, runs: 3, done: 3, failed: 0, loss: loss === null ? null : spread(loss) })
const column = (best?: 'most' | 'least') => ({ id: 'loss', label: 'Loss', spread: (one: ReturnType<typeof arm>) => one.loss, write: String, ...(best ? { best } : {}) })

describe('the table of arms', () => {
  it('marks the better end of a column, and none where all are as good or neither end is better', () => {
    const arms = [arm('a', 2), arm('b', 1), arm('c', null)]
    expect(bestMeans([column('least')], arms).get('loss')).toBe(1)
    expect(bestMeans([column('most')], arms).get('loss')).toBe(2)
    expect(bestMeans([column()], arms).size).toBe(0)
    expect(bestMeans([column('least')], [arm('a', 1), arm('b', 1)]).size).toBe(0)
    expect(bestMeans([column('least')], [arm('a', 1)]).size).toBe(0)
  })

  it('writes the deviation as the mean unless told otherwise, and none of one seed', () => {
    const write = (value: number) => value.toFixed(2)
    expect(deviationText({ write }, spread(1, 0.125))).toBe(' ± 0.13')
    expect(deviationText({ write }, spread(1))).toBe('')
    expect(deviationText({ write }, spread(1, 0))).toBe('')
    expect(deviationText({ write, writeDeviation: () => '' }, spread(1, 0.1))).toBe('')
  })
})
