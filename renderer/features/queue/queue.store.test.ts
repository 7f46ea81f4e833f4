import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LoupeError } from '../../../main/contract/errors.ts'
import { createFakeTransport } from '../../test/fake-transport.ts'
import type { FakeTransport } from '../../test/fake-transport.ts'
import { connectWorkbench } from '../../workbench.ts'
import { useRunActions } from '../runs/run-actions.store.ts'
import { useQueueStore } from './queue.store.ts'
import { madeItem, madeQueue } from './test/made-queue.ts'

let transport: FakeTransport
/** What was asked, apart from looks at the queue. */
const asked = () => transport.asked.filter(({ name }) => name !== 'queue.list')

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
  transport = createFakeTransport()
  connectWorkbench(transport)
  transport.answer('queue.list', () => madeQueue(['a', 'b', 'c', 'd']))
  for (const name of ['queue.move', 'queue.pause', 'queue.resume', 'queue.hold', 'queue.release', 'queue.setPriority', 'run.stop', 'run.resume', 'study.stop'] as const) transport.answer(name, () => ({}))
})
afterEach(() => {
  vi.useRealTimers()
})

async function opened() {
  const store = useQueueStore()
  const close = store.open()
  await flushPromises()
  return { store, close, order: () => store.state.data?.waiting.map(({ id }) => id) }
}

describe('the queue in the window', () => {
  it('puts what is moved before or after what stands there, at once', async () => {
    const { store, order, close } = await opened()
    const answer = Promise.withResolvers<Record<string, never>>()
    transport.answer('queue.move', () => answer.promise)
    const moved = store.move(3, 1)
    await flushPromises()
    expect(order()).toEqual(['a', 'd', 'b', 'c'])
    answer.resolve({})
    await moved
    await store.move(0, 2)
    expect(asked()).toEqual([{ name: 'queue.move', input: { id: 'd', before: 'b' } }, { name: 'queue.move', input: { id: 'a', after: 'c' } }])
    close()
  })

  it('shows the engine’s order again where a move is refused, and says why', async () => {
    const { store, order, close } = await opened()
    transport.answer('queue.move', () => {
      throw new LoupeError('conflict', 'd does not wait.')
    })
    await store.move(3, 0)
    expect(order()).toEqual(['a', 'b', 'c', 'd'])
    expect(useRunActions().error?.message).toBe('d does not wait.')
    close()
  })

  it('looks again when something changed, and at most once a second for progress', async () => {
    const { close } = await opened()
    const looks = () => transport.asked.filter(({ name }) => name === 'queue.list').length
    expect(looks()).toBe(1)
    transport.tell({ name: 'queue.changed', payload: { training: 1, waiting: 3, resumable: 0 } })
    await flushPromises()
    expect(looks()).toBe(2)
    for (let n = 0; n < 8; n++) transport.tell({ name: 'run.progressed', payload: { runId: 'a', studyId: null, steps: n, examples: n, batchLoss: 1, examplesPerSecond: 1 } })
    await vi.advanceTimersByTimeAsync(900)
    expect(looks()).toBe(3)
    await vi.advanceTimersByTimeAsync(200)
    expect(looks()).toBe(4)
    close()
  })

  it('takes a cancelled one back to where it stood, with its priority and its hold', async () => {
    const item = madeItem('b', { priority: 'high', isHeld: true })
    transport.answer('queue.list', () => ({ ...madeQueue([]), waiting: [madeItem('a'), item, madeItem('c')] }))
    const { store, close } = await opened()
    await store.stop(item)
    expect(asked()).toEqual([{ name: 'run.stop', input: { runId: 'b' } }])
    await useRunActions().undo()
    expect(asked().slice(1)).toEqual([
      { name: 'run.resume', input: { runId: 'b' } },
      { name: 'queue.setPriority', input: { id: 'b', priority: 'high' } },
      { name: 'queue.move', input: { id: 'b', before: 'c' } },
      { name: 'queue.hold', input: { id: 'b' } },
    ])
    close()
  })

  it('pauses and resumes as the queue is, and says which could not be resumed', async () => {
    const { store, close } = await opened()
    await store.togglePause()
    transport.answer('queue.list', () => ({ ...madeQueue([]), settings: { isPaused: true, startsOnOpening: true, sideBySide: 1 } }))
    await store.load()
    await store.togglePause()
    expect(asked().map(({ name }) => name)).toEqual(['queue.pause', 'queue.resume'])
    transport.answer('queue.resumeInterrupted', () => ({ resumed: ['run-1'], refused: [{ id: 'run-2', error: { code: 'data-malformed', message: 'The file is gone.', facts: {} } }] }))
    await store.resumeInterrupted()
    expect(store.refused).toEqual({ count: 1, id: 'run-2', message: 'The file is gone.' })
    close()
  })
})
