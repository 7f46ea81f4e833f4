import { describe, expect, it, vi } from 'vitest'
import { LoupeError } from '../contract/errors.ts'
import { RowQueue } from './row-queue.ts'
import { batchLoss } from './temporary-log.ts'

/** A disk that can be full. */
function disk(lastInLog?: number) {
  const written: number[] = []
  const told: number[] = []
  const state = { full: false }
  const queue = new RowQueue(({ metrics, gradients, droppedRows }) => {
    if (state.full) throw new LoupeError('disk-full', 'The disk is full.', {})
    for (const { row } of gradients) written.push(row.step)
    for (const { count, steps } of metrics) for (const step of steps.subarray(0, count)) written.push(step)
    if (droppedRows > 0) told.push(droppedRows)
  }, () => lastInLog)
  return { queue, state, written, told }
}

describe('RowQueue', () => {
  it('keeps rows while the disk is full, says so, and writes them in order when there is room', () => {
    vi.useFakeTimers()
    const { queue, state, written, told } = disk()
    state.full = true
    queue.append(1, [batchLoss(1, 1)])
    vi.advanceTimersByTime(250)
    expect(queue.health).toEqual({ code: 'disk-full', message: 'The disk is full.', facts: { waitingRows: 1, droppedRows: 0 } })
    queue.append(1, [batchLoss(2, 1)])
    expect(() => queue.flush('on-disk')).toThrow('The disk is full.')
    expect(written).toEqual([])
    state.full = false
    vi.advanceTimersByTime(5_000)
    expect(written).toEqual([1, 2])
    expect(queue.health).toBeNull()
    expect(told).toEqual([])
    vi.useRealTimers()
  })

  it('keeps the oldest million rows, and counts those that find no place', () => {
    vi.useFakeTimers()
    const { queue, state, written, told } = disk()
    state.full = true
    queue.append(1, [batchLoss(0, 1)])
    queue.tryFlush()
    for (let chunk = 0; chunk < 101; chunk++) queue.append(1, Array.from({ length: 10_000 }, (_, row) => batchLoss(1 + chunk * 10_000 + row, 1)))
    expect(queue.health?.facts).toEqual({ waitingRows: 1_000_000, droppedRows: 10_001 })
    state.full = false
    queue.flush('on-disk')
    expect([written.length, written[0], written.at(-1)]).toEqual([1_000_000, 0, 999_999])
    expect(told).toEqual([10_001])
    queue.append(1, [batchLoss(7, 1)])
    queue.flush('on-disk')
    expect(told).toEqual([10_001])
    vi.useRealTimers()
  })

  it('commits by itself where the event loop does not turn', () => {
    const { queue, written } = disk()
    for (let step = 0; step < 20_000; step++) queue.append(1, [batchLoss(step, 1)])
    expect(written).toHaveLength(20_000)
    queue.close()
  })

  it('counts histograms for the metric rows that they are as large as, and takes back both', () => {
    const { queue, written } = disk()
    const gradients = (step: number) => ({ step, worker: 0, unit: 'a', elements: 1, compression: '{}', histograms: new Uint8Array(99_900) })
    queue.appendGradients(1, Array.from({ length: 19 }, (_, step) => gradients(step)))
    expect(written).toHaveLength(0)
    queue.removeAfter(1, 4)
    queue.appendGradients(1, [gradients(5)])
    queue.append(1, [batchLoss(5, 1)])
    queue.flush('on-disk')
    expect(written).toEqual([0, 1, 2, 3, 4, 5, 5])
    queue.appendGradients(1, Array.from({ length: 20 }, (_, step) => gradients(step)))
    expect(written).toHaveLength(27)
    queue.close()
  })

  it('takes the rows of one run after a step back, and leaves the others in their order', () => {
    const { queue, written } = disk()
    queue.append(1, [3, 8, 4].map((step) => batchLoss(step, 1)))
    queue.append(2, [9, 1].map((step) => batchLoss(step, 1)))
    queue.removeAfter(1, 4)
    queue.flush('on-disk')
    expect(written).toEqual([3, 4, 9, 1])
    queue.close()
  })

  it('takes a block as its rows, metric by metric', () => {
    const { queue, written } = disk()
    queue.appendBlock(1, { firstStep: 5, examples: Float64Array.of(40, 48), wallMs: Float64Array.of(1, 2), metrics: [{ key: 'train/batch-loss', values: Float64Array.of(1, 2) }, { key: 'step/learning-rate', values: Float64Array.of(3, 4) }] })
    queue.flush('on-disk')
    expect(written).toEqual([5, 6, 5, 6])
    queue.close()
  })

  it('keeps only what differs of a metric that is logged where it changes, in blocks and rows alike', () => {
    const { queue, written } = disk()
    const rates = (firstStep: number, values: readonly number[]) => {
      const places = Float64Array.from(values, (_, i) => firstStep + i)
      queue.appendBlock(1, { firstStep, examples: places, wallMs: places, metrics: [{ key: 'step/learning-rate', values: Float64Array.from(values) }] })
    }
    rates(1, [0.1, 0.1, 0.1])
    rates(4, [0.1, 0.2, 0.2])
    queue.append(1, [7, 8].map((step) => ({ key: 'step/learning-rate', step, examples: step, wallMs: step, value: 0.2 })))
    rates(9, [0.1, Number.NaN, Number.NaN])
    rates(12, [Number.NaN, 0, -0])
    queue.flush('on-disk')
    rates(15, [0, 0.3])
    queue.flush('on-disk')
    expect(written).toEqual([1, 5, 9, 10, 13, 16])
    queue.close()
  })

  it('goes on from the value that the log has, of every run its own, and asks again after rows were taken back', () => {
    const { queue, written } = disk(0.1)
    const rate = (run: number, step: number, value: number) => queue.append(run, [{ key: 'step/learning-rate', step, examples: step, wallMs: step, value }])
    rate(1, 1, 0.1)
    rate(1, 2, 0.2)
    rate(2, 3, 0.1)
    queue.removeAfter(1, 1)
    rate(1, 4, 0.1)
    rate(1, 5, 0.2)
    queue.flush('on-disk')
    expect(written).toEqual([5])
    queue.close()
  })

  it('keeps a change that found no place for the next step that does', () => {
    vi.useFakeTimers()
    const { queue, state, written } = disk()
    const rate = (step: number, value: number) => queue.append(1, [{ key: 'step/learning-rate', step, examples: step, wallMs: step, value }])
    state.full = true
    rate(1, 0.1)
    queue.tryFlush()
    const places = new Float64Array(1_000_000)
    queue.appendBlock(1, { firstStep: 0, examples: places, wallMs: places, metrics: [{ key: 'train/batch-loss', values: places }] })
    rate(2, 0.2)
    expect(queue.health?.facts).toEqual({ waitingRows: 1_000_000, droppedRows: 2 })
    state.full = false
    queue.flush('on-disk')
    written.length = 0
    rate(3, 0.2)
    queue.flush('on-disk')
    expect(written).toEqual([3])
    vi.useRealTimers()
  })

  it('refuses a block with columns of several lengths or without a place, whole', () => {
    const { queue, written } = disk()
    const block = { firstStep: 5, examples: Float64Array.of(40, 48), wallMs: Float64Array.of(1, 2), metrics: [{ key: 'train/batch-loss', values: Float64Array.of(1, 2) }] } as const
    expect(() => queue.appendBlock(1, { ...block, wallMs: Float64Array.of(1) })).toThrow('must all be as long; got {"examples":2,"wallMs":1,"values":[2]}')
    expect(() => queue.appendBlock(1, { ...block, firstStep: 0.5 })).toThrow('must have whole steps and examples')
    expect(() => queue.appendBlock(1, { ...block, wallMs: Float64Array.of(1, Number.NaN) })).toThrow('got {"step":6,"examples":48,"wallMs":null}')
    queue.flush('on-disk')
    expect(written).toEqual([])
    queue.close()
  })
})
