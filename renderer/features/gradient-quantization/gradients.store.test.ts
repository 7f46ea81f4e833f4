import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LoupeError } from '../../../main/contract/errors.ts'
import { createFakeTransport } from '../../test/fake-transport.ts'
import type { FakeTransport } from '../../test/fake-transport.ts'
import { runRecord } from '../../test/records.ts'
import { connectWorkbench } from '../../workbench.ts'
import { useBestCourseStore } from './best-course.store.ts'
import { useGradientsStore } from './gradients.store.ts'
import { record } from './test/made-records.ts'

let transport: FakeTransport
let steps: number[]
const asked = (name: string) => transport.asked.filter((one) => one.name === name).map(({ input }) => input)

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
  transport = createFakeTransport()
  connectWorkbench(transport)
  steps = [100, 200, 300]
  transport.answer('gradient.steps', () => ({ steps: [...steps], workers: [0, 1], units: [{ name: 'a', elements: 10 }, { name: 'b', elements: 20 }] }))
  transport.answer('gradient.records', ({ step, workers }) => ({ records: ['a', 'b'].map((unit) => record({ step, worker: workers?.[0] ?? 0, unit })) }))
  transport.answer('gradient.course', () => ({ steps: [...steps], units: [] }))
})
afterEach(() => {
  vi.useRealTimers()
})

async function opened() {
  const store = useGradientsStore()
  store.open('run-1')
  await flushPromises()
  return store
}

describe('the gradients of the open run', () => {
  it('begin with the newest step, the first worker and the first layer', async () => {
    const store = await opened()
    expect([store.step, store.worker, store.unit, store.position]).toEqual([300, 0, 'a', 2])
    expect(store.record).toMatchObject({ step: 300, unit: 'a' })
    expect(asked('gradient.records')).toEqual([{ runId: 'run-1', step: 300, workers: [0] }])
  })

  it('follow what is logged, until another step is chosen', async () => {
    const store = await opened()
    steps = [100, 200, 300, 400]
    transport.tell({ name: 'gradients.appended', payload: { runId: 'run-1', step: 400 } })
    await vi.advanceTimersByTimeAsync(2000)
    expect(store.step).toBe(400)
    store.goTo(1)
    steps = [100, 200, 300, 400, 500]
    transport.tell({ name: 'gradients.appended', payload: { runId: 'run-1', step: 500 } })
    await vi.advanceTimersByTimeAsync(2000)
    expect(store.step).toBe(200)
    store.goTo(9)
    await flushPromises()
    expect([store.step, store.chosenStep]).toEqual([500, null])
  })

  it('ask for a step only once', async () => {
    const store = await opened()
    store.goTo(0)
    await flushPromises()
    store.goTo(2)
    await flushPromises()
    store.goTo(0)
    await flushPromises()
    expect(asked('gradient.records')).toHaveLength(2)
    expect(store.record?.step).toBe(100)
  })

  it('play from the beginning to the end and stop there', async () => {
    const store = await opened()
    store.play()
    expect([store.isPlaying, store.step]).toEqual([true, 100])
    await vi.advanceTimersByTimeAsync(700)
    expect(store.step).toBe(200)
    await vi.advanceTimersByTimeAsync(5000)
    expect([store.isPlaying, store.step]).toEqual([false, 300])
  })

  it('ask how units were compressed only while that is shown', async () => {
    const store = await opened()
    expect(asked('gradient.course')).toEqual([])
    store.wantsCourse = true
    await flushPromises()
    store.chosenWorker = 1
    await vi.advanceTimersByTimeAsync(5000)
    expect(asked('gradient.course')).toEqual([{ runId: 'run-1', worker: 0 }, { runId: 'run-1', worker: 1 }])
  })
})

describe('saving full gradients', () => {
  it('waits for the event that tells of it', async () => {
    transport.answer('run.snapshotGradients', () => ({}))
    const store = await opened()
    await store.saveNext()
    expect(store.snapshot).toBe('asked')
    const event = { id: 1, studyId: null, runId: 'run-1', at: 1, level: 'info' as const, kind: 'gradients.saved', message: '', facts: {} }
    transport.tell({ name: 'log.event', payload: { event: { ...event, runId: 'run-2' } } })
    expect(store.snapshot).toBe('asked')
    transport.tell({ name: 'log.event', payload: { event } })
    expect(store.snapshot).toBe('saved')
  })

  it('is forgotten when the run ends before', async () => {
    transport.answer('run.snapshotGradients', () => ({}))
    const store = await opened()
    await store.saveNext()
    transport.tell({ name: 'run.changed', payload: { run: runRecord({ id: 'run-1', status: 'finished' }) } })
    expect(store.snapshot).toBe('none')
  })

  it('keeps the reason of a refusal', async () => {
    transport.answer('run.snapshotGradients', () => {
      throw new LoupeError('conflict', 'The run does not train.')
    })
    const store = await opened()
    await store.saveNext()
    expect([store.snapshot, store.snapshotError?.message]).toEqual(['none', 'The run does not train.'])
  })
})

describe('the best fits over the steps', () => {
  it('are found for the ends first, then for the middle, and not twice', async () => {
    vi.useRealTimers()
    const best = useBestCourseStore()
    await best.fit({ runId: 'run-1', worker: 1, steps: [1, 2, 3, 4, 5] })
    expect(asked('gradient.records').map((input) => Reflect.get(Object(input), 'step'))).toEqual([1, 5, 3, 2, 4])
    expect([best.done, best.wanted.length]).toEqual([5, 5])
    await best.fit({ runId: 'run-1', worker: 1, steps: [1, 2, 3, 4, 5, 6] })
    expect(asked('gradient.records')).toHaveLength(6)
    await best.fit({ runId: 'run-1', worker: 0, steps: [1] })
    expect([...best.found.keys()]).toEqual([1])
  })

  it('say why they could not be found', async () => {
    vi.useRealTimers()
    transport.answer('gradient.records', () => {
      throw new LoupeError('log-corrupt', 'A histogram does not read.')
    })
    const best = useBestCourseStore()
    await best.fit({ runId: 'run-1', worker: 0, steps: [1, 2] })
    expect([best.error?.message, best.done]).toEqual(['A histogram does not read.', 0])
  })
})
