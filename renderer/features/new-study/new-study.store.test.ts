import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { LoupeError } from '../../../main/contract/errors.ts'
import { studyConfig } from '../../../main/contract/study-config.ts'
import { createFakeTransport } from '../../test/fake-transport.ts'
import type { FakeTransport } from '../../test/fake-transport.ts'
import { connectWorkbench } from '../../workbench.ts'
import { useNewStudyStore } from './new-study.store.ts'
import { fromYaml, toYaml } from './yaml-text.ts'

let transport: FakeTransport
beforeEach(() => {
  setActivePinia(createPinia())
  transport = createFakeTransport()
  connectWorkbench(transport)
})

describe('the study being prepared', () => {
  it('begins with the defaults of the schema, without a problem', () => {
    const store = useNewStudyStore()
    expect(store.draft).toEqual(studyConfig.parse({ method: 'critical-batch-size' }))
    expect(store.issues).toEqual([])
  })

  it('names the setting that does not fit, with the schema’s words', () => {
    const store = useNewStudyStore()
    store.set('sweep.batchSizes', [8, 16])
    expect(store.issues).toMatchObject([{ path: 'sweep.batchSizes' }])
  })

  it('refuses what does not read as a number until it is mended', () => {
    const store = useNewStudyStore()
    store.markUnreadable('sweep.target.value', '“x” is not a number')
    expect(store.issues).toEqual([{ path: 'sweep.target.value', message: '“x” is not a number' }])
    store.set('sweep.target.value', 0.2)
    expect(store.issues).toEqual([])
  })

  it('forgets an unreadable setting when its variant goes', () => {
    const store = useNewStudyStore()
    store.markUnreadable('run.optimizer.learningRate', 'not a number')
    store.set('run.optimizer', { kind: 'armijo', c: 0.1, delta: 0.9, initialStep: 1, maxStep: 10, resetRule: 'grow', maxTries: 100, fallbackStep: 1e-6, searchBatch: 'same' })
    expect(store.issues).toEqual([])
  })

  it('writes what differs as YAML that reads back as the same settings', async () => {
    const store = useNewStudyStore()
    // The study's own default of the hidden layers is not the model's: it has to be written beside the change.
    store.set('run.model.activation', 'gelu')
    store.set('sweep.maxSeeds', 5)
    const before = store.draft
    const text = await toYaml(store.changes)
    expect(text).toContain('maxSeeds: 5')
    expect(text).not.toContain('bootstrap')
    store.restoreAll()
    store.replace(await fromYaml(text))
    expect(store.draft).toEqual(before)
  })

  it('changes nothing when pasted settings do not fit', () => {
    const store = useNewStudyStore()
    const before = store.draft
    expect(() => store.replace({ sweep: { seeds: 3 } })).toThrow()
    expect(store.draft).toBe(before)
  })

  it('starts with the complete settings and answers the study’s id', async () => {
    transport.answer('study.start', () => ({ studyId: 'study-9' }))
    const store = useNewStudyStore()
    store.set('name', 'Mine')
    expect(await store.start()).toBe('study-9')
    expect(transport.asked[0]?.input).toEqual({ config: studyConfig.parse({ method: 'critical-batch-size', name: 'Mine' }) })
  })

  it('keeps the reason when the start is refused', async () => {
    transport.answer('study.start', () => {
      throw new LoupeError('invalid-input', 'The batch size 4096 is above the training examples.')
    })
    const store = useNewStudyStore()
    expect(await store.start()).toBeNull()
    expect(store.startError?.message).toContain('4096')
  })

  it('marks a measured cost as stale once the settings change', async () => {
    transport.answer('study.estimate', () => ({ seconds: 60, examples: 1e6, runs: 24, money: 0, stepMs: [], parameters: 10, macsPerExample: 10, memoryBytes: 10, warnings: [] }))
    const store = useNewStudyStore()
    await store.measure()
    expect(store.estimate.data?.seconds).toBe(60)
    expect(store.isEstimateStale).toBe(false)
    store.set('sweep.maxSeeds', 4)
    expect(store.isEstimateStale).toBe(true)
  })
})
