import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ListedCheckpoint } from '../../../main/contract/checkpoint-browser.ts'
import { createFakeTransport } from '../../test/fake-transport.ts'
import type { FakeTransport } from '../../test/fake-transport.ts'
import { connectWorkbench } from '../../workbench.ts'
import { useRunActions } from '../runs/run-actions.store.ts'
import { useCheckpointsStore } from './checkpoints.store.ts'
import { useKeeping } from './keeping.ts'

const TOTAL = 450
let transport: FakeTransport
const asked = () => transport.asked.filter(({ name }) => name === 'checkpoint.list').map(({ input }) => input as { readonly offset: number; readonly filter: string; readonly isKept: boolean | null; readonly sort: unknown })

function row(index: number): ListedCheckpoint {
  return { id: `checkpoint-${index}`, runId: 'run-1', step: index, examples: index, bytes: 10, sha256: 'ab', createdAt: 1, isKept: false, label: '', runName: 'r', runKey: '', runStatus: 'finished', studyId: null, studyName: null, isNewest: false, loss: null, accuracy: null, epochs: null }
}

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
  transport = createFakeTransport()
  connectWorkbench(transport)
  transport.answer('tag.list', () => ({ tags: [] }))
  transport.answer('study.list', () => ({ studies: [], total: 0 }))
  transport.answer('checkpoint.list', ({ offset = 0, limit = 200 }) => ({ rows: Array.from({ length: Math.min(limit, TOTAL - offset) }, (_, index) => row(offset + index)), total: TOTAL, bytes: 4500, workspace: { checkpoints: TOTAL, bytes: 4500, trashBytes: 0, freeBytes: 1 } }))
})
afterEach(() => void vi.useRealTimers())

describe('the list of checkpoints', () => {
  it('asks for a page when it comes into sight, once', async () => {
    const store = useCheckpointsStore()
    store.open('')
    await flushPromises()
    expect([store.places.length, store.rowAt(199)?.id, store.rowAt(200)]).toEqual([TOTAL, 'checkpoint-199', null])
    void store.look(190, 230)
    void store.look(195, 235)
    await flushPromises()
    expect(store.rowAt(230)?.id).toBe('checkpoint-230')
    expect(asked().map(({ offset }) => offset)).toEqual([0, 200])
  })

  it('begins with the filter of its address, and follows what is typed once it reads', async () => {
    const store = useCheckpointsStore()
    store.open('id = run-000007')
    await flushPromises()
    expect([store.text, asked().at(-1)?.filter]).toEqual(['id = run-000007', 'id = run-000007'])
    store.text = 'accuracy >'
    await vi.advanceTimersByTimeAsync(300)
    expect([store.filterFault?.code, asked().length]).toEqual(['invalid-input', 1])
    store.text = 'accuracy > 0.5'
    await vi.advanceTimersByTimeAsync(300)
    expect(asked().at(-1)?.filter).toBe('accuracy > 0.5')
  })

  it('sorts numbers the greatest first and names from a, and turns round', async () => {
    const store = useCheckpointsStore()
    store.open('')
    store.sortBy('bytes')
    expect(store.view.sort).toEqual({ field: 'bytes', isDescending: true })
    store.sortBy('bytes')
    expect(store.view.sort).toEqual({ field: 'bytes', isDescending: false })
    store.sortBy('run')
    expect(store.view.sort).toEqual({ field: 'run', isDescending: false })
  })

  it('asks again when checkpoints have changed, and knows then what is kept of those chosen', async () => {
    const store = useCheckpointsStore()
    store.open('')
    await flushPromises()
    store.choose([row(3)], true)
    transport.answer('checkpoint.list', () => ({ rows: [{ ...row(3), isKept: true }], total: 1, bytes: 10, workspace: { checkpoints: 1, bytes: 10, trashBytes: 0, freeBytes: 1 } }))
    transport.tell({ name: 'checkpoints.changed', payload: { runIds: ['run-1'] } })
    await vi.advanceTimersByTimeAsync(1500)
    expect(store.chosen.get('checkpoint-3')?.isKept).toBe(true)
  })

  it('gives all that fit, page by page', async () => {
    const store = useCheckpointsStore()
    store.open('')
    expect(await store.allRows()).toHaveLength(TOTAL)
  })
})

describe('keeping a checkpoint', () => {
  it('is taken back by sending what was before', async () => {
    transport.answer('checkpoint.setKept', ({ changes }) => ({ before: changes.map(({ checkpointId }) => ({ checkpointId, isKept: false, label: 'was' })) }))
    await useKeeping()([{ checkpointId: 'checkpoint-1', isKept: true }])
    const actions = useRunActions()
    expect(actions.done).toMatchObject({ what: 'changed', count: 1 })
    await actions.undo()
    expect(transport.asked.at(-1)).toEqual({ name: 'checkpoint.setKept', input: { changes: [{ checkpointId: 'checkpoint-1', isKept: false, label: 'was' }] } })
  })
})
