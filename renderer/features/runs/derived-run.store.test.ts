import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { LoupeError } from '../../../main/contract/errors.ts'
import { runConfig } from '../../../main/contract/run-config.ts'
import { createFakeTransport } from '../../test/fake-transport.ts'
import type { FakeTransport } from '../../test/fake-transport.ts'
import { runRecord } from '../../test/records.ts'
import { connectWorkbench } from '../../workbench.ts'
import { useDerivedRunStore } from './derived-run.store.ts'

const config = runConfig.parse({ name: 'Parent', batchSize: 16, optimizer: { kind: 'momentum', learningRate: 0.3, momentum: 0.8 }, batchPolicy: { kind: 'loss-gap', batchMax: 256 } })
let transport: FakeTransport
beforeEach(() => {
  setActivePinia(createPinia())
  transport = createFakeTransport()
  connectWorkbench(transport)
  transport.answer('run.get', () => ({ run: runRecord({ config }), keys: [], checkpoints: [], events: [] }))
})

describe('a branch being prepared', () => {
  it('begins with the settings of its parent, without its name', async () => {
    const store = useDerivedRunStore()
    await store.open('run-1', 500)
    expect(store.draft).toEqual({ run: { ...config, name: '' } })
    expect(store.issues).toEqual([])
  })

  it('goes back to the parent’s own settings where a variant is chosen again', async () => {
    const store = useDerivedRunStore()
    await store.open('run-1', 500)
    const field = { path: 'run.optimizer', discriminator: 'kind' }
    store.set('run.optimizer', store.beginning(field, 'adam'))
    expect(store.issues).toEqual([])
    expect(store.beginning(field, 'momentum')).toEqual(config.optimizer)
  })

  it('names the setting that does not fit', async () => {
    const store = useDerivedRunStore()
    await store.open('run-1', 500)
    store.set('run.batchPolicy.batchMin', 512)
    expect(store.issues).toMatchObject([{ path: 'run.batchPolicy.batchMin' }])
  })

  it('starts from the checkpoint and answers the new run', async () => {
    transport.answer('run.branch', () => ({ runId: 'run-9' }))
    const store = useDerivedRunStore()
    await store.open('run-1', 500)
    store.set('run.batchPolicy', null)
    expect(await store.start()).toBe('run-9')
    expect(transport.asked.at(-1)?.input).toMatchObject({ step: 500, config: { batchPolicy: null, batchSize: 16 } })
  })

  it('keeps the reason when it is refused', async () => {
    transport.answer('run.branch', () => {
      throw new LoupeError('not-found', 'Run run-1 has no checkpoint of step 7.')
    })
    const store = useDerivedRunStore()
    await store.open('run-1', 7)
    expect(await store.start()).toBeNull()
    expect(store.startError?.code).toBe('not-found')
  })
})
