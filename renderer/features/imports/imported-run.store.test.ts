import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import type { ImportedRun } from '../../../main/contract/run-import.ts'
import { createFakeTransport } from '../../test/fake-transport.ts'
import type { FakeTransport } from '../../test/fake-transport.ts'
import { connectWorkbench } from '../../workbench.ts'
import { useImportedRunStore } from './imported-run.store.ts'

const run: ImportedRun = {
  id: 'run-000001',
  name: 'a',
  source: { tool: 'tensorboard', path: '/logs/a', id: '/logs/a', group: 'logs', status: null },
  status: 'finished',
  startedAt: null,
  finishedAt: null,
  importedAt: 1000,
  steps: 10,
  wallMs: 5,
  params: {},
  labels: {},
  renamed: { 'validation/accuracy': 'val_acc' },
  omissions: [],
}
const keys = [...Array.from({ length: 30 }, (_, index) => `m${index}`), 'validation/accuracy']
let transport: FakeTransport
beforeEach(() => {
  setActivePinia(createPinia())
  transport = createFakeTransport()
  connectWorkbench(transport)
  transport.answer('importedRun.get', () => ({ run, keys, events: [] }))
  transport.answer('metric.series', ({ keys: asked }) => ({ series: asked.map((key) => ({ runId: 'run-000001', key, step: [1], examples: [0], wallMs: [1], min: [1], max: [1], mean: [1], last: [1], count: [1], total: 1 })) }))
})
const askedSeries = () => transport.asked.flatMap(({ name, input }) => (name === 'metric.series' ? [(input as { keys: string[] }).keys] : [])) // what the store itself asks

describe('an open imported run', () => {
  it('asks for the curves that are in sight, and for more when they are wanted', async () => {
    const store = useImportedRunStore()
    const close = store.open('run-000001')
    await flushPromises()
    expect(askedSeries()).toEqual([keys.slice(0, 12)])
    store.showMore()
    await flushPromises()
    expect(askedSeries().at(-1)).toEqual(keys.slice(12, 24))
    expect(store.series.size).toBe(24)
    close()
  })

  it('finds a metric by its key or by what the tool calls it', async () => {
    const store = useImportedRunStore()
    const close = store.open('run-000001')
    await flushPromises()
    store.find('VAL_A')
    await flushPromises()
    expect(store.shownKeys).toEqual(['validation/accuracy'])
    expect(store.series.has('validation/accuracy')).toBe(true)
    store.find('m29')
    expect(store.found).toEqual(['m29'])
    close()
  })
})
