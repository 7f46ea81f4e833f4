import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DecorrelationConfigInput } from '../../contract/decorrelation-config.ts'
import type { RunConfigInput } from '../../contract/run-config.ts'
import { openTensorFlow } from '../../tensorflow/open.ts'
import { openReference } from '../../tensorflow/reference.ts'
import type { HostArrays } from '../../tensorflow/runtime.ts'
import { createTrainer } from '../create-trainer.ts'
import { RunRequests } from '../run-requests.ts'
import { makeTestDataset } from '../test-dataset.ts'
import { recordRun, withoutTimes } from '../test-run.ts'
import type { RecordedRun, RecordOptions } from '../test-run.ts'
import type { Checkpoint, Trainer } from '../trainer.ts'

function configOf(decorrelation: DecorrelationConfigInput, more: RunConfigInput = {}): RunConfigInput {
  return {
    model: { kind: 'mlp', hidden: [8, 6], activation: 'tanh' },
    batchSize: 8,
    maxExamples: 240,
    optimizer: { kind: 'sgd', learningRate: 0.1 },
    evaluation: { everyExamples: 60 },
    checkpointEveryExamples: 80,
    compute: { jit: 'off' },
    decorrelation: { warmupSteps: 0, unlabelledSets: [{ batchSize: 12 }], ...decorrelation },
    ...more,
  }
}

function parameters(checkpoint: Checkpoint | undefined): HostArrays {
  return Object.fromEntries(Object.entries(checkpoint?.variables ?? {}).filter(([name]) => name.startsWith('parameters/')).map(([name, value]) => [name.slice('parameters/'.length), value]))
}

function furthest(a: HostArrays, b: HostArrays): number {
  return Math.max(...Object.entries(a).flatMap(([name, { values }]) => Array.from(values, (value, i) => Math.abs(value - (b[name]?.values[i] ?? Number.NaN)))))
}

describe.each([
  ['the reference', openReference],
  ['TensorFlow', openTensorFlow],
])('decorrelation on %s', (_, open) => {
  let trainer: Trainer
  beforeAll(async () => {
    trainer = await createTrainer({ runtime: await open(), dataset: makeTestDataset({ shape: [4, 4, 1] }) })
  })
  afterAll(() => trainer.close())
  const record = (config: RunConfigInput, more: Partial<RecordOptions> = {}): Promise<RecordedRun> => recordRun({ trainer, config, ...more })
  const trained = async (config: RunConfigInput) => parameters((await record(config)).checkpoints.at(-1))

  test('with both weights 0 is plain training, to the bit', async () => {
    const plain = await record({ ...configOf({}), decorrelation: null })
    const run = await record(configOf({ unlabelledWeight: 0, labelledWeight: 0 }))
    expect(parameters(run.checkpoints.at(-1))).toEqual(parameters(plain.checkpoints.at(-1)))
    expect(run.values('validation/loss')).toEqual(plain.values('validation/loss'))
    expect(run.values('decorrelation/task-loss')).toEqual(plain.values('train/batch-loss'))
    expect(run.decorrelation.at(-1)?.terms).toMatchObject([{ term: 'task', loss: expect.any(Number) }])
  })

  test('lowers the correlation between channels, and the task loss with it', async () => {
    const more: RunConfigInput = { maxExamples: 1600 }
    const [without, run] = [await record(configOf({ unlabelledWeight: 0, labelledWeight: 0 }, more)), await record(configOf({ unlabelledWeight: 1, labelledWeight: 1 }, more))]
    const last = ({ values }: RecordedRun) => values('decorrelation/mean-correlation').at(-1)!
    expect(last(run)).toBeLessThan(0.6 * last(without))
    const losses = run.values('decorrelation/task-loss')
    expect(losses.at(-1)).toBeLessThan(losses[0]!)
    expect(run.values('train/batch-loss')).toEqual(losses)
  })

  test('of one term each, the total is the weighted sum of what is told', async () => {
    const run = await record(configOf({ taskWeight: 0.7, unlabelledWeight: 0.3, labelledWeight: 0.2, varianceWeight: 0.4, entropyWeight: 0.05, consistencyWeight: 0.6, auxiliary: [{ kind: 'decoder', data: 'both', weight: 0.5, hidden: 4 }, { block: 1 }] }))
    const of = (name: 'task' | 'unlabelled' | 'labelled' | 'variance' | 'entropy' | 'consistency' | 'auxiliary' | 'total') => run.values(`decorrelation/${name}-loss`)
    for (const [i, total] of of('total').entries()) {
      expect(total).toBeCloseTo(0.7 * of('task')[i]! + 0.3 * of('unlabelled')[i]! + 0.2 * of('labelled')[i]! + 0.4 * of('variance')[i]! + 0.05 * of('entropy')[i]! + 0.6 * of('consistency')[i]! + of('auxiliary')[i]!, 5)
    }
    expect(of('total')).toHaveLength(30)
  })

  test('terms propagated apart move the parameters as their weighted sum does, and otherwise once each is cut', async () => {
    const config = (more: DecorrelationConfigInput) => configOf({ unlabelledWeight: 0.5, labelledWeight: 0.5, ...more })
    const [together, apart, cut] = [await trained(config({})), await trained(config({ combine: 'separate' })), await trained(config({ combine: 'separate', termClipNorm: 0.01 }))]
    expect(furthest(together, apart)).toBeLessThan(1e-6)
    expect(furthest(together, cut)).toBeGreaterThan(1e-3)
  })

  test('3C reads no unlabelled example, 3A only those, unlabelled only no label', async () => {
    const third = await record(configOf({ labelledWeight: 0 }))
    expect([third.values('decorrelation/labelled-loss').length, third.values('decorrelation/unlabelled-loss').length]).toEqual([0, 30])
    const fourth = await record(configOf({ unlabelledWeight: 0 }))
    expect([fourth.values('decorrelation/labelled-loss').length, fourth.values('decorrelation/unlabelled-loss').length]).toEqual([30, 0])
    expect(fourth.decorrelation[0]?.streams.map(({ kind }) => kind)).toEqual(['validation', 'training'])
    const only = await record(configOf({ taskWeight: 0, labelledWeight: 0 }))
    expect(only.values('decorrelation/task-loss')).toEqual([])
    const head = parameters(only.checkpoints.at(-1))['dense3/kernel']
    expect(head).toEqual(parameters((await record(configOf({ taskWeight: 0, labelledWeight: 0, unlabelledWeight: 2 }))).checkpoints.at(-1))['dense3/kernel']) // no gradient reaches it
  })

  test('on the same examples, the third loss is the fourth', async () => {
    // All examples in one batch, so that both streams hold the same ones, in another order.
    const run = await record(configOf({ unlabelledSets: [{ batchSize: 60 }] }, { batchSize: 60, maxExamples: 180 }))
    const [third, fourth] = [run.values('decorrelation/unlabelled-loss'), run.values('decorrelation/labelled-loss')]
    for (const [i, loss] of third.entries()) expect(loss).toBeCloseTo(fourth[i]!, 5)
  })

  test('features of other blocks and of the output are compared where the config says so', async () => {
    const run = await record(configOf({ labelledTaps: [{ block: 1 }, { place: 'output', weight: 2 }], unlabelledTaps: [{ block: 2 }] }))
    const first = run.decorrelation[0]!
    const channelsOf = (kind: string) => first.taps.filter(({ stream }) => first.streams[stream]?.kind === kind).map(({ block, channels }) => [block, channels])
    expect(channelsOf('validation')).toEqual([[1, 8], [null, 3]])
    expect(channelsOf('unlabelled')).toEqual([[2, 6]])
  })

  test('uses the labels of a part of the training examples alone', async () => {
    const run = await record(configOf({ labelFraction: 0.2 }))
    expect(run.decorrelation[0]?.streams).toEqual([
      { kind: 'validation', index: 0, title: 'Made-up clusters', examples: 15 },
      { kind: 'training', index: 0, title: 'Made-up clusters', examples: 12 },
      { kind: 'unlabelled', index: 0, title: 'Made-up clusters', examples: 60 },
    ])
    const plain = await record(configOf({ labelFraction: 0.2, unlabelledWeight: 0, labelledWeight: 0 }))
    expect(plain.values('train/accuracy').every((accuracy) => Number.isInteger(Math.round(accuracy * 12 * 1e4) / 1e4))).toBe(true) // of 12 examples
  })

  test('the same seed gives the same bits, and a run that is stopped goes on with them', async () => {
    const config = configOf({ entropyWeight: 0.1, consistencyWeight: 0.1 }, { model: { kind: 'mlp', hidden: [8, 6], dropout: 0.2 } })
    const [whole, again] = [await record(config), await record(config)]
    expect(withoutTimes(again.rows)).toEqual(withoutTimes(whole.rows))
    const first = await record(config, { abortAtStep: 15 })
    const rest = await record(config, { resumeFrom: first.checkpoints.at(-1)! })
    expect(parameters(rest.checkpoints.at(-1))).toEqual(parameters(whole.checkpoints.at(-1)))
    expect(withoutTimes([...first.rows, ...rest.rows])).toEqual(withoutTimes(whole.rows))
    expect(rest.decorrelation.at(-1)?.terms).toEqual(whole.decorrelation.at(-1)?.terms)
  })

  test('saving a network changes nothing, and the saved one goes on as the run did', async () => {
    const config = configOf({})
    const whole = await record(config)
    const runRequests = new RunRequests()
    const answers: unknown[] = []
    const run = await record(config, { runRequests, onRows: (rows) => void (rows.some(({ step }) => step === 13) && answers.length === 0 && answers.push(runRequests.save())) })
    expect(withoutTimes(run.rows)).toEqual(withoutTimes(whole.rows))
    const [saved] = run.savedNetworks
    expect(await answers[0]).toMatchObject({ step: saved?.step })
    const rest = await record(config, { resumeFrom: saved! })
    expect(parameters(rest.checkpoints.at(-1))).toEqual(parameters(whole.checkpoints.at(-1)))
  })

  test('ends within one call when the user says so: evaluated, saved and tested', async () => {
    const runRequests = new RunRequests()
    const run = await record(configOf({}, { compute: { jit: 'off', stepsPerCall: 1 } }), { runRequests, onRows: (rows) => void (rows.some(({ step }) => step === 13) && runRequests.end()) })
    expect(run.result.ended).toBe('early')
    expect(run.result.steps).toBeLessThanOrEqual(15)
    expect(run.checkpoints.at(-1)?.step).toBe(run.result.steps)
    expect(run.rows.filter(({ key }) => key === 'validation/loss').at(-1)?.step).toBe(run.result.steps)
    expect(run.values('test/accuracy')).toHaveLength(1)
    expect(run.events.map(({ kind }) => kind)).toContain('run.ended')
  })

  test('tells how far the gradient of each term reaches, under its weight', async () => {
    const [run, doubled] = [await record(configOf({})), await record(configOf({ unlabelledWeight: 0.2 }))]
    const norms = ({ decorrelation }: RecordedRun) => Object.fromEntries(decorrelation[0]!.terms.map(({ term, gradientNorm, weight }) => [term, { gradientNorm: gradientNorm!, weight }]))
    expect(Object.keys(norms(run)).sort()).toEqual(['labelled', 'task', 'unlabelled'])
    expect(norms(doubled)['unlabelled']!.gradientNorm).toBeCloseTo(2 * norms(run)['unlabelled']!.gradientNorm, 5)
    expect(norms(doubled)['unlabelled']!.weight).toBe(0.2)
  })

  test('the weights of the third and fourth loss rise from 0 over the warm-up', async () => {
    const run = await record(configOf({ warmupSteps: 20 }))
    expect(run.decorrelation.map(({ step, factor }) => [step, factor])).toEqual([[0, 0], [8, 0.4], [15, 0.75], [23, 1], [30, 1]])
    const [task, third, fourth, total] = (['task', 'unlabelled', 'labelled', 'total'] as const).map((name) => run.values(`decorrelation/${name}-loss`)) as [number[], number[], number[], number[]] // four names
    expect(total[0]).toBeCloseTo(task[0]!, 6)
    expect(total[10]).toBeCloseTo(task[10]! + 0.05 * (third[10]! + fourth[10]!), 5)
  })

  test.each([
    ['the pooling by positions', { pooling: 'positions' }],
    ['the pooling of a subset', { pooling: 'subset', positions: 3 }],
    ['flattened positions', { pooling: 'flatten' }],
    ['the maximum', { pooling: 'maximum', penalty: 'absolute' }],
    ['a common mean', { centring: 'pooled', penalty: 'smooth-absolute' }],
    ['DeCov', { measure: 'covariance', reduction: 'sum' }],
    ['VICReg', { measure: 'covariance', reduction: 'channel', varianceWeight: 1 }],
    ['a task loss by correlation', { taskLoss: 'correlation' }],
    ['a task loss by squared error', { taskLoss: 'squared-error' }],
  ] as const)('trains with %s', async (_name, decorrelation) => {
    const run = await record(configOf(decorrelation, { model: { kind: 'cnn', channels: [4, 5], kernelSize: 3, dense: 8 }, maxExamples: 80 }))
    expect(run.values('decorrelation/total-loss').every(Number.isFinite)).toBe(true)
    expect(run.values('decorrelation/task-loss').at(-1)).toBeLessThan(run.values('decorrelation/task-loss')[0]!)
  })

  test('running statistics follow labelled examples alone, or all', async () => {
    const config = (statistics: 'labelled' | 'all', unlabelledWeight: number) => configOf({ statistics, unlabelledWeight, labelledWeight: 0, warmupSteps: 1000 }, { model: { kind: 'cnn', channels: [4], kernelSize: 3, dense: 8, normalization: 'batch' }, maxExamples: 8 })
    const statisticsOf = async (config: RunConfigInput) => Object.entries((await record({ ...config, checkpointEveryExamples: 8 })).checkpoints.at(-1)?.variables ?? {}).filter(([name]) => name.startsWith('statistics/'))
    expect(await statisticsOf(config('labelled', 0.1))).toEqual(await statisticsOf({ ...config('labelled', 0.1), decorrelation: null }))
    expect(await statisticsOf(config('all', 0.1))).not.toEqual(await statisticsOf(config('labelled', 0.1)))
  })

  test.each([
    ['a batch of 2', {}, { batchSize: 2 }, /needs 3 examples or more, and the batch has 2/],
    ['a block that is not there', { labelledTaps: [{ block: 5 }] }, {}, /has no block 5.*blocks 1 to 2/],
    ['a feature without pairs of channels', { labelledTaps: [{ block: 1 }] }, { model: { kind: 'mlp', hidden: [1, 6] } }, /has 1 channel/],
    ['no unlabelled set for the third loss', { unlabelledSets: [] }, {}, /figures 3A and 3B/],
    ['nothing to learn', { taskWeight: 0, unlabelledWeight: 0, labelledWeight: 0 }, {}, /weights of all losses are 0/],
    ['fewer labels than a batch', { labelFraction: 0.05 }, {}, /above the 3 labelled examples/],
    ['a classifier without labels', { auxiliary: [{ kind: 'classifier', data: 'unlabelled' }] }, {}, /needs labels/],
    ['a cut of what is not apart', { termClipNorm: 1 }, {}, /combine to "separate"/],
    ['a feature named twice', { labelledTaps: [{ block: 2 }, {}] }, {}, /named twice/],
    ['a line search', {}, { optimizer: { kind: 'armijo' } }, /line search/],
    ['a distillation beside it', {}, { distillation: { students: [1] } }, /not both/],
  ] as const)('refuses %s', async (_name, decorrelation, more, message) => {
    await expect(record(configOf(decorrelation as DecorrelationConfigInput, more as RunConfigInput))).rejects.toThrow(message)
  })
})
