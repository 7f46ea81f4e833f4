import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ExchangeConfig } from '../../contract/exchange-config.ts'
import type { RunConfigInput } from '../../contract/run-config.ts'
import { createCompressor } from '../../methods/gradient-quantization/graph/create-compressor.ts'
import { liveObjects } from '../../tensorflow/live-objects.ts'
import { openTensorFlow } from '../../tensorflow/open.ts'
import { createTrainer } from '../create-trainer.ts'
import { makeTestDataset } from '../test-dataset.ts'
import { recordRun, withoutTimes } from '../test-run.ts'
import type { RecordOptions } from '../test-run.ts'
import type { Trainer } from '../trainer.ts'
import { ExchangeRequests } from './exchange-requests.ts'

const base: RunConfigInput = { model: { kind: 'mlp', hidden: [8] }, batchSize: 8, maxExamples: 240, evaluation: { everyExamples: 80 }, checkpointEveryExamples: 80, optimizer: { kind: 'momentum', learningRate: 0.05 } }
const image: RunConfigInput = { ...base, model: { kind: 'cnn', channels: [4], kernelSize: 3, dense: 8 } }
type Exchange = Partial<Omit<ExchangeConfig, 'compressor'>> & { readonly compressor?: object }
const exchanging = (exchange: Exchange = {}, config: RunConfigInput = base): RunConfigInput => ({ ...config, exchange: { workers: 2, minTensor: 1, ...exchange } as RunConfigInput['exchange'] })
const dense = { kind: 'dense' }
const topK = { kind: 'top-k', ratio: 0.1 }

let trainer: Trainer
beforeAll(async () => {
  trainer = await createTrainer({ runtime: await openTensorFlow(), dataset: makeTestDataset({ shape: [4, 4, 1] }) })
})
afterAll(() => trainer.close())
const run = (config: RunConfigInput, more: Partial<RecordOptions> = {}) => recordRun({ trainer, config, createCompressor, ...more })

function expectClose(a: readonly number[], b: readonly number[], digits: number): void {
  expect(a).toHaveLength(b.length)
  a.forEach((value, i) => expect(value).toBeCloseTo(b[i] ?? Number.NaN, digits))
}

describe('workers that send everything', () => {
  test.each([
    ['2 workers under SGD', exchanging({ compressor: dense }, { ...base, optimizer: { kind: 'sgd' } })],
    ['4 workers under momentum', exchanging({ compressor: dense, workers: 4 })],
    ['3 workers with shares of 2, 3 and 3', exchanging({ compressor: dense, workers: 3 })],
    ['Adam, one unit a tensor', exchanging({ compressor: dense, unit: 'tensor' }, { ...base, optimizer: { kind: 'adam' } })],
    ['a convolutional network, in one unit', exchanging({ compressor: dense, unit: 'model' }, image)],
    ['small tensors beside the compressor', exchanging({ compressor: dense, minTensor: 50 }, image)],
    ['everything beside the compressor', exchanging({ compressor: topK, minTensor: 1e6 })],
    ['a server', exchanging({ compressor: dense, topology: 'server', workers: 4 })],
    ['momentum at the workers', exchanging({ compressor: dense, momentum: 'worker', memory: 'none' }, { ...base, optimizer: { kind: 'momentum', weightDecay: 0.01 } })],
    ['Nesterov momentum at the workers', exchanging({ compressor: dense, momentum: 'worker', memory: 'residual' }, { ...base, optimizer: { kind: 'nesterov', weightDecay: 0.01 } })],
    ['top-k before compression starts', exchanging({ compressor: topK, startStep: 1000 })],
    ['top-k of all values', exchanging({ compressor: { kind: 'top-k', ratio: 1 } })],
  ])('train as one worker does: %s', async (_, config) => {
    const alone = await run({ ...config, exchange: null })
    const together = await run(config)
    expect(together.result.steps).toBe(30)
    expectClose(together.values('train/batch-loss'), alone.values('train/batch-loss'), 5)
    expectClose(together.values('validation/loss'), alone.values('validation/loss'), 5)
  })

  test('count their bytes: 4 a number, up once and down from each other', async () => {
    const { values } = await run(exchanging({ compressor: dense, workers: 4, minTensor: 50 }))
    const parameters = 16 * 8 + 8 + 8 * 3 + 3 // 4×4 pixels, 8 hidden, 3 classes
    expect(new Set(values('exchange/bytes-up'))).toEqual(new Set([4 * parameters]))
    expect(new Set(values('exchange/bytes-down'))).toEqual(new Set([3 * 4 * parameters]))
    expect(new Set(values('exchange/kept-ratio'))).toEqual(new Set([1]))
  })
})

describe('compressed exchange', () => {
  test('gives the same bits whether messages go round or through a server', async () => {
    const config = (topology: 'all-gather' | 'server') => exchanging({ compressor: topK, workers: 3, topology })
    const [round, served] = [await run(config('all-gather')), await run(config('server'))]
    expect(served.values('train/batch-loss')).toEqual(round.values('train/batch-loss'))
    expect(served.checkpoints.at(-1)?.variables).toEqual(round.checkpoints.at(-1)?.variables)
  })

  test.each([
    ['residual', {}],
    ['residual and momentum at the workers', { momentum: 'worker' as const }],
    ['window', { memory: 'window' as const, windowSteps: 4 }],
    ['no memory', { memory: 'none' as const }],
    ['a warm-up and a late start', { warmupRatios: [0.5, 0.25], startStep: 5 }],
    ['clipping', { clipNorm: 0.1 }],
  ])('resumes to the same bits with %s', async (_, exchange) => {
    const config = exchanging({ compressor: topK, ...exchange })
    const whole = await run(config)
    for (const abortAtStep of [3, 17]) {
      const before = await run(config, { abortAtStep })
      const after = await run(config, { resumeFrom: before.checkpoints.at(-1)! })
      const withoutExchangeTimes = (rows: typeof whole.rows) => withoutTimes(rows).filter(({ key }) => !key.endsWith('-ms'))
      expect(withoutExchangeTimes([...before.rows, ...after.rows])).toEqual(withoutExchangeTimes(whole.rows))
      expect(after.checkpoints.at(-1)?.variables).toEqual(whole.checkpoints.at(-1)?.variables)
    }
  })

  test('keeps what it does not send: sent and kept add up to all gradients', async () => {
    // After one step the residual of each worker is its gradient less what it sent.
    const config = exchanging({ compressor: topK, unit: 'tensor' }, { ...base, maxExamples: 8, checkpointEveryExamples: 8 })
    const exchangeRequests = new ExchangeRequests()
    exchangeRequests.requestSnapshot()
    const { checkpoints, snapshots } = await run(config, { exchangeRequests })
    const [name, gradient] = Object.entries(snapshots[0]?.arrays ?? {}).find(([key, { values }]) => key.startsWith('worker-1/gradient/') && values.length === 128) ?? []
    expect(name).toBeDefined()
    const values = Array.from(gradient?.values ?? [])
    const kept = Array.from(checkpoints.at(-1)?.variables['exchange/memory-1/kept']?.values ?? []).slice(0, 128) // the first unit
    const sent = values.flatMap((value, i) => (kept[i] === value ? [] : [i]))
    expect(sent).toHaveLength(13)
    for (const i of sent) expect(kept[i]).toBe(0)
    const smallestSent = Math.min(...sent.map((i) => Math.abs(values[i] ?? 0)))
    expect(Math.max(...kept.map(Math.abs))).toBeLessThanOrEqual(smallestSent)
  })

  test('sends the sum of a window at its end and nothing before', async () => {
    const { rows, values } = await run(exchanging({ compressor: topK, memory: 'window', windowSteps: 4, minTensor: 20 }))
    const biases = 4 * (8 + 3)
    expect(values('exchange/bytes-up').slice(0, 8).map((bytes) => bytes > biases)).toEqual([false, false, false, true, false, false, false, true])
    // What was to be sent, and was sent, stands at the ends alone, so that one over the other is told of what was exchanged.
    const of = (name: string) => rows.filter(({ key }) => key === name).map(({ step }) => step)
    expect(of('exchange/kept-ratio')).toEqual([4, 8, 12, 16, 20, 24, 28])
    expect(of('exchange/asked-ratio')).toEqual(of('exchange/kept-ratio'))
  })

  test('follows the warm-up of the ratio by epochs', async () => {
    const { values } = await run(exchanging({ compressor: topK, warmupRatios: [0.5] }, { ...base, maxExamples: 400 }))
    const asked = values('exchange/asked-ratio')
    expect(asked[0]).toBe(0.5)
    expect(asked.at(-1)).toBe(0.1)
  })

  test('logs histograms whose counts are those of the elements, and how each unit was compressed', async () => {
    const { gradients, values } = await run(exchanging({ compressor: topK, logEvery: 10, minTensor: 20 }))
    expect([...new Set(gradients.map(({ step }) => step))]).toEqual([1, 11, 21])
    expect([...new Set(gradients.map(({ worker }) => worker))]).toEqual([0, 1])
    for (const { elements, histograms, compression } of gradients) {
      for (const { counts, zeros } of Object.values(histograms)) expect(counts.reduce((sum, count) => sum + count, 0) + zeros).toBe(elements)
      expect(compression.kept).toBe(Math.round(0.1 * elements))
      // What was sent in full has no error.
      expect(histograms.error.zeros).toBeGreaterThanOrEqual(compression.kept)
    }
    expect(values('exchange/cosine').every((cosine) => cosine > 0.2 && cosine <= 1.000001)).toBe(true)
    expect(values('exchange/relative-error').every((error) => error > 0 && error < 1)).toBe(true)
    expect(values('exchange/compute-ms').every((ms) => ms > 0)).toBe(true)
  })

  test('gives the same run for the same seed, on the session of the run before, and leaves nothing behind', async () => {
    const config = exchanging({ compressor: topK, workers: 3 })
    const first = await run(config)
    const before = liveObjects()
    await run({ ...config, seed: 2 })
    const second = await run(config)
    expect(liveObjects()).toBe(before)
    expect(second.checkpoints.at(-1)?.variables).toEqual(first.checkpoints.at(-1)?.variables)
  })

  test('fails naming worker, step and unit where a gradient is not finite', async () => {
    const config = exchanging({ compressor: topK }, { ...base, optimizer: { kind: 'sgd', learningRate: 1000 }, maxExamples: 4000 })
    await expect(run(config)).rejects.toMatchObject({ code: 'not-finite' })
  })
})
