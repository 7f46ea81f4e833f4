import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DistillationConfigInput } from '../../contract/distillation-config.ts'
import type { RunConfigInput } from '../../contract/run-config.ts'
import type { HostArrays } from '../../tensorflow/runtime.ts'
import { openTensorFlow } from '../../tensorflow/open.ts'
import { openReference } from '../../tensorflow/reference.ts'
import { createTrainer } from '../create-trainer.ts'
import { makeTestDataset } from '../test-dataset.ts'
import { recordRun, withoutTimes } from '../test-run.ts'
import type { RecordOptions } from '../test-run.ts'
import type { Checkpoint, Trainer } from '../trainer.ts'

/** 16 features and 3 blocks of 8 units: a student of one, a second extractor of two. */
function configOf(distillation: DistillationConfigInput, more: RunConfigInput = {}): RunConfigInput {
  return {
    model: { kind: 'mlp', hidden: [8, 8, 8], activation: 'tanh' },
    batchSize: 8,
    maxExamples: 240,
    optimizer: { kind: 'sgd', learningRate: 0.1 },
    evaluation: { everyExamples: 60 },
    checkpointEveryExamples: 80,
    distillation: { students: [1], warmupEpochs: 0, ...distillation },
    ...more,
  }
}

const vit: RunConfigInput = { model: { kind: 'vit', patchSize: 2, width: 8, depth: 3, heads: 2, dropout: 0.2 }, optimizer: { kind: 'adam', learningRate: 0.01 } }

function parameters(checkpoint: Checkpoint | undefined): HostArrays {
  return Object.fromEntries(Object.entries(checkpoint?.variables ?? {}).filter(([name]) => name.startsWith('parameters/')).map(([name, value]) => [name.slice('parameters/'.length), value]))
}

const REAR = /^dense[234]\//
function part(values: HostArrays, which: 'front' | 'rear'): HostArrays {
  return Object.fromEntries(Object.entries(values).filter(([name]) => REAR.test(name) === (which === 'rear')))
}

describe.each([
  ['the reference', openReference],
  ['TensorFlow', openTensorFlow],
])('distillation on %s', (_, open) => {
  let trainer: Trainer
  beforeAll(async () => {
    trainer = await createTrainer({ runtime: await open(), dataset: makeTestDataset({ shape: [4, 4, 1] }) })
  })
  afterAll(() => trainer.close())
  const record = (config: RunConfigInput, more: Partial<RecordOptions> = {}) => recordRun({ trainer, config, ...more })
  const trained = async (config: RunConfigInput, more: Partial<RecordOptions> = {}) => parameters((await record(config, more)).checkpoints.at(-1))

  test('in the mode "cut" the task loss of the whole chain reaches the second extractor alone', async () => {
    const [full, half] = [await trained(configOf({ featureWeight: 0, rearWeight: 1 })), await trained(configOf({ featureWeight: 0, rearWeight: 0.5 }))]
    expect(part(half, 'front')).toEqual(part(full, 'front'))
    expect(part(half, 'rear')).not.toEqual(part(full, 'rear'))
  })

  test('in the mode "joint" it reaches both', async () => {
    const [full, half] = [await trained(configOf({ featureWeight: 0, mode: 'joint' })), await trained(configOf({ featureWeight: 0, rearWeight: 0.5, mode: 'joint' }))]
    expect(part(half, 'front')).not.toEqual(part(full, 'front'))
  })

  test('with a constant target the feature loss moves the first extractor alone, without one both', async () => {
    const plain = await trained(configOf({ featureWeight: 0 }))
    const drawn = await trained(configOf({ featureWeight: 1 }))
    expect(part(drawn, 'front')).not.toEqual(part(plain, 'front'))
    // What the second extractor reads moves, so it moves too, but only through its own task loss: without that it stays.
    const still = await trained(configOf({ rearWeight: 0, rearInit: { kind: 'run', run: 'r' } }), { readWeights: async () => ({ step: 1, parameters: plain }) })
    expect(part(still, 'rear')).toEqual(part(plain, 'rear'))
    const moving = await trained(configOf({ rearWeight: 0, stopGradient: false, rearInit: { kind: 'run', run: 'r' } }), { readWeights: async () => ({ step: 1, parameters: plain }) })
    expect(part(moving, 'rear')).not.toEqual(part(plain, 'rear'))
  })

  test('with weight 0 the feature loss changes nothing: that is deep supervision, to the bit', async () => {
    const [a, b] = [await trained(configOf({ featureWeight: 0, mode: 'joint' })), await trained(configOf({ featureWeight: 0, mode: 'joint', featureLoss: 'cosine', taps: [{ weight: 3 }] }))]
    expect(a).toEqual(b)
  })

  test('a student in the mode "cut" without feature loss is the same student trained alone', async () => {
    const alone: RunConfigInput = { ...configOf({}), model: { kind: 'mlp', hidden: [8], activation: 'tanh' }, distillation: null }
    const initial = await initialOf(alone)
    const start = { readWeights: async () => ({ step: 0, parameters: initial }) }
    const chained = await trained(configOf({ featureWeight: 0, frontInit: { kind: 'run', run: 'r' } }), start)
    const own = await trained(alone)
    for (const [name, value] of Object.entries(own)) expect((chained[`exit1/${name}`] ?? chained[name])?.values, name).toEqual(value.values)
  })

  async function initialOf(config: RunConfigInput): Promise<HostArrays> {
    return parameters((await record(config, { abortAtStep: 0 })).checkpoints[0])
  }

  test('trains each extractor in turn in the mode "alternate", the second first', async () => {
    const start = await initialOf(configOf({}))
    const alternating = configOf({ mode: 'alternate', alternateSteps: 10 })
    const [rearOnly, , bothTrained] = (await record(alternating)).checkpoints.map(parameters) // after steps 10, 20 and 30
    expect(part(rearOnly!, 'front')).toEqual(part(start, 'front'))
    expect(part(rearOnly!, 'rear')).not.toEqual(part(start, 'rear'))
    expect(part(bothTrained!, 'front')).not.toEqual(part(start, 'front'))
    const [, frontTrained] = (await record(alternating)).checkpoints.map(parameters)
    expect(part(frontTrained!, 'rear')).toEqual(part(rearOnly!, 'rear'))
  })

  test('trains the second extractor for its epochs and then the first in the mode "two-phase"', async () => {
    const start = await initialOf(configOf({}))
    const checkpoints = (await record(configOf({ mode: 'two-phase', rearEpochs: 80 / 60 }))).checkpoints.map(parameters)
    expect(part(checkpoints[0]!, 'front')).toEqual(part(start, 'front'))
    expect(part(checkpoints[1]!, 'rear')).toEqual(part(checkpoints[0]!, 'rear'))
    expect(part(checkpoints[1]!, 'front')).not.toEqual(part(start, 'front'))
  })

  test('a frozen teacher stays as it was loaded', async () => {
    const whole = await trained({ ...configOf({}), distillation: null })
    const { checkpoints, events } = await record(configOf({ teacher: 'frozen', rearInit: { kind: 'run', run: 'run-7' } }), { readWeights: async () => ({ step: 30, parameters: whole }) })
    expect(part(parameters(checkpoints.at(-1)), 'rear')).toEqual(part(whole, 'rear'))
    expect(events).toMatchObject([{ kind: 'weights.loaded', facts: { extractor: 'rear', fromRun: 'run-7', step: 30, loaded: 6, left: 0 } }])
  })

  test('the second extractor’s blocks can begin as copies of the first’s last one', async () => {
    const start = await initialOf(configOf({ rearInit: { kind: 'copy-front' }, students: [2] }, vit))
    for (const [name, value] of Object.entries(start)) if (name.startsWith('block3/')) expect(value.values, name).toEqual(start[name.replace('block3/', 'block2/')]?.values)
  })

  test('the running mean of the chain is a teacher of its own', async () => {
    const { checkpoints } = await record(configOf({ teacher: 'ema', emaDecay: 0 }))
    const { variables } = checkpoints.at(-1)!
    // Without decay the mean is the parameters.
    for (const [name, value] of Object.entries(part(parameters(checkpoints.at(-1)), 'rear'))) expect(variables[`mean/${name}`]?.values).toEqual(value.values)
  })

  test.each<[string, RunConfigInput]>([
    ['cut', configOf({})],
    ['joint, with every term', configOf({ mode: 'joint', logitWeight: 0.5, featureLoss: 'smooth-l1', students: [1, 2], warmupEpochs: 2 })],
    ['alternate', configOf({ mode: 'alternate', alternateSteps: 7 })],
    ['running mean', configOf({ teacher: 'ema', emaDecay: 0.9 })],
    ['a transformer with dropout and Adam', configOf({}, vit)],
    ['batch norm and an adaptor', configOf({}, { model: { kind: 'cnn', channels: [4, 6], kernelSize: 3, dense: 8, normalization: 'batch' } })],
  ])('an interrupted run (%s) equals one that is not, to the bit', async (__, config) => {
    const whole = await record(config)
    for (const abortAtStep of [3, 15]) {
      const before = await record(config, { abortAtStep })
      const after = await record(config, { resumeFrom: before.checkpoints.at(-1)! })
      expect(withoutTimes([...before.rows, ...after.rows])).toEqual(withoutTimes(whole.rows))
      expect(after.checkpoints.at(-1)?.variables).toEqual(whole.checkpoints.at(-1)?.variables)
    }
  })

  test('tells of every exit, of the features and of the routes at each evaluation', async () => {
    const { distillation, values, predictions } = await record(configOf({ mode: 'joint', logitWeight: 1, students: [2, 1] }, { evaluation: { everyExamples: 60, predictions: true } }))
    expect(distillation).toHaveLength(5)
    const last = distillation.at(-1)!
    expect(last.exits.map(({ depth, isWhole }) => [depth, isWhole])).toEqual([[2, false], [1, false], [3, true]])
    expect(last.pairs.map(({ front, rear }) => [front, rear])).toEqual([[2, 3], [1, 3]])
    expect(last.similarity).toHaveLength(3)
    for (const [i, row] of last.similarity.entries()) expect(row[i]).toBe(1)
    expect(last.similarity[0]![2]).toBe(last.similarity[2]![0])
    expect(Object.values(last.routes).every((norm) => norm !== null && norm > 0)).toBe(true)
    expect(last.features.map(({ depth, dimensions }) => [depth, dimensions])).toEqual([[1, 8], [2, 8], [3, 8]])
    expect(values('validation/accuracy').at(-1)).toBeCloseTo(last.exits[0]!.validation.accuracy!, 6)
    expect(values('whole/validation-loss').at(-1)).toBeCloseTo(last.exits[2]!.validation.loss!, 6)
    const [{ exits, labels, split }] = predictions as [(typeof predictions)[number]]
    expect(split).toBe('test')
    expect(labels).toHaveLength(9)
    expect(exits[0]!.accuracy).toBeCloseTo(values('test/accuracy')[0]!, 6)
    expect(exits[2]!.accuracy).toBeCloseTo(values('whole/test-accuracy')[0]!, 6)
    for (const { confusion, predicted } of exits) {
      expect(confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(9)
      expect(predicted).toHaveLength(9)
    }
  })

  test('a plain run tells what it predicts, too', async () => {
    const { predictions } = await record({ ...configOf({}), distillation: null, evaluation: { predictions: true } })
    expect(predictions).toMatchObject([{ split: 'test', exits: [{ depth: 3, isWhole: true }] }])
  })

  test.each<[string, RunConfigInput, RegExp]>([
    ['a student that is the whole model', configOf({ students: [3] }), /student of 3 blocks.*has 3 blocks/],
    ['a depth that stands twice', configOf({ students: [1, 1] }), /twice/],
    ['a block that the student does not have', configOf({ taps: [{ front: 2 }] }), /no block 2: the student has 1/],
    ['a block that the second extractor does not have', configOf({ taps: [{ rear: 3 }] }), /no block 3.*it has 2/],
    ['a second extractor that never learns', configOf({ rearWeight: 0 }), /second extractor never learns/],
    ['a frozen teacher that starts at random', configOf({ teacher: 'frozen' }), /never learnt anything/],
    ['a first extractor that never learns', configOf({ frontWeight: 0, featureWeight: 0 }), /first extractor never learns/],
    ['a first extractor that copies itself', configOf({ frontInit: { kind: 'copy-front' } }), /copy of itself/],
    ['features that differ in shape, without an adaptor', configOf({ adaptor: 'none' }, { model: { kind: 'mlp', hidden: [8, 6] } }), /\[8\].*\[6\]/],
    ['a line search', configOf({}, { optimizer: { kind: 'armijo' } }), /Armijo/],
  ])('refuses %s', async (__, config, message) => {
    await expect(record(config)).rejects.toThrow(message)
  })

  test('refuses a checkpoint of another architecture, listing what does not fit, unless it may take a part', async () => {
    const other = await trained({ ...configOf({}), model: { kind: 'mlp', hidden: [8, 4, 8] }, distillation: null })
    const readWeights = async () => ({ step: 1, parameters: other })
    await expect(record(configOf({ rearInit: { kind: 'run', run: 'run-9' } }), { readWeights })).rejects.toThrow(/run-9.*3 of 6 tensors.*dense2\/kernel \[8, 8\]: \[8, 4\]/)
    const { events } = await record(configOf({ rearInit: { kind: 'run', run: 'run-9', partial: true } }), { readWeights })
    expect(events).toMatchObject([{ facts: { loaded: 3 } }])
  })

  test('says once that the features collapsed, and ends the run where it was asked to', async () => {
    const dead = configOf({ stopGradient: false, rearWeight: 0, frontWeight: 0, featureWeight: 1, normalization: 'none' }, { maxExamples: 2400, optimizer: { kind: 'sgd', learningRate: 0.5, weightDecay: 0.5 } })
    const { warnings } = await record(dead)
    expect(warnings).toEqual(['features.collapsed'])
    const stopped = { ...dead, distillation: { ...dead.distillation!, stopOnCollapse: true } }
    await expect(record(stopped)).rejects.toThrow(/collapsed to a constant/)
  })
})
