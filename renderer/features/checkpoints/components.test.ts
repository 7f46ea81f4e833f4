import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import type { ListedCheckpoint, Pruned } from '../../../main/contract/checkpoint-browser.ts'
import { i18n } from '../../i18n.ts'
import { createFakeTransport } from '../../test/fake-transport.ts'
import type { FakeTransport } from '../../test/fake-transport.ts'
import { connectWorkbench } from '../../workbench.ts'
import ComparedArrays from './components/ComparedArrays.vue'
import DeleteCheckpoints from './components/DeleteCheckpoints.vue'
import NearestMetric from './components/NearestMetric.vue'
import PrunedNote from './components/PrunedNote.vue'
import RestoreDialog from './components/RestoreDialog.vue'
import type { ComparedArray } from './sorted-arrays.ts'

let transport: FakeTransport
const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:rest(.*)*', component: { template: '' } }] })
const global = { plugins: [i18n, router] }
const row: ListedCheckpoint = { id: 'checkpoint-1', runId: 'run-1', step: 200, examples: 1, bytes: 2_000_000, sha256: 'ab', createdAt: 1, isKept: false, label: '', runName: 'trial', runKey: '', runStatus: 'finished', studyId: null, studyName: null, isNewest: false, loss: null, accuracy: null, epochs: null }

beforeEach(() => {
  i18n.global.locale.value = 'en'
  setActivePinia(createPinia())
  transport = createFakeTransport()
  connectWorkbench(transport)
})

describe('a metric beside a checkpoint', () => {
  it('is marked, and says where it was evaluated, where that is another step', () => {
    const exact = mount(NearestMetric, { global, props: { nearest: { step: 200, value: 0.9123 }, step: 200, metric: 'accuracy' } })
    expect([exact.text(), exact.attributes('title')]).toEqual(['91.23%', undefined])
    const near = mount(NearestMetric, { global, props: { nearest: { step: 1100, value: 0.5 }, step: 200, metric: 'loss' } })
    expect(near.attributes('title')).toBe('Evaluated at step 1,100, the nearest')
    expect(near.text()).toContain('≈')
    expect(mount(NearestMetric, { global, props: { nearest: { step: 200, value: null }, step: 200, metric: 'loss' } }).text()).toBe('not finite')
    expect(mount(NearestMetric, { global, props: { nearest: null, step: 200, metric: 'loss' } }).text()).toBe('–')
  })
})

describe('arrays that are compared', () => {
  it('are sorted by a heading, and say which elements are left out', async () => {
    const array = (name: string, relative: number | null, notFinite = 0): ComparedArray => ({ name, group: 'parameters', shape: [2, 3], elements: 6, normA: 1, normB: 1, difference: 1, relative, cosine: null, greatest: 1, equal: 0, notFinite })
    const table = mount(ComparedArrays, { global, props: { arrays: [array('parameters/a', 0.1), array('parameters/b', 0.7, 2)] } })
    const names = () => table.findAll('tbody code').map((code) => code.text())
    expect([names(), table.text()]).toEqual([['parameters/a', 'parameters/b'], expect.stringContaining('2 elements are not finite in a or b and are left out.')])
    await table.findAll('th button')[2]!.trigger('click')
    expect([names(), table.findAll('th')[4]!.attributes('aria-sort')]).toEqual([['parameters/b', 'parameters/a'], 'descending'])
  })
})

describe('what pruning did', () => {
  it('is said with what stayed and why', () => {
    const pruned: Pruned = { checkpoints: 2, bytes: 3_000_000, left: [{ checkpointId: 'c', reason: 'training' }, { checkpointId: 'd', reason: 'training' }], filesLeft: ['/x'] }
    const text = mount(PrunedNote, { global, props: { pruned } }).text()
    expect(text).toContain('Deleted 2 checkpoints, 3.00 MB.')
    expect(text).toContain('2 stayed: of runs that train or wait to')
    expect(text).toContain('The disk did not let go of 1 file')
  })
})

describe('deleting chosen checkpoints', () => {
  it('asks for kept ones only where some are chosen, stays open with what stayed, and tells which are gone', async () => {
    transport.answer('checkpoint.prune', ({ checkpointIds }) => ({ checkpoints: 1, bytes: 10, left: [{ checkpointId: checkpointIds[1]!, reason: 'resumable' }], filesLeft: [] }))
    const dialog = mount(DeleteCheckpoints, { global, props: { rows: [row, { ...row, id: 'checkpoint-2', isKept: true }], modelValue: true }, attachTo: document.body })
    await flushPromises()
    expect(dialog.text()).toContain('This deletes 2 checkpoints and frees 4.00 MB.')
    expect(dialog.text()).toContain('Kept ones are among them.')
    await dialog.findAll('button').at(-1)!.trigger('click')
    await flushPromises()
    expect(transport.asked.at(-1)).toEqual({ name: 'checkpoint.prune', input: { checkpointIds: ['checkpoint-1', 'checkpoint-2'], includesKept: true } })
    expect(dialog.emitted('deleted')).toEqual([[new Set(['checkpoint-1'])]])
    expect(dialog.text()).toContain('1 stayed: newest of runs that can be resumed')
    dialog.unmount()
  })
})

describe('going back to a checkpoint', () => {
  const open = async (change: Partial<ListedCheckpoint>) => {
    const dialog = mount(RestoreDialog, { global, props: { row: { ...row, ...change }, modelValue: true }, attachTo: document.body })
    await flushPromises()
    const buttons = dialog.findAll('button').map((button) => button.text())
    const text = dialog.text()
    dialog.unmount()
    return { buttons, text }
  }

  it('is a new run, and says that the old one stays as it is', async () => {
    const { buttons, text } = await open({})
    expect(text).toContain('The run itself stays as it is: its later steps, curves and checkpoints are not touched.')
    expect(buttons).not.toContain('Resume the run itself')
  })

  it('may also be resuming the run where nothing comes after its newest checkpoint', async () => {
    expect((await open({ isNewest: true, runStatus: 'paused' })).buttons).toContain('Resume the run itself')
    expect((await open({ isNewest: false, runStatus: 'paused' })).buttons).not.toContain('Resume the run itself')
    expect((await open({ isNewest: true, runStatus: 'paused', studyId: 'study-1' })).buttons).not.toContain('Resume the run itself')
  })
})
