import { describe, expect, it } from 'vitest'
import { distillationConfig } from '../../contract/distillation-config.ts'
import { LoupeError } from '../../contract/errors.ts'
import type { RunConfig } from '../../contract/run-config.ts'
import { distillationWay } from './config.ts'
import { featureDistillationStudy } from './study.ts'
import { facts, madeConfig, madeRun } from './test/made-runs.ts'

const { plan, progress, check } = featureDistillationStudy
const shared = { featureLoss: 'cka', featureWeight: 2, logitWeight: 0.5, temperature: 4, mode: 'alternate', stopGradient: false, taps: [{ front: 1, rear: 1, weight: 3 }] }
const every = madeConfig({ ways: distillationWay.options.filter((way) => way !== 'second-round'), depths: [2, 1], seeds: 1 }, { distillation: shared })
const done = [madeRun(every, { way: 'alone', depth: 1, seed: 1 }), madeRun(every, { way: 'alone', depth: 2, seed: 1 }), madeRun(every, { way: 'whole', seed: 1 })]
const planned = new Map(plan(every, done, facts).map(({ key, config }) => [key, config]))
const configOf = (arm: string): RunConfig | undefined => planned.get(`way=${arm} seed=1`)

describe('the ways to train a student', () => {
  it('are each a whole run, the students cut from the same model', () => {
    expect([...planned.keys()].map((key) => key.slice('way='.length, -' seed=1'.length))).toEqual([
      ...['whole', 'alone depth=2', 'alone depth=1', 'deep-supervision depth=2', 'deep-supervision depth=1', 'distilled depth=2', 'distilled depth=1', 'soft-targets depth=2', 'soft-targets depth=1'],
      ...['distilled-soft-targets depth=2', 'distilled-soft-targets depth=1', 'self-distillation', 'deep-supervision-exits', 'pretrained depth=2', 'pretrained depth=1', 'frozen-rear depth=2', 'frozen-rear depth=1'],
    ])
    for (const [key, { model, distillation }] of planned) {
      if (distillation === null) continue
      expect(distillationConfig.parse(distillation), key).toEqual(distillation)
      expect([model, distillation.temperature, distillation.featureLoss], key).toEqual([every.run.model, 4, 'cka'])
    }
  })

  it('R14: have the whole stack and the student alone as plain runs', () => {
    expect(configOf('whole')).toMatchObject({ distillation: null, model: { kind: 'vit', depth: 4 } })
    expect(configOf('alone depth=2')).toMatchObject({ distillation: null, model: { kind: 'vit', depth: 2, width: 32 } })
  })

  it('R2, R3: distil with the weights of the way, and all that is shared', () => {
    expect(configOf('distilled depth=2')?.distillation).toMatchObject({ students: [2], featureWeight: 2, logitWeight: 0, mode: 'alternate', stopGradient: false, taps: [{ front: 1, rear: 1, weight: 3 }] })
    expect(configOf('soft-targets depth=1')?.distillation).toMatchObject({ students: [1], featureWeight: 0, logitWeight: 0.5 })
    expect(configOf('distilled-soft-targets depth=1')?.distillation).toMatchObject({ featureWeight: 2, logitWeight: 0.5 })
  })

  it('draw nothing towards anything for deep supervision, which is the method with its weights at 0', () => {
    const { distillation } = configOf('deep-supervision depth=2') ?? {}
    expect(distillation).toEqual({ ...configOf('distilled depth=2')?.distillation, featureWeight: 0, logitWeight: 0, mode: 'joint' })
    expect(configOf('deep-supervision-exits')?.distillation).toMatchObject({ students: [2, 1], featureWeight: 0, logitWeight: 0, mode: 'joint' })
  })

  it('R14: make exits of one stack for self-distillation, whose last block is the teacher of all', () => {
    expect(configOf('self-distillation')?.distillation).toMatchObject({ students: [2, 1], featureWeight: 2, logitWeight: 0.5, mode: 'joint', teacher: 'online', stopGradient: true, taps: [{ front: null, rear: null, weight: 1 }] })
  })

  it('R6: start from the student trained alone, or with the second extractor of the trained stack', () => {
    expect(configOf('pretrained depth=2')?.distillation).toMatchObject({ frontInit: { kind: 'run', run: 'run-alone-depth=2-1', partial: false }, rearInit: { kind: 'random' }, logitWeight: 0 })
    expect(configOf('frozen-rear depth=1')?.distillation).toMatchObject({ frontInit: { kind: 'random' }, rearInit: { kind: 'run', run: 'run-whole-1' }, teacher: 'frozen', mode: 'cut' })
  })

  it('R17 B: go on from the student that was distilled, with a second extractor of another length', () => {
    const config = madeConfig({ ways: ['whole', 'alone', 'distilled', 'second-round'], depths: [1], rearDepths: [1, 2], seeds: 1 })
    const first = plan(config, [], facts).map(({ key }) => key)
    expect(first.filter((key) => key.includes('second-round'))).toEqual([]) // their start is not trained yet
    const run = plan(config, [madeRun(config, { way: 'distilled', depth: 1, seed: 1 })], facts).find(({ key }) => key === 'way=second-round depth=1 rear=2 seed=1')
    expect(run?.config.distillation).toMatchObject({ students: [1], frontInit: { kind: 'run', run: 'run-distilled-depth=1-1', partial: false }, rearInit: { kind: 'random' } })
    expect(() => madeConfig({ ways: ['distilled', 'second-round'] })).toThrow('name some in rearDepths')
  })
})

describe('the plan of a comparison of students', () => {
  it('wants every way with every depth and seed, the same work for all', () => {
    const all = plan(madeConfig({ seeds: 2, firstSeed: 5 }), [], facts)
    expect(all.map(({ key }) => key)).toEqual([5, 6].flatMap((seed) => ['whole', 'alone depth=1', 'alone depth=2', 'deep-supervision depth=1', 'deep-supervision depth=2', 'distilled depth=1', 'distilled depth=2'].map((arm) => `way=${arm} seed=${seed}`)))
    for (const { config, forecastExamples } of all) expect([config.maxExamples, config.target, config.batchSize, forecastExamples]).toEqual([4000, null, 40, 4000])
  })

  it('R4, R7: stacks each second extractor of the library on each student, but for the one that is there anyway', () => {
    const config = madeConfig({ ways: ['distilled', 'pretrained', 'alone'], depths: [1], rearDepths: [2, 3, 5], seeds: 1 })
    const stacked = plan(config, [], facts)
    expect(stacked.map(({ key, config: { model } }) => [key, 'depth' in model ? model.depth : 0])).toEqual([['way=distilled depth=1 seed=1', 4], ['way=distilled depth=1 rear=2 seed=1', 3], ['way=distilled depth=1 rear=5 seed=1', 6], ['way=alone depth=1 seed=1', 1]])
  })

  it('R8: leaves out second extractors that take more than training may, before they are trained', () => {
    const config = (limits: object) => madeConfig({ ways: ['distilled'], depths: [1], rearDepths: [1, 2, 8], seeds: 1, ...limits })
    const keys = (limits: object) => plan(config(limits), [], facts).map(({ key }) => key.replace('way=distilled depth=1', '').replace(' seed=1', ''))
    // 1.02 million for two blocks and their heads, and one more a block.
    expect(keys({ maxTrainingMegaMacs: 3.2 })).toEqual(['', ' rear=1', ' rear=2'])
    // Of 3 blocks: 4·3120·4 + 40·6580 = 313,120 bytes = 0.2986 MiB; of 2 blocks 0.2068.
    expect(keys({ maxTrainingMemoryMiB: 0.25 })).toEqual(['', ' rear=1'])
    expect(plan(config({ maxTrainingMegaMacs: 3.2 }), [], { trainExamples: 1000, validationExamples: 0 })).toHaveLength(4) // nobody knows what they take
  })

  it('waits with runs that start from another until that is done, counts them, and gives them up where it failed', () => {
    const config = madeConfig({ ways: ['alone', 'pretrained'], depths: [1, 2], seeds: 1 })
    const [first, second] = [madeRun(config, { way: 'alone', depth: 1, seed: 1 }), madeRun(config, { way: 'alone', depth: 2, seed: 1, status: 'failed', steps: 10 })]
    const keys = (runs: Parameters<typeof plan>[1]) => plan(config, runs, facts).map(({ key, order }) => [key, order])
    const alone = [['way=alone depth=1 seed=1', 0], ['way=alone depth=2 seed=1', 1]]
    expect(keys([])).toEqual(alone)
    expect(keys([{ ...first, status: 'running' }])).toEqual(alone)
    expect(keys([first, second])).toEqual([...alone, ['way=pretrained depth=1 seed=1', 2]])
    expect(progress(config, [], facts)).toMatchObject({ runsDone: 0, runsPlanned: 4, examplesPlanned: 16_000 })
    expect(progress(config, [first, second], facts)).toMatchObject({ runsDone: 2, runsPlanned: 3, examplesDone: 4400, examplesPlanned: 8400 })
  })

  it('goes on where it was cut off', () => {
    const config = madeConfig({ ways: ['alone', 'distilled'], depths: [1], seeds: 1 })
    const run = madeRun(config, { way: 'alone', depth: 1, seed: 1 })
    expect(plan(config, [run], facts)[0]?.config).toBe(run.config)
    expect(progress(config, [run], facts)).toEqual({ runsDone: 1, runsPlanned: 2, examplesDone: 4000, examplesPlanned: 8000, secondsLeft: 0.4 })
  })

  it('R9: cuts every kind of model that a config can say', () => {
    const models = (model: object, students: object = {}) => plan(madeConfig({ ways: ['whole', 'alone', 'distilled'], depths: [1], seeds: 1, ...students }, { run: { model } }), [], facts).map(({ config }) => config.model)
    expect(models({ kind: 'mixer', depth: 3 })).toMatchObject([{ depth: 3 }, { depth: 1 }, { depth: 3 }])
    expect(models({ kind: 'mlp', hidden: [32, 16] })).toMatchObject([{ hidden: [32, 16] }, { hidden: [32] }, { hidden: [32, 16] }])
    expect(models({ kind: 'cnn', channels: [8, 16, 32] }, { depths: [2] })).toMatchObject([{ channels: [8, 16, 32] }, { channels: [8, 16] }, { channels: [8, 16, 32] }])
    expect(models({ kind: 'resnet', blocksPerStage: 1 }, { depths: [2] })).toMatchObject([{ blocks: null }, { blocks: 2 }, { blocks: null }])
  })
})

describe('a comparison of students that cannot be made', () => {
  const refusal = (students: object, rest: object = {}, data: object = facts) => {
    try {
      check(madeConfig(students, rest), { ...facts, ...data })
    } catch (error) {
      return error
    }
    return null
  }

  it('is let through where it can', () => {
    expect(refusal({ ways: [...distillationWay.options], depths: [1, 2, 3], rearDepths: [2] })).toBeNull()
    expect(refusal({}, {}, { validationExamples: 0 })).toBeNull()
    expect(refusal({ ways: ['whole', 'alone', 'distilled'], depths: [1, 4, 7] }, { run: { model: { kind: 'resnet' } } })).toBeNull()
  })

  it('is refused for cut points that do not exist', () => {
    expect(refusal({ depths: [2, 4] })).toMatchObject({ code: 'invalid-input', message: expect.stringContaining('A student of 4 blocks leaves no second extractor: the model has 4. Use depths from 1 to 3'), facts: { path: 'students.depths', depth: 4, blocks: 4 } })
    expect(refusal({ depths: [1] }, { run: { model: { kind: 'mlp' } } })).toMatchObject({ message: expect.stringContaining('The model has one block, so it cannot be cut') })
    expect(refusal({ depths: [1] }, { run: { model: { kind: 'mlp', hidden: [] } } })).toMatchObject({ message: expect.stringContaining('no block') })
    expect(refusal({}, {}, { cutCost: () => { throw new LoupeError('shape-mismatch', 'Patches of 7 do not divide.', {}) } })).toMatchObject({ code: 'shape-mismatch', facts: { way: 'whole' } })
  })

  it('is refused for a longer second extractor that no config says', () => {
    expect(refusal({ ways: ['distilled'], depths: [1], rearDepths: [9] }, { run: { model: { kind: 'resnet' } } })).toMatchObject({ message: 'The way "distilled" at 1 blocks does not fit: A ResNet of 10 blocks cannot be written: its 3 stages have 9 in all. Choose at most so many, or more blocks per stage. Or take that length out of students.rearDepths.', facts: { way: 'distilled' } })
    expect(refusal({ depths: [1], rearDepths: [3] }, { run: { model: { kind: 'cnn', channels: [8, 16] } } })).toMatchObject({ message: expect.stringMatching(/what further ones would be is not said.*Or take that length out of students\.rearDepths\.$/) })
  })

  it('R10: is refused for a tap outside of an extractor, naming it and its depth', () => {
    const tapped = (tap: object, students: object = {}) => refusal(students, { distillation: { taps: [{}, tap] } })
    expect(tapped({ front: 1, rear: 2 })).toBeNull()
    expect(tapped({ front: 2 })).toMatchObject({ message: expect.stringContaining('Pair 2 taps block 2 of the first extractor, and a student has 1. Use null for its last block, or at most 1.'), facts: { path: 'distillation.taps.1.front', depth: 1 } })
    expect(tapped({ rear: 3 })).toMatchObject({ message: expect.stringContaining('behind a student of 2 blocks it has 2'), facts: { path: 'distillation.taps.1.rear' } })
  })

  it('R8: is refused where no second extractor is within the limits of training, with the nearest', () => {
    const config = { ways: ['alone', 'distilled'], depths: [2], rearDepths: [1], maxTrainingMegaMacs: 2 }
    expect(refusal(config)).toMatchObject({ facts: { way: 'distilled', depth: 2, limits: ['macs'], nearest: 'distilled depth=2 rear=1' }, message: expect.stringContaining('is within the limits of training (macs); the nearest, distilled depth=2 rear=1, takes 0.299 MiB and 3.12 million multiply-accumulates.') })
    expect(refusal({ ...config, maxTrainingMegaMacs: 4 })).toBeNull()
    expect(refusal({ ...config, maxTrainingMegaMacs: 4, minAccuracy: 0.99 })).toBeNull() // an accuracy is known only after training
  })

  it('is refused without examples to judge by, with too large a batch, or a second extractor that never learns', () => {
    expect(refusal({}, { run: { evaluation: { testAtEnd: false } } }, { validationExamples: 0 })).toMatchObject({ facts: { path: 'run.dataset.validationExamples' } })
    expect(refusal({ batchSize: 1001 })).toMatchObject({ facts: { path: 'students.batchSize', trainExamples: 1000 } })
    const idle = { distillation: { frontWeight: 0, rearWeight: 0 } }
    expect(refusal({}, idle)).toMatchObject({ message: expect.stringContaining('never learns'), facts: { path: 'distillation.rearWeight' } })
    expect(refusal({ ways: ['whole', 'alone', 'frozen-rear'] }, idle)).toBeNull()
  })

  it('is refused for a run that cannot distil as it says, naming the way', () => {
    const checkDistillation = ({ optimizer }: RunConfig) => {
      if (optimizer.kind === 'armijo') throw new LoupeError('invalid-input', 'Choose another optimizer.', { optimizer: optimizer.kind })
    }
    expect(refusal({ ways: ['alone', 'distilled'] }, { run: { optimizer: { kind: 'armijo' } } }, { checkDistillation })).toMatchObject({ message: expect.stringContaining('Choose another optimizer. Or take'), facts: { optimizer: 'armijo' } })
    expect(refusal({}, {}, { checkDistillation })).toBeNull()
  })

  it('is refused for a latency that nobody measures', () => {
    expect(refusal({ measureLatency: false })).toBeNull()
    expect(refusal({ measureLatency: false, objective: 'latency' })).toMatchObject({ facts: { path: 'students.measureLatency' } })
    expect(refusal({ measureLatency: false, maxLatencyMs: 3 })).toMatchObject({ facts: { path: 'students.measureLatency' } })
  })

  it('is refused by its schema', () => {
    expect(() => madeConfig({ ways: ['alone', 'alone'] })).toThrow('the same way stands twice')
    expect(() => madeConfig({ depths: [1, 1] })).toThrow('the same depth stands twice')
    expect(() => madeConfig({ depths: [0] })).toThrow()
    expect(() => madeConfig({ ways: ['pretrained'] })).toThrow('\\"pretrained\\" starts from runs of \\"alone\\"; add that way, or leave \\"pretrained\\" out')
    expect(() => madeConfig({ ways: ['frozen-rear', 'alone'] })).toThrow('starts from runs of \\"whole\\"')
    expect(() => madeConfig({}, { distillation: { featureWeight: 0 } })).toThrow()
    expect(() => madeConfig({}, { distillation: { students: [1] } })).toThrow()
  })
})
