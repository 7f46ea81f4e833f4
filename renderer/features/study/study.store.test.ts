import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LoupeError } from '../../../main/contract/errors.ts'
import { createFakeTransport } from '../../test/fake-transport.ts'
import type { FakeTransport } from '../../test/fake-transport.ts'
import { pendingReport, runRecord, studyRecord } from '../../test/records.ts'
import { connectWorkbench } from '../../workbench.ts'
import { useStudyStore } from './study.store.ts'

const progress = { runsDone: 1, runsPlanned: 4, examplesDone: 10, examplesPlanned: 40, secondsLeft: 12 }
let transport: FakeTransport
const askedFor = (name: string) => transport.asked.filter((one) => one.name === name)

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
  transport = createFakeTransport()
  connectWorkbench(transport)
  transport.answer('study.get', () => ({ study: studyRecord(), runs: [runRecord(), runRecord({ batchSize: 128, status: 'queued', startedAt: null })], progress }))
  transport.answer('study.report', () => pendingReport())
  transport.answer('metric.series', () => ({ series: [] }))
})
afterEach(() => {
  vi.useRealTimers()
})

describe('the open study', () => {
  it('shows the study and its report', async () => {
    const store = useStudyStore()
    store.open('study-1')
    await flushPromises()
    expect(store.detail.data?.study.name).toBe('First')
    expect(store.sweepReport?.criticalBatchSize.verdict).toBe('pending')
    expect(store.runs).toHaveLength(2)
  })

  it('says why when it cannot be shown', async () => {
    transport.answer('study.get', () => {
      throw new LoupeError('not-found', 'There is no study "study-1".')
    })
    const store = useStudyStore()
    store.open('study-1')
    await flushPromises()
    expect(store.detail.data).toBeNull()
    expect(store.detail.error).toMatchObject({ code: 'not-found', message: 'There is no study "study-1".' })
  })

  it('keeps what it shows when a refresh fails', async () => {
    const store = useStudyStore()
    store.open('study-1')
    await flushPromises()
    transport.answer('study.report', () => {
      throw new LoupeError('engine-stopped', 'gone')
    })
    store.refreshAll()
    await vi.advanceTimersByTimeAsync(5000)
    expect(store.report.data).not.toBeNull()
    expect(store.report.error?.code).toBe('engine-stopped')
  })

  it('asks for curves once it knows which runs have begun, and only for those', async () => {
    const store = useStudyStore()
    store.open('study-1')
    store.showSeries(['train/loss'])
    await vi.advanceTimersByTimeAsync(3000)
    expect(askedFor('metric.series').at(-1)?.input).toMatchObject({ runIds: ['run-64-1'], keys: ['train/loss'] })
  })

  it('asks for the curves of some batch sizes only where that is wanted, and keeps what it has until they come', async () => {
    transport.answer('study.get', () => ({ study: studyRecord(), runs: [runRecord(), runRecord({ batchSize: 128 })], progress }))
    const store = useStudyStore()
    store.open('study-1')
    await vi.advanceTimersByTimeAsync(3000)
    store.showSeries(['armijo/tries'], [128])
    await vi.advanceTimersByTimeAsync(3000)
    expect(askedFor('metric.series').at(-1)?.input).toMatchObject({ runIds: ['run-128-1'] })
    store.showSeries(['armijo/tries'], [64, 128])
    expect(store.series.data).toEqual([])
    await vi.advanceTimersByTimeAsync(3000)
    expect(askedFor('metric.series').at(-1)?.input).toMatchObject({ runIds: ['run-64-1', 'run-128-1'] })
  })

  it('asks at most once in a while, however many events come', async () => {
    const store = useStudyStore()
    store.open('study-1')
    await flushPromises()
    const before = askedFor('study.report').length
    for (let i = 0; i < 100; i += 1) transport.tell({ name: 'metrics.appended', payload: { runIds: ['run-64-1'] } })
    await vi.advanceTimersByTimeAsync(1600)
    expect(askedFor('study.report').length - before).toBeLessThanOrEqual(2)
    expect(askedFor('study.report').length - before).toBeGreaterThanOrEqual(1)
  })

  it('does not listen to other studies, nor to any once it is closed', async () => {
    const store = useStudyStore()
    const close = store.open('study-1')
    await vi.advanceTimersByTimeAsync(5000)
    const before = transport.asked.length
    transport.tell({ name: 'study.changed', payload: { studyId: 'study-2', status: 'running', progress } })
    close()
    transport.tell({ name: 'study.changed', payload: { studyId: 'study-1', status: 'running', progress } })
    await vi.advanceTimersByTimeAsync(5000)
    expect(transport.asked.length).toBe(before)
  })

  it('reads the stored curves at another target', async () => {
    const store = useStudyStore()
    store.open('study-1')
    await vi.advanceTimersByTimeAsync(2000)
    store.readAt({ target: { criterion: 'validation-loss', value: 0.5 }, fitFrom: 16, fitTo: null })
    await vi.advanceTimersByTimeAsync(2000)
    expect(askedFor('study.report').at(-1)?.input).toEqual({ studyId: 'study-1', target: { criterion: 'validation-loss', value: 0.5 }, fitFrom: 16, fitTo: null })
  })

  it('keeps the reason when a command is refused', async () => {
    transport.answer('study.pause', () => {
      throw new LoupeError('conflict', 'The study has ended.')
    })
    const store = useStudyStore()
    store.open('study-1')
    expect(await store.act('study.pause', { studyId: 'study-1' })).toBe(false)
    expect(store.actionError?.message).toBe('The study has ended.')
    expect(store.busyAction).toBeNull()
  })
})
