import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exchangeConfig } from '../../contract/exchange-config.ts'
import { runConfig } from '../../contract/run-config.ts'
import type { RunConfigInput } from '../../contract/run-config.ts'
import { createCompressor } from '../../methods/gradient-quantization/graph/create-compressor.ts'
import { liveObjects } from '../../tensorflow/live-objects.ts'
import { openTensorFlow } from '../../tensorflow/open.ts'
import { createTrainer } from '../create-trainer.ts'
import { makeTestDataset } from '../test-dataset.ts'
import { recordRun, withoutTimes } from '../test-run.ts'
import type { Trainer } from '../trainer.ts'
import { kindsOfSteps } from './measure-exchange.ts'

const base: RunConfigInput = { model: { kind: 'mlp', hidden: [8] }, batchSize: 8, maxExamples: 80, evaluation: { everyExamples: 80 }, exchange: { workers: 2, minTensor: 1, compressor: { kind: 'fitted', ratio: 0.1 } } }

describe('the steps of an exchange, by kind', () => {
  const shares = (exchange: object) => kindsOfSteps(exchangeConfig.parse(exchange)).map(({ step, share }) => [step, share])

  test('are one where all are alike, logged ones aside', () => {
    expect(shares({ compressor: { kind: 'top-k' } })).toEqual([[1, 1]])
  })

  test('are two where every fourth step fits', () => {
    expect(shares({ compressor: { kind: 'fitted', fitEvery: 4 } })).toEqual([[4, 0.25], [1, 0.75]])
  })

  test('are two where a window of eight is summed up and sent', () => {
    expect(shares({ compressor: { kind: 'top-k' }, memory: 'window', windowSteps: 8 })).toEqual([[0, 0.875], [7, 0.125]])
  })

  test('are two where workers take three steps by themselves and exchange weight deltas after the fourth', () => {
    expect(shares({ compressor: { kind: 'top-k' }, target: 'weight-delta', localSteps: 4 })).toEqual([[0, 0.75], [7, 0.25]])
  })

  test('are two where every fourth step is logged', () => {
    expect(shares({ compressor: { kind: 'top-k' }, logEvery: 4 })).toEqual([[0, 0.25], [1, 0.75]])
  })

  test('leave out what is sent dense at first', () => {
    expect(shares({ compressor: { kind: 'top-k' }, startStep: 30 })).toEqual([[30, 1]])
  })
})

describe('a measured step of an exchange', () => {
  let trainer: Trainer
  beforeAll(async () => {
    trainer = await createTrainer({ runtime: await openTensorFlow(), dataset: makeTestDataset() })
  })
  afterAll(() => trainer.close())

  test('is made by the workers that compress', async () => {
    const asked: string[] = []
    const spied: typeof createCompressor = (config) => {
      asked.push(config.kind)
      return createCompressor(config)
    }
    const { ms, traceMs } = await trainer.measureStep(runConfig.parse(base), { createCompressor: spied })
    expect(asked).toContain('fitted')
    expect(ms).toBeGreaterThan(0)
    expect(traceMs).toBeGreaterThan(0)
  })

  test('changes nothing of a run that comes after it', async () => {
    const fresh = await createTrainer({ runtime: await openTensorFlow(), dataset: makeTestDataset() })
    const before = await recordRun({ trainer: fresh, config: base, createCompressor })
    await fresh.measureStep(runConfig.parse(base), { createCompressor })
    const after = await recordRun({ trainer: fresh, config: base, createCompressor })
    const numbersOf = ({ rows }: typeof before) => withoutTimes(rows).filter(({ key }) => !key.endsWith('-ms'))
    expect(numbersOf(after)).toEqual(numbersOf(before))
    expect(after.checkpoints.at(-1)?.variables).toEqual(before.checkpoints.at(-1)?.variables)
    await fresh.close()
  })

  test.each([
    ['a window', { memory: 'window' as const, windowSteps: 2 }],
    ['weight deltas', { target: 'weight-delta' as const, localSteps: 2 }],
  ])('leaves nothing behind of %s', async (_, exchange) => {
    const before = liveObjects()
    const fresh = await createTrainer({ runtime: await openTensorFlow(), dataset: makeTestDataset() })
    await fresh.measureStep(runConfig.parse({ ...base, exchange: { workers: 2, minTensor: 1, compressor: { kind: 'top-k' }, ...exchange } }), { createCompressor })
    await fresh.close()
    expect(liveObjects()).toEqual(before)
  })
})
