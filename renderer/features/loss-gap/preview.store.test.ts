import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { lossGapPolicyConfig } from '../../../main/contract/batch-policy-config.ts'
import { LoupeError } from '../../../main/contract/errors.ts'
import type { MetricSeries } from '../../../main/contract/records.ts'
import { createFakeTransport } from '../../test/fake-transport.ts'
import type { FakeTransport } from '../../test/fake-transport.ts'
import { runRecord } from '../../test/records.ts'
import { connectWorkbench } from '../../workbench.ts'
import { usePreviewStore } from './preview.store.ts'

const digits = { name: 'digits', title: 'Digits', trainExamples: 1437, testExamples: 360, shape: [8, 8, 1], classes: 10, licence: '', source: '' } as const
/** A loss that falls for 10,000 examples and is flat from there on. */
function lossSeries(runId: string): MetricSeries {
  const examples = Array.from({ length: 2000 }, (_, index) => 10 * (index + 1))
  const mean = examples.map((at, index) => 0.5 + 2 * Math.max(0, 1 - at / 10_000) + 0.01 * Math.sin(index * 12.9898))
  return { runId, key: 'train/batch-loss', step: examples.map((at) => at / 10), examples, wallMs: examples, min: mean, max: mean, mean, last: mean, count: mean.map(() => 1), total: 2000 }
}

let transport: FakeTransport
beforeEach(() => {
  setActivePinia(createPinia())
  transport = createFakeTransport()
  connectWorkbench(transport)
  const runs = [runRecord({ id: 'run-1', createdAt: 10 }), runRecord({ id: 'run-2', createdAt: 30 }), runRecord({ id: 'run-3', createdAt: 40, status: 'failed' })]
  transport.answer('run.list', () => ({ runs, total: 3 }))
  transport.answer('dataset.list', () => ({ datasets: [{ ...digits, shape: [...digits.shape] }] }))
  transport.answer('metric.series', ({ runIds }) => ({ series: [lossSeries(runIds[0] ?? '')] }))
})
const config = (change: Record<string, unknown> = {}) => lossGapPolicyConfig.parse({ kind: 'loss-gap', batchMax: 256, windowExamples: 2000, ...change })

describe('the preview', () => {
  it('takes the newest run that went well', async () => {
    const store = usePreviewStore()
    await store.open()
    expect(store.runId).toBe('run-2')
    expect(store.recording.data?.curve.steps).toHaveLength(2000)
  })

  it('begins with the run that it is asked for, whatever became of it', async () => {
    const store = usePreviewStore()
    await store.open('run-3')
    expect(store.runId).toBe('run-3')
  })

  it('shows a change once the loss is flat, and none where the threshold forbids it', async () => {
    const store = usePreviewStore()
    await store.open()
    store.replay(config(), 16)
    expect(store.result).toMatchObject({ kind: 'replayed', replay: { batches: expect.arrayContaining([{ position: 0, batchSize: 16 }]) } })
    const first = store.result?.kind === 'replayed' ? store.result.replay.decisions[0] : undefined
    expect(first?.kind).toBe('grow')
    expect(first?.position).toBeGreaterThan(10_000)
    store.replay(config({ flatT: null, valueBelow: 0.001 }), 16)
    expect(store.result).toMatchObject({ kind: 'replayed', replay: { decisions: [] } })
  })

  it('replays fast enough to drag a threshold', async () => {
    const store = usePreviewStore()
    await store.open()
    const times = Array.from({ length: 5 }, () => {
      store.replay(config(), 16)
      return store.result?.kind === 'replayed' ? store.result.ms : Number.POSITIVE_INFINITY
    })
    expect(Math.min(...times)).toBeLessThan(50)
  })

  it('says why nothing can be listed', async () => {
    transport.answer('run.list', () => {
      throw new LoupeError('engine-stopped', 'gone')
    })
    const store = usePreviewStore()
    await store.open()
    expect(store.choices.error?.code).toBe('engine-stopped')
  })
})
