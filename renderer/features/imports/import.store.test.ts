import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { LoupeError } from '../../../main/contract/errors.ts'
import type { ImportPreview, ImportResult, PreviewedRun } from '../../../main/contract/run-import.ts'
import { createFakeTransport } from '../../test/fake-transport.ts'
import type { FakeTransport } from '../../test/fake-transport.ts'
import { connectWorkbench } from '../../workbench.ts'
import { useImportStore } from './import.store.ts'
import { summedOmissions } from './omission-sentences.ts'

const run = (sourceId: string, state: PreviewedRun['state']): PreviewedRun => ({ sourceId, name: sourceId, group: 'g', state, runId: null, startedAt: null, metrics: 1, values: 2, params: 0, omissions: [] })
const preview: ImportPreview = { tool: 'mlflow', path: '/data/mlflow.db', runs: [run('a', 'new'), run('b', 'unchanged'), run('c', 'changed'), run('d', 'trashed')], omissions: [] }
const result: ImportResult = {
  tool: 'mlflow',
  path: '/data/mlflow.db',
  runs: [{ sourceId: 'a', name: 'a', runId: 'run-000001', outcome: 'added', omissions: [] }, { sourceId: 'c', name: 'c', runId: 'run-000002', outcome: 'updated', omissions: [] }],
  omissions: [],
  wasStopped: false,
}
let transport: FakeTransport
beforeEach(() => {
  setActivePinia(createPinia())
  transport = createFakeTransport()
  connectWorkbench(transport)
  transport.answer('run.previewImport', () => preview)
  transport.answer('run.import', () => result)
  transport.answer('trash.put', () => ({}))
})

describe('an import in the window', () => {
  it('looks first, and chooses what is new or has changed', async () => {
    const store = useImportStore()
    store.path = '~/mlflow.db'
    await store.look()
    expect(transport.asked).toEqual([{ name: 'run.previewImport', input: { path: '~/mlflow.db', from: null } }])
    expect([...store.chosen]).toEqual(['a', 'c'])
  })

  it('brings in what is chosen, and all of it where all is', async () => {
    const store = useImportStore()
    await store.look()
    store.choose(['c'], false)
    store.tags = 'old, borrowed'
    await store.bringIn()
    expect(transport.asked.at(-1)).toEqual({ name: 'run.import', input: { path: '/data/mlflow.db', from: 'mlflow', only: ['a'], tags: ['old', 'borrowed'] } })
    expect([store.preview, store.result?.runs.length]).toEqual([null, 2])
    await store.look()
    store.choose(['b', 'd'], true)
    await store.bringIn()
    expect(transport.asked.at(-1)?.input).toMatchObject({ only: null })
  })

  it('takes back what came in new, and nothing that was there before', async () => {
    const store = useImportStore()
    await store.look()
    await store.bringIn()
    await store.undo()
    expect(transport.asked.at(-1)).toEqual({ name: 'trash.put', input: { runIds: ['run-000001'] } })
    expect(store.isUndone).toBe(true)
  })

  it('follows how far it is while it works, and no longer', async () => {
    const answer = Promise.withResolvers<ImportPreview>()
    transport.answer('run.previewImport', () => answer.promise)
    const store = useImportStore()
    const looking = store.look()
    await flushPromises()
    const progress = { path: '/x', runs: 1, runsInAll: 4, bytes: 10, bytesInAll: 40, name: 'a' }
    transport.tell({ name: 'import.progressed', payload: progress })
    expect([store.working, store.progress]).toEqual(['looking', progress])
    answer.resolve(preview)
    await looking
    transport.tell({ name: 'import.progressed', payload: { ...progress, runs: 2 } })
    expect([store.working, store.progress?.runs]).toEqual([null, 1])
  })

  it('keeps the reason of a refusal, but says nothing where the user stopped it', async () => {
    const store = useImportStore()
    transport.answer('run.previewImport', () => {
      throw new LoupeError('not-found', 'There is no file.')
    })
    await store.look()
    expect([store.error?.code, store.preview]).toEqual(['not-found', null])
    transport.answer('run.previewImport', () => {
      throw new LoupeError('interrupted', 'Stopped.')
    })
    await store.look()
    expect(store.error).toBeNull()
  })
})

describe('omissions of several runs', () => {
  it('are one of each kind, with the place of the first', () => {
    expect(summedOmissions([{ kind: 'images', count: 2, where: '' }, { kind: 'garbled-records', count: 1, where: 'a, 5' }, { kind: 'images', count: 3, where: '' }, { kind: 'garbled-records', count: 4, where: 'b, 9' }])).toEqual([
      { kind: 'images', count: 5, where: '' },
      { kind: 'garbled-records', count: 5, where: 'a, 5' },
    ])
  })
})
