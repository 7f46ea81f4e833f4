import { describe, expect, it } from 'vitest'
import type { LogEvent } from '../../../main/contract/records.ts'
import { coarseFirst, evenly } from './best-course.store.ts'
import { readBars } from './bars.ts'
import { layerRows, sortLayers } from './layer-table.ts'
import { lostWorkers } from './lost-workers.ts'
import { shortUnit, smallDensity } from './small-density.ts'
import { logged, record } from './test/made-records.ts'
import { bytesAlong, cumulative } from './traffic.ts'

const event = (id: number, kind: string, facts: Record<string, unknown>): LogEvent => ({ id, studyId: null, runId: 'r', at: id, level: 'warning', kind, message: '', facts })

describe('lost workers', () => {
  it('are gone until they are told of again', () => {
    const events = [event(3, 'worker.lost', { worker: 2, step: 50 }), event(1, 'worker.lost', { worker: 0, step: 10 }), event(2, 'worker.returned', { worker: 0, step: 12 }), event(4, 'run.resumed', { step: 12 })]
    expect(lostWorkers(events)).toEqual([{ worker: 0, state: 'returned', step: 12 }, { worker: 2, state: 'lost', step: 50 }])
  })

  it('may be done without', () => {
    expect(lostWorkers([event(1, 'worker.lost', { worker: 1, step: 50 }), event(2, 'worker.left-out', { worker: 1, step: 40 })])).toEqual([{ worker: 1, state: 'left-out', step: 40 }])
  })

  it('may be lost again', () => {
    expect(lostWorkers([event(1, 'worker.lost', { worker: 0, step: 1 }), event(2, 'worker.returned', { worker: 0, step: 2 }), event(3, 'worker.lost', { worker: 0, step: 9 })])).toEqual([{ worker: 0, state: 'lost', step: 9 }])
  })
})

describe('bytes along a run', () => {
  const series = (key: string, runId = 'r') => ({ runId, key, step: [10, 20], examples: [], wallMs: [], min: [], max: [], mean: [100, 50], last: [], count: [10, 10], total: 20 })

  it('add up what every point stands for', () => {
    expect(cumulative(series('exchange/bytes-up'))).toEqual([[10, 1000], [20, 1500]])
  })

  it('are read between points along a straight line, up and down together', () => {
    const at = bytesAlong([series('exchange/bytes-up'), series('exchange/bytes-down'), series('train/loss')])
    expect([0, 5, 10, 15, 20, 99].map((step) => at('r', step))).toEqual([0, 1000, 2000, 2500, 3000, 3000])
    expect(at('another', 5)).toBeNull()
  })
})

describe('the table of layers', () => {
  const rows = layerRows([record({ unit: 'b10', asked: 10, kept: 12 }), record({ unit: 'b2', asked: null, kept: 3 })], new Map())

  it('tells what was sent over what was asked, and nothing where nothing was asked', () => {
    expect(rows.map(({ unit, achieved, used, best }) => [unit, achieved, used, best])).toEqual([['b10', 1.2, 'laplace', null], ['b2', null, 'laplace', null]])
  })

  it('sorts names with their numbers in order, and rows without a value last', () => {
    expect(sortLayers(rows, { column: 'unit', isDescending: false }).map(({ unit }) => unit)).toEqual(['b2', 'b10'])
    for (const isDescending of [false, true]) expect(sortLayers(rows, { column: 'achieved', isDescending }).map(({ unit }) => unit)).toEqual(['b10', 'b2'])
  })
})

describe('a small density', () => {
  it('fills what lies beyond the thresholds apart', () => {
    const bars = readBars(logged(Array.from({ length: 2000 }, (_, index) => Math.tan((Math.PI * (index - 999.5)) / 2100))))
    const drawn = smallDensity(bars, { lower: -2, upper: 2 }, { width: 100, height: 50 })
    expect(drawn.limits[0]).toBeGreaterThan(0)
    expect(drawn.limits[1]).toBeLessThan(100)
    expect(drawn.sent).toMatch(/^M/)
    expect(smallDensity(bars, null, { width: 100, height: 50 }).sent).toBe('')
    expect(smallDensity(readBars(logged([])), null, { width: 100, height: 50 })).toEqual({ rest: '', sent: '', limits: [] })
  })

  it('is named by the last parts of a long name', () => {
    expect(shortUnit('hidden/kernel')).toBe('hidden/kernel')
    expect(shortUnit('stage3/block10/convolution2')).toBe('…/block10/convolution2')
    expect(shortUnit('averyveryverylongnamewithoutparts')).toBe('averyveryverylongnamewithoutparts')
  })
})

describe('an order that is coarse first', () => {
  it('has every place once, the ends before the middle', () => {
    expect(coarseFirst([0, 1, 2, 3, 4, 5, 6, 7, 8])).toEqual([0, 8, 4, 2, 6, 1, 3, 5, 7])
    for (const length of [0, 1, 2, 3, 7, 50, 64]) expect(coarseFirst(Array.from({ length }, (_, index) => index)).toSorted((a, b) => a - b)).toEqual(Array.from({ length }, (_, index) => index))
  })

  it('takes a long list at even places, both ends among them', () => {
    expect(evenly([0, 1, 2, 3, 4, 5, 6, 7, 8], 3)).toEqual([0, 4, 8])
    expect(evenly([1, 2], 3)).toEqual([1, 2])
  })
})
