import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createFakeTransport } from '../../test/fake-transport.ts'
import type { FakeTransport } from '../../test/fake-transport.ts'
import { connectWorkbench } from '../../workbench.ts'
import { useLossMapStore } from './loss-map.store.ts'
import type { MapChoice } from './loss-map.store.ts'

const choice = (change: Partial<MapChoice> = {}): MapChoice => ({ studyId: 'study-1', metric: 'train/loss', atExamples: null, scope: 'study', ...change })
let transport: FakeTransport

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
  transport = createFakeTransport()
  connectWorkbench(transport)
  transport.answer('study.lossMap', ({ studyId }) => ({ rateKind: 'learning-rate', cells: [], examplesChoices: [], alikeStudies: [`like ${studyId}`] }))
})
afterEach(() => {
  vi.useRealTimers()
})

describe('the loss map', () => {
  it('answers a choice at once, and refreshes at most every two seconds', async () => {
    const store = useLossMapStore()
    store.show(choice())
    await vi.advanceTimersByTimeAsync(10)
    store.show(choice({ scope: 'alike' }))
    await vi.advanceTimersByTimeAsync(10)
    expect(transport.asked.map(({ input }) => input)).toEqual([choice(), choice({ scope: 'alike' })])
    store.show(choice({ scope: 'alike' }))
    store.show(choice({ scope: 'alike' }))
    await vi.advanceTimersByTimeAsync(1000)
    expect(transport.asked).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(2000)
    expect(transport.asked).toHaveLength(3)
  })

  it('of one study is never shown for another', async () => {
    const store = useLossMapStore()
    store.show(choice())
    await vi.advanceTimersByTimeAsync(10)
    expect(store.map.data?.alikeStudies).toEqual(['like study-1'])
    store.show(choice({ studyId: 'study-2' }))
    expect(store.map.data).toBeNull()
    await vi.advanceTimersByTimeAsync(10)
    expect(store.map.data?.alikeStudies).toEqual(['like study-2'])
    store.leave()
    expect(store.map.data).toBeNull()
  })
})
