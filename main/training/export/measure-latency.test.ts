import { beforeAll, describe, expect, it } from 'vitest'
import { modelConfig } from '../../contract/model-config.ts'
import { liveObjects } from '../../tensorflow/live-objects.ts'
import { openTensorFlow } from '../../tensorflow/open.ts'
import { openReference } from '../../tensorflow/reference.ts'
import type { Runtime } from '../../tensorflow/runtime.ts'
import { createModel } from '../models/index.ts'
import { measureLatency, quantile } from './measure-latency.ts'

const dataset = { shape: [8, 8, 1], classes: 3 }
const mlp = modelConfig.parse({ kind: 'mlp', hidden: [6, 5] })

let runtime: Runtime
beforeAll(async () => {
  runtime = await openTensorFlow()
})

describe('measuring latency', () => {
  it('gives the counted costs and the measured times of each depth', async () => {
    const before = liveObjects()
    const costs = await measureLatency({ runtime, model: mlp, dataset, depths: null, batchSizes: [1, 4], calls: 8 })
    expect(liveObjects()).toBe(before)
    // 64·6 + 6 + 6·3 + 3 numbers, and 64·6 + 6 + 6·5 + 5 + 5·3 + 3.
    expect(costs.map(({ depth, isWhole, title, parameters, bytes, macsPerExample }) => [depth, isWhole, title, parameters, bytes, macsPerExample])).toEqual([
      [1, false, 'MLP 64-6-3', 411, 1644, 402],
      [2, true, 'MLP 64-6-5-3', 443, 1772, 429],
    ])
    for (const { latency, activationBytes } of costs) {
      expect(activationBytes).toBeGreaterThan(0)
      expect(latency.map(({ batchSize, threads }) => [batchSize, threads])).toEqual([[1, 1], [4, 1]])
      for (const { medianMs, p95Ms, peakBytes } of latency) {
        expect(medianMs).toBeGreaterThan(0)
        expect(p95Ms).toBeGreaterThanOrEqual(medianMs)
        expect(peakBytes).toBeGreaterThan(0)
      }
    }
  })

  it('counts running statistics as bytes, and tells no memory on the reference', async () => {
    const model = modelConfig.parse({ kind: 'cnn', channels: [2], kernelSize: 3, dense: 4, normalization: 'batch' })
    const [whole] = await measureLatency({ runtime: await openReference(), model, dataset, depths: [1], batchSizes: [1], calls: 1 })
    expect(whole?.bytes).toBe(4 * (createModel(model, dataset.shape, dataset.classes).cost.parameters + 4))
    expect(whole?.latency[0]?.peakBytes).toBeNull()
  })

  it('refuses a depth that the model does not have, and ends when asked to', async () => {
    await expect(measureLatency({ runtime, model: mlp, dataset, depths: [3], batchSizes: [1] })).rejects.toMatchObject({ code: 'invalid-input', message: /cannot be cut after 3 blocks/ })
    await expect(measureLatency({ runtime, model: mlp, dataset, depths: [1], batchSizes: [1], signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
  })
})

describe('a quantile', () => {
  it('is one of the values', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2)
    expect(quantile(Array.from({ length: 100 }, (_, i) => 100 - i), 0.95)).toBe(95)
    expect(quantile([7], 0.95)).toBe(7)
  })
})
