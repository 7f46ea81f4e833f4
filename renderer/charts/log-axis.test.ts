import { describe, expect, it } from 'vitest'
import { fewSpan, batchSpan, logSpan, logTicks } from './log-axis.ts'

describe('logTicks', () => {
  it('takes 1, 2 and 5 over two decades', () => {
    expect(logTicks(10, 1000)).toEqual([10, 20, 50, 100, 200, 500, 1000])
  })

  it('takes more within one decade, as they are written', () => {
    expect(logTicks(2e-4, 9e-4)).toEqual([0.0002, 0.0003, 0.0004, 0.0005, 0.0006, 0.0007, 0.0008, 0.0009])
  })

  it('takes powers of ten over many decades', () => {
    expect(logTicks(1, 1e5)).toEqual([1, 10, 100, 1000, 10_000, 100_000])
  })
})

describe('logSpan', () => {
  it('leaves out what has no place on a logarithmic axis', () => {
    expect(logSpan([-1, 0, 10, 100, Number.NaN, Number.POSITIVE_INFINITY], 2)).toMatchObject({ min: 5, max: 200 })
  })

  it('has an axis to show even for nothing', () => {
    expect(logSpan([0, -3])).toEqual({ min: 1, max: 10, ticks: [1, 10] })
  })
})

describe('batchSpan', () => {
  it('marks the batch sizes themselves', () => {
    expect(batchSpan([32, 8, 8, 100], 1)).toEqual({ min: 8, max: 100, ticks: [8, 32, 100] })
  })

  it('marks powers of two where there are too many', () => {
    expect(batchSpan(Array.from({ length: 20 }, (_, i) => 10 + i), 1).ticks).toEqual([16])
  })
})

describe('fewSpan', () => {
  it('puts ticks at the values themselves where they are few', () => {
    expect(fewSpan([16, 64, 16, 512, 0]).ticks).toEqual([16, 64, 512])
    expect(fewSpan(Array.from({ length: 40 }, (_, index) => 1.5 ** index + 0.1)).ticks).toContain(100)
  })
})
