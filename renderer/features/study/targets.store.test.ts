import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LoupeError } from '../../../main/contract/errors.ts'
import { createFakeTransport } from '../../test/fake-transport.ts'
import type { FakeTransport } from '../../test/fake-transport.ts'
import { pendingReport } from '../../test/records.ts'
import { connectWorkbench } from '../../workbench.ts'
import { useTargetsStore } from './targets.store.ts'

const study = (state: string, studyId = 'study-1') => ({ studyId, target: { criterion: 'train-loss' as const, value: 0.4 }, state })
let transport: FakeTransport

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
  transport = createFakeTransport()
  connectWorkbench(transport)
  transport.answer('study.report', () => new Promise((resolve) => setTimeout(() => resolve(pendingReport()), 100)))
})
afterEach(() => {
  vi.useRealTimers()
})

describe('the targets', () => {
  it('are read one after the other, the study’s own as the study reads it', async () => {
    const store = useTargetsStore()
    store.show(study('1 of 8'))
    await vi.advanceTimersByTimeAsync(250)
    expect(transport.asked).toHaveLength(3)
    expect(store.readings.data).toBeNull()
    await vi.advanceTimersByTimeAsync(1000)
    expect(store.readings.data?.map(({ target }) => target.value)).toEqual([0.256, 0.32, 0.4, 0.5, 0.625, 0.781, 0.977])
    expect(transport.asked[2]?.input).toEqual({ studyId: 'study-1', target: null })
  })

  it('are not read again in the same state, and no more often than every few seconds while runs end', async () => {
    const store = useTargetsStore()
    store.show(study('1 of 8'))
    await vi.advanceTimersByTimeAsync(2000)
    store.show(study('1 of 8'))
    for (let done = 2; done < 8; done += 1) store.show(study(`${done} of 8`))
    await vi.advanceTimersByTimeAsync(1000)
    expect(transport.asked).toHaveLength(7)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(transport.asked).toHaveLength(14)
  })

  it('are asked for no further once the tab is left, and from the start when it is opened again', async () => {
    const store = useTargetsStore()
    store.show(study('1 of 8'))
    await vi.advanceTimersByTimeAsync(150)
    store.leave()
    await vi.advanceTimersByTimeAsync(5000)
    expect(transport.asked).toHaveLength(2)
    expect(store.readings.data).toBeNull()
    store.show(study('1 of 8'))
    await vi.advanceTimersByTimeAsync(2000)
    expect(store.readings.data).toHaveLength(7)
  })

  it('say why they cannot be read, and can be asked for again', async () => {
    transport.answer('study.report', () => {
      throw new LoupeError('engine-stopped', 'gone')
    })
    const store = useTargetsStore()
    store.show(study('1 of 8'))
    await vi.advanceTimersByTimeAsync(100)
    expect(store.readings.error?.code).toBe('engine-stopped')
    transport.answer('study.report', () => pendingReport())
    store.show(study('1 of 8'))
    await vi.advanceTimersByTimeAsync(6000)
    expect(store.readings.data).toHaveLength(7)
  })

  it('of one study are never shown for another', async () => {
    const store = useTargetsStore()
    store.show(study('8 of 8'))
    await vi.advanceTimersByTimeAsync(2000)
    store.leave()
    store.show(study('8 of 8', 'study-2'))
    expect(store.readings.data).toBeNull()
    await vi.advanceTimersByTimeAsync(7000)
    expect(store.readings.data).toHaveLength(7)
  })
})
