import { describe, expect, it } from 'vitest'
import { changeRows, describeController, overheadRows } from './controller-table.ts'

const overhead = [{ measure: 'overhead', title: 'MLP', batch: 16, sittings: [[{ fixedMs: 1, controlledMs: 1.01, gradientMs: 1.05, extraCpuMs: 0.004 }, { fixedMs: 2, controlledMs: 2.06, gradientMs: 2.2, extraCpuMs: 0.005 }, { fixedMs: 1, controlledMs: 0.99, gradientMs: 1.1, extraCpuMs: 0.0061 }]] }] as const
const changes = [{ measure: 'change', title: 'MLP', from: 64, to: 128, firstMs: [210, 190, 200], cachedMs: [0.5, 0.7, 0.6], stepMs: 0.765 }] as const

describe('the table of the controller', () => {
  it('gives medians, and the overhead as the median of the rounds’ ratios with its interval', () => {
    expect(overheadRows(overhead)).toEqual(['| MLP | 16 | 1.00 | 1.01 | +1.0 % | −1.0 % to +3.0 % | +10.0 % | 5.0 |'])
    expect(changeRows(changes)).toEqual(['| MLP | 64 ↔ 128 | 200 | 0.600 | 0.765 |'])
  })

  it('says how it was measured and what the aim is', () => {
    const text = describeController({ overhead, changes, examples: 10_000 })
    expect(text).toContain('runs on 10000 examples')
    expect(text).toContain('Geometric mean of the overheads: +1.0 % (−1.0 % to +3.0 %). The aim of less than 2 % is **not shown**: the interval reaches over it.')
    expect(text).toContain('Medians of 3 sessions')
  })
})
