import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CompressorConfig } from '../../contract/exchange-config.ts'
import type { RunConfigInput } from '../../contract/run-config.ts'
import { createCompressor } from '../../methods/gradient-quantization/graph/create-compressor.ts'
import { liveObjects } from '../../tensorflow/live-objects.ts'
import { openTensorFlow } from '../../tensorflow/open.ts'
import { createTrainer } from '../create-trainer.ts'
import { makeTestDataset } from '../test-dataset.ts'
import { recordRun, withoutTimes } from '../test-run.ts'
import type { RecordOptions, RecordedRun } from '../test-run.ts'
import type { Checkpoint, Trainer } from '../trainer.ts'
import { ExchangeRequests } from './exchange-requests.ts'
import { trainSoftmaxRegression } from './test/softmax-regression.ts'

const base: RunConfigInput = { model: { kind: 'mlp', hidden: [8] }, batchSize: 8, maxExamples: 240, evaluation: { everyExamples: 80 }, checkpointEveryExamples: 80, optimizer: { kind: 'momentum', learningRate: 0.05 } }
const linear: RunConfigInput = { ...base, model: { kind: 'mlp', hidden: [] } }
const normalized: RunConfigInput = { ...base, model: { kind: 'cnn', channels: [4], kernelSize: 3, dense: 8, normalization: 'batch' } }
const deltas = (exchange: object = {}, config: RunConfigInput = base): RunConfigInput => ({ ...config, exchange: { workers: 2, minTensor: 1, checkEvery: 1, target: 'weight-delta', localSteps: 4, ...exchange } as RunConfigInput['exchange'] })
const dense = { kind: 'dense' }
const topK = { kind: 'top-k', ratio: 0.1 }

const dataset = makeTestDataset({ shape: [4, 4, 1] })
let trainer: Trainer
beforeAll(async () => {
  trainer = await createTrainer({ runtime: await openTensorFlow(), dataset })
})
afterAll(() => trainer.close())
const run = (config: RunConfigInput, more: Partial<RecordOptions> = {}) => recordRun({ trainer, config, createCompressor, ...more })

function expectClose(a: ArrayLike<number>, b: ArrayLike<number>, digits: number): void {
  expect(a.length).toBe(b.length)
  Array.from(a).forEach((value, i) => expect(value).toBeCloseTo(b[i] ?? Number.NaN, digits))
}
const valuesOf = (checkpoint: Checkpoint | undefined, name: string): number[] => Array.from(checkpoint?.variables[name]?.values ?? [])
const stepsOf = ({ rows }: RecordedRun, key: string) => rows.filter((row) => row.key === key).map(({ step }) => step)

describe('weight deltas that are sent in full', () => {
  test.each([
    ['two workers', {}, base],
    ['three workers with shares of 2, 3 and 3, by a server', { workers: 3, topology: 'server' }, base],
    ['a penalty on the weights, small tensors beside', { minTensor: 50 }, { ...base, optimizer: { kind: 'sgd' as const, weightDecay: 0.01 } }],
    ['batch norm', {}, normalized],
    ['a linear model', { workers: 4 }, linear],
  ])('of one step of plain SGD train as gradients do: %s', async (_, exchange, config) => {
    const plain = { ...config, optimizer: config.optimizer?.kind === 'sgd' ? config.optimizer : { kind: 'sgd' as const, learningRate: 0.1 } }
    const of = (target: string) => run(deltas({ localSteps: 1, compressor: dense, ...exchange, target }, plain))
    const [moved, sent] = [await of('weight-delta'), await of('gradient')]
    expect(moved.result.steps).toBe(30)
    expectClose(moved.values('train/batch-loss'), sent.values('train/batch-loss'), 5)
    expectClose(moved.values('validation/loss'), sent.values('validation/loss'), 5)
    expect(moved.values('exchange/bytes-up')).toEqual(sent.values('exchange/bytes-up'))
  })

  test.each([
    ['SGD', { workers: 2, localSteps: 4 }, { kind: 'sgd' as const, learningRate: 0.1 }],
    ['momentum that each keeps, three workers', { workers: 3, localSteps: 5 }, { kind: 'momentum' as const, learningRate: 0.05 }],
    ['Nesterov and a penalty, an exchange at the end only', { workers: 2, localSteps: 100 }, { kind: 'nesterov' as const, learningRate: 0.05, weightDecay: 0.01 }],
    ['everything beside the compressor', { workers: 4, localSteps: 7, minTensor: 1e6 }, { kind: 'momentum' as const, learningRate: 0.05 }],
    ['by top-k of all', { workers: 2, localSteps: 4, compressor: { kind: 'top-k', ratio: 1 } }, { kind: 'sgd' as const, learningRate: 0.1 }],
  ])('are local SGD, as a twin of a softmax regression in float64 computes it: %s', async (_, exchange, optimizer) => {
    const { checkpoints, values } = await run(deltas({ compressor: dense, ...exchange }, { ...linear, optimizer, checkpointEveryExamples: 240 }))
    const twin = trainSoftmaxRegression({ dataset, seed: 1, batchSize: 8, steps: 30, ...exchange, ...optimizer })
    expectClose(valuesOf(checkpoints.at(-1), 'parameters/dense1/kernel'), twin.kernel, 5)
    expectClose(valuesOf(checkpoints.at(-1), 'parameters/dense1/bias'), twin.bias, 5)
    expectClose(values('train/batch-loss'), twin.losses, 5)
  })

  test('are counted in bytes where they are sent: after every fourth step and the last', async () => {
    const recorded = await run(deltas({ compressor: dense, workers: 4 }))
    const parameters = 16 * 8 + 8 + 8 * 3 + 3
    const up = recorded.values('exchange/bytes-up')
    expect(up).toHaveLength(30)
    const sent = up.flatMap((bytes, i) => (bytes > 0 ? [i + 1] : []))
    expect(sent).toEqual([4, 8, 12, 16, 20, 24, 28, 30])
    for (const step of sent) expect(up[step - 1]).toBe(4 * parameters)
    expect(recorded.values('exchange/bytes-down')[3]).toBe(3 * 4 * parameters)
    expect(stepsOf(recorded, 'exchange/kept-ratio')).toEqual(sent)
  })

  test('leave what is evaluated as it is until the next exchange', async () => {
    const recorded = await run(deltas({ compressor: dense }, { ...base, maxExamples: 80, evaluation: { everyExamples: 8 } }))
    const losses = recorded.values('validation/loss')
    expect(losses).toHaveLength(11)
    for (const [step, exchanged] of [[1, 0], [3, 0], [5, 4], [7, 4], [9, 8]] as const) expect(losses[step]).toBe(losses[exchanged])
    expect(new Set([0, 4, 8, 10].map((step) => losses[step])).size).toBe(4)
  })
})

describe('weight deltas that are compressed', () => {
  test('give the same bits whether messages go round or through a server', async () => {
    const config = (topology: string) => deltas({ compressor: topK, workers: 3, topology })
    const [round, served] = [await run(config('all-gather')), await run(config('server'))]
    expect(served.values('train/batch-loss')).toEqual(round.values('train/batch-loss'))
    expect(served.checkpoints.at(-1)?.variables).toEqual(round.checkpoints.at(-1)?.variables)
  })

  test.each([
    ['a fitted threshold', { kind: 'fitted', distribution: 'laplace', ratio: 0.2, feedback: true }],
    ['the likeliest family, fitted to every second delta', { kind: 'fitted', distribution: 'auto', ratio: 0.2, fitEvery: 2 }],
    ['a sign and a magnitude a side', { kind: 'fitted', distribution: 'normal', ratio: 0.2, values: 'sign' }],
    ['top-k', { kind: 'top-k', ratio: 0.2, values: 'float16', positions: 'bitmap' }],
    ['random-k', { kind: 'random-k', ratio: 0.3 }],
    ['a fixed threshold', { kind: 'threshold', threshold: 0.001 }],
    ['SIDCo', { kind: 'sidco', ratio: 0.2 }],
    ['QSGD', { kind: 'qsgd', levels: 64 }],
    ['TernGrad', { kind: 'terngrad' }],
    ['1-bit', { kind: 'one-bit' }],
  ] satisfies [string, { kind: CompressorConfig['kind']; [setting: string]: unknown }][])('train, to the same bits again: %s', async (_, compressor) => {
    const memory = ['qsgd', 'terngrad'].includes(compressor.kind) ? 'none' : 'residual'
    const config = deltas({ compressor, memory, localSteps: 2 })
    const [first, again] = [await run(config), await run(config)]
    const losses = first.values('validation/loss')
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) * 0.9)
    expect(again.checkpoints.at(-1)?.variables).toEqual(first.checkpoints.at(-1)?.variables)
  })

  test('leave behind exactly what was not sent: c + e = p, of the delta with what was kept before', async () => {
    const exchangeRequests = new ExchangeRequests()
    const config = deltas({ compressor: topK, unit: 'tensor' }, { ...base, maxExamples: 80, checkpointEveryExamples: 32 })
    // Asked for after the first exchange: told of the second one, though steps come between.
    const { checkpoints, snapshots } = await run(config, { exchangeRequests, onRows: (rows) => rows.some(({ step }) => step === 5) && exchangeRequests.requestSnapshot() })
    expect(snapshots[0]?.step).toBe(8)
    const [before, after] = [valuesOf(checkpoints[0], 'exchange/memory-1/kept'), valuesOf(checkpoints[1], 'exchange/memory-1/kept')]
    const { arrays = {} } = snapshots[0] ?? {}
    const [delta, values] = ['weight-delta', 'values'].map((target) => Array.from(arrays[`worker-1/${target}/dense1/kernel`]?.values ?? []))
    expect(delta).toHaveLength(128)
    expect(values).toEqual(delta?.map((value, i) => Math.fround(value + (before[i] ?? Number.NaN))))
    const sent = values?.flatMap((value, i) => (after[i] === value ? [] : [i])) ?? []
    expect(sent).toHaveLength(13)
    for (const i of sent) expect(after[i]).toBe(0)
    const others = values?.filter((_, i) => !sent.includes(i)).map(Math.abs) ?? []
    expect(Math.max(...others)).toBeLessThanOrEqual(Math.min(...sent.map((i) => Math.abs(values?.[i] ?? 0))))
  })

  test('keep each worker its own weights and slots between exchanges, and give all the shared weights at one', async () => {
    const { checkpoints } = await run(deltas({ compressor: topK }, { ...base, maxExamples: 48, checkpointEveryExamples: 8 }))
    const of = (step: number, name: string) => valuesOf(checkpoints.find((checkpoint) => checkpoint.step === step), name)
    const shared = (step: number) => of(step, 'parameters/dense1/kernel')
    const own = (step: number, worker: number) => of(step, `exchange/parameters-${worker}/dense1/kernel`)
    expect(shared(3)).toEqual(shared(1))
    expect(shared(4)).not.toEqual(shared(3))
    expect(own(3, 0)).not.toEqual(shared(3))
    expect(own(3, 1)).not.toEqual(own(3, 0))
    for (const worker of [0, 1]) expect(own(4, worker)).toEqual(shared(4))
    expect(of(4, 'exchange/slots-1/velocity/dense1/kernel')).not.toEqual(of(4, 'slots/velocity/dense1/kernel'))
  })

  test.each([
    ['residual and momentum', deltas({ compressor: topK })],
    ['no memory and Adam', deltas({ compressor: topK, memory: 'none' }, { ...base, optimizer: { kind: 'adam' } })],
    ['fits every second time and a late start', deltas({ compressor: { kind: 'fitted', ratio: 0.2, fitEvery: 2 }, startStep: 6, localSteps: 3 })],
    ['batch norm', deltas({ compressor: topK, workers: 3 }, normalized)],
    ['dropout and random compression', deltas({ compressor: { kind: 'random-k', ratio: 0.2 } }, { ...base, model: { kind: 'mlp', hidden: [8], dropout: 0.3 } })],
  ])('resume to the same bits, at an exchange and between two, with %s', async (_, config) => {
    const whole = await run(config)
    const numbers = (rows: typeof whole.rows) => withoutTimes(rows).filter(({ key }) => !key.endsWith('-ms'))
    for (const abortAtStep of [3, 8, 17]) {
      const before = await run(config, { abortAtStep })
      const after = await run(config, { resumeFrom: before.checkpoints.at(-1)! })
      expect(numbers([...before.rows, ...after.rows])).toEqual(numbers(whole.rows))
      expect(after.checkpoints.at(-1)?.variables).toEqual(whole.checkpoints.at(-1)?.variables)
    }
  })

  test('begin at the weights of a run that trained alone', async () => {
    const alone = await run({ ...base, maxExamples: 80 })
    const after = await run(deltas({ compressor: topK }), { resumeFrom: alone.checkpoints.at(-1)! })
    expect(after.result.steps).toBe(30)
    expect(after.values('validation/loss').at(-1)).toBeLessThan(alone.values('validation/loss')[0] ?? 0)
  })

  test('are logged as histograms of all their elements, and how each unit was compressed', async () => {
    const { gradients, values } = await run(deltas({ compressor: { kind: 'fitted', distribution: 'laplace', ratio: 0.2 }, logEvery: 8, minTensor: 20 }))
    expect([...new Set(gradients.map(({ step }) => step))]).toEqual([4, 12, 20, 28])
    for (const { elements, histograms, compression } of gradients) {
      for (const { counts, zeros } of Object.values(histograms)) expect(counts.reduce((sum, count) => sum + count, 0) + zeros).toBe(elements)
      expect(compression.distribution).toBe('laplace')
      expect(compression.scale).toBeGreaterThan(0)
    }
    expect(values('exchange/cosine').every((cosine) => cosine > 0 && cosine <= 1.000001)).toBe(true)
    expect(values('exchange/memory-norm').every((norm) => norm > 0)).toBe(true)
    expect(values('exchange/update-ms').every((ms) => ms > 0)).toBe(true)
  })

  test('are sent in full before compression starts', async () => {
    const recorded = await run(deltas({ compressor: topK, startStep: 9 }))
    expect(recorded.values('exchange/kept-ratio').slice(0, 4).map((ratio) => ratio === 1)).toEqual([true, true, false, false])
  })

  test('give the same run for the same seed, on the session of the run before, and leave nothing behind', async () => {
    const config = deltas({ compressor: topK, workers: 3 })
    const first = await run(config)
    const before = liveObjects()
    await run({ ...config, seed: 2 })
    const second = await run(config)
    expect(liveObjects()).toBe(before)
    expect(second.checkpoints.at(-1)?.variables).toEqual(first.checkpoints.at(-1)?.variables)
  })

  test('fail naming worker, step and what they are where they are not finite', async () => {
    const config = deltas({ compressor: topK }, { ...linear, optimizer: { kind: 'sgd', learningRate: 1000, weightDecay: 1 }, maxExamples: 4000 })
    await expect(run(config)).rejects.toMatchObject({ code: 'not-finite' })
  })
})
