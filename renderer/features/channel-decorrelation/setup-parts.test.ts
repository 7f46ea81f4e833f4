import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { channelTap, decorrelationConfig } from '../../../main/contract/decorrelation-config.ts'
import { LoupeError } from '../../../main/contract/errors.ts'
import { runConfig } from '../../../main/contract/run-config.ts'
import { fieldAt, leaves } from '../../schema-form/describe-schema.ts'
import { createFakeTransport } from '../../test/fake-transport.ts'
import type { FakeTransport } from '../../test/fake-transport.ts'
import { runRecord } from '../../test/records.ts'
import { connectWorkbench } from '../../workbench.ts'
import { decorrelateSections } from './decorrelate-layout.ts'
import { decorrelateFields, useDecorrelateStore } from './decorrelate.store.ts'
import { presetOf, weightsOf } from './learning-presets.ts'
import { hasTap, missingBlocks, withTap } from './tap-choice.ts'
import { thresholdVerdict } from './threshold-judgement.ts'

describe('presets of what is learnt from', () => {
  it('are told by which weights are above 0', () => {
    const preset = (taskWeight: number, unlabelledWeight: number, labelledWeight: number) => presetOf({ taskWeight, unlabelledWeight, labelledWeight })
    expect([preset(1, 0.1, 0), preset(1, 0.1, 3), preset(2, 0, 0.1), preset(0, 1, 0), preset(1, 0, 0), preset(0, 0.1, 0.1)]).toEqual(['3a', '3b', '3c', 'unlabelled', 'custom', 'custom'])
  })

  it('keep the weights that they have', () => {
    expect(weightsOf('3b', { taskWeight: 2, unlabelledWeight: 0, labelledWeight: 0.5 })).toEqual({ taskWeight: 2, unlabelledWeight: 0.1, labelledWeight: 0.5 })
    expect(weightsOf('unlabelled', { taskWeight: 2, unlabelledWeight: 0.3, labelledWeight: 0.5 })).toEqual({ taskWeight: 0, unlabelledWeight: 0.3, labelledWeight: 0 })
  })
})

describe('features chosen in the network', () => {
  const last = channelTap.parse({})
  const first = channelTap.parse({ block: 1, weight: 0.5 })

  it('are told from each other by their block, none being the last', () => {
    expect([hasTap([last], 3, 3), hasTap([last], 2, 3), hasTap([channelTap.parse({ place: 'output' })], null, 3)]).toEqual([true, false, true])
  })

  it('come in the order of the network, keep their weights, and never vanish altogether', () => {
    const both = withTap([last], { at: 1, isWanted: true, depth: 3 })
    expect(both.map(({ block }) => block)).toEqual([1, null])
    expect(withTap([last, first], { at: 1, isWanted: true, depth: 3 })[0]?.weight).toBe(0.5)
    expect(withTap(both, { at: 3, isWanted: false, depth: 3 }).map(({ block }) => block)).toEqual([1])
    expect(withTap([last], { at: 3, isWanted: false, depth: 3 })).toEqual([last])
    expect(withTap([last], { at: null, isWanted: true, depth: 3 }).at(-1)?.place).toBe('output')
    expect(missingBlocks([channelTap.parse({ block: 4 }), last], 3)).toEqual([4])
  })
})

describe('a threshold before the start', () => {
  const judged = (threshold: number, change: object = {}) => thresholdVerdict({ threshold, reference: { samples: 64, floor: 1 / 63, bound: 0.012014 }, decorrelation: { penalty: 'squared', reduction: 'mean' }, channels: 256, ...change })

  it('is judged by the rank of a batch, then by chance, with the batch that it would take', () => {
    expect(judged(0.01)).toEqual({ kind: 'unreachable', neededSamples: 74 })
    expect(judged(0.014)).toEqual({ kind: 'unlikely', neededSamples: 73 })
    expect(judged(0.02)).toEqual({ kind: 'reachable', neededSamples: null })
  })

  it('is judged without a batch for several features and sums, and not at all where chance is not known', () => {
    expect(judged(0.01, { channels: null })).toEqual({ kind: 'unreachable', neededSamples: null })
    expect(judged(0, {})?.neededSamples).not.toBe(Number.POSITIVE_INFINITY)
    expect(judged(0.01, { reference: { samples: 64, floor: null, bound: null } })).toBeNull()
  })
})

describe('a run being prepared', () => {
  let transport: FakeTransport
  beforeEach(() => {
    setActivePinia(createPinia())
    transport = createFakeTransport()
    connectWorkbench(transport)
    transport.answer('dataset.list', () => ({ datasets: [] }))
  })

  it('begins with settings that fit, and is started as they are', async () => {
    transport.answer('run.start', () => ({ runId: 'run-9' }))
    const store = useDecorrelateStore()
    await store.open(null)
    expect([store.issues, store.problem]).toEqual([[], null])
    store.set('run.decorrelation.unlabelledSets.0.batchSize', 256)
    expect(await store.start()).toBe('run-9')
    expect(transport.asked.at(-1)?.input).toMatchObject({ config: { decorrelation: { unlabelledSets: [{ batchSize: 256 }] } } })
  })

  it('takes the settings of a run, whether it decorrelated or not', async () => {
    transport.answer('run.get', () => ({ run: runRecord({ config: runConfig.parse({ name: 'Old', batchSize: 16, decorrelation: { taskWeight: 2 } }) }), keys: [], checkpoints: [], events: [] }))
    const store = useDecorrelateStore()
    await store.open('run-1')
    expect(store.config).toMatchObject({ name: '', batchSize: 16, decorrelation: { taskWeight: 2 } })
    transport.answer('run.get', () => ({ run: runRecord({}), keys: [], checkpoints: [], events: [] }))
    await store.open('run-2')
    expect(store.config?.decorrelation).toEqual(decorrelationConfig.parse({}))
  })

  it('says what no single setting is to blame for', async () => {
    const store = useDecorrelateStore()
    store.restoreAll()
    store.set('run.decorrelation.unlabelledSets', [])
    expect(store.problem).toBe('noUnlabelled')
    for (const name of ['taskWeight', 'unlabelledWeight', 'labelledWeight']) store.set(`run.decorrelation.${name}`, 0)
    expect(store.problem).toBe('noLoss')
    store.restoreAll()
    store.set('run.batchSize', 2)
    expect(store.problem).toBe('fewSamples')
    store.set('run.decorrelation.labelFraction', 2)
    expect([store.config, store.issues.map(({ path }) => path)]).toEqual([null, ['run.decorrelation.labelFraction']])
  })

  it('keeps the reason when it is refused', async () => {
    transport.answer('run.start', () => {
      throw new LoupeError('shape-mismatch', 'The unlabelled set has 8×8 images, the labelled one 28×28.')
    })
    const store = useDecorrelateStore()
    expect(await store.start()).toBeNull()
    expect(store.startError?.code).toBe('shape-mismatch')
  })

  it('has every setting of what decorrelates in one place', () => {
    const placed = [decorrelateSections.data, decorrelateSections.unlabelled, ...decorrelateSections.others].flatMap(({ groups }) => groups.flatMap(({ paths }) => paths.flatMap((path) => leaves(fieldAt(decorrelateFields, path)).map((leaf) => leaf.path)))).filter((path) => path.startsWith('run.decorrelation.'))
    const own = ['task', 'unlabelled', 'labelled'].flatMap((term) => [`run.decorrelation.${term}Weight`, `run.decorrelation.${term}Threshold`])
    const all = leaves(fieldAt(decorrelateFields, 'run.decorrelation')).map(({ path }) => path)
    expect([...placed, ...own].toSorted()).toEqual(all.toSorted())
  })
})
