import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LoupeError } from '../../../main/contract/errors.ts'
import type { LogEvent } from '../../../main/contract/records.ts'
import { createFakeTransport } from '../../test/fake-transport.ts'
import type { FakeTransport } from '../../test/fake-transport.ts'
import { connectWorkbench } from '../../workbench.ts'
import { useControlStore } from './control.store.ts'

const status = (id: number, name: string): LogEvent => ({ id, studyId: null, runId: 'run-1', at: id, level: 'info', kind: 'batch.status', message: name, facts: { status: name } })
const frozen: LogEvent = { ...status(9, ''), kind: 'batch.frozen', facts: { isFrozen: true } }
let transport: FakeTransport
const asked = (name: string) => transport.asked.filter((one) => one.name === name)

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
  transport = createFakeTransport()
  connectWorkbench(transport)
  transport.answer('event.list', () => ({ events: [status(2, 'armed'), status(1, 'waiting-for-window')] }))
  transport.answer('dataset.list', () => ({ datasets: [] }))
})
afterEach(() => {
  vi.useRealTimers()
})

describe('the controller of the open run', () => {
  it('reads all of its events, and again when the run tells of another one', async () => {
    const store = useControlStore()
    store.open('run-1')
    await flushPromises()
    expect(store.log.status).toBe('armed')
    expect(asked('event.list')[0]?.input).toMatchObject({ runId: 'run-1', limit: 10_000 })
    transport.tell({ name: 'log.event', payload: { event: status(3, 'cooling-down') } })
    transport.tell({ name: 'log.event', payload: { event: { ...status(4, 'at-max'), runId: 'run-2' } } })
    await vi.advanceTimersByTimeAsync(5000)
    expect(asked('event.list')).toHaveLength(2)
  })

  it('sends what is asked of it, and waits for the event that answers', async () => {
    transport.answer('run.steer', () => ({}))
    const store = useControlStore()
    store.open('run-1')
    await store.steer({ kind: 'set', batchSize: 64 })
    expect(asked('run.steer')[0]?.input).toEqual({ runId: 'run-1', request: { kind: 'set', batchSize: 64 } })
    expect(store.asked).toBe('set')
    transport.tell({ name: 'log.event', payload: { event: status(5, 'armed') } })
    expect(store.asked).toBe('set')
    transport.tell({ name: 'log.event', payload: { event: frozen } })
    expect(store.asked).toBeNull()
  })

  it('keeps the reason of a refusal', async () => {
    transport.answer('run.steer', () => {
      throw new LoupeError('conflict', 'The run has ended.')
    })
    const store = useControlStore()
    store.open('run-1')
    await store.steer({ kind: 'rollback' })
    expect(store.steerError?.message).toBe('The run has ended.')
    expect(store.asked).toBeNull()
  })
})
