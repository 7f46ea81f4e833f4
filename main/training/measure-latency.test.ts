import { expect, it } from 'vitest'
import { modelConfig } from '../contract/model-config.ts'
import { openTensorFlow } from '../tensorflow/open.ts'
import { measureLatency, summarised } from './measure-latency.ts'
import { createStack } from './models/index.ts'
import { cutModel } from './models/stack.ts'

it('has of the times 1 to 100 the median 50.5 and the 95th percentile 95', () => {
  const times = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect(summarised(times)).toEqual({ medianMs: 50.5, p95Ms: 95 })
  expect(summarised([3, 1, 2])).toEqual({ medianMs: 2, p95Ms: 3 })
})

it('measures models of several depths in one session, statistics of batch norm included', async () => {
  const session = await (await openTensorFlow()).openSession({ threads: 1 })
  const stack = createStack(modelConfig.parse({ kind: 'cnn', channels: [4, 8], normalization: 'batch' }), [8, 8, 1], 10)
  for (const depth of [1, 2]) {
    const { medianMs, p95Ms } = await measureLatency({ session, model: cutModel(stack, depth), prefix: `d${depth}/` })
    expect(medianMs).toBeGreaterThan(0)
    expect(p95Ms).toBeGreaterThanOrEqual(medianMs)
  }
  await session.close()
})
