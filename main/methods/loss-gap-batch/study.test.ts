import { describe, expect, it } from 'vitest'
import { runKey } from '../arm-runs.ts'
import { armName } from './config.ts'
import { lossGapBatchStudy } from './study.ts'
import { facts, madeConfig, madeRun } from './test/made-runs.ts'

const { plan, progress, check } = lossGapBatchStudy
const every = madeConfig({ arms: [...armName.options] })
const configOf = (arm: (typeof armName.options)[number]) => plan(every, [], facts).find(({ key }) => key === runKey({ arm, seed: 1 }))?.config

describe('the plan of a comparison', () => {
  it('wants every way with every seed, all ways with the first seed before any with the second', () => {
    const planned = plan(madeConfig({ seeds: 2, firstSeed: 5 }), [], facts)
    expect(planned.map(({ key }) => key)).toEqual(['way=controller seed=5', 'way=fixed-small seed=5', 'way=controller seed=6', 'way=fixed-small seed=6'])
    expect(planned.map(({ order }) => order)).toEqual([0, 1, 2, 3])
    expect(planned.map(({ forecastExamples }) => forecastExamples)).toEqual([4000, 4000, 4000, 4000])
  })

  it('gives all ways the same work, and lets none end at the target', () => {
    for (const { config } of plan(every, [], facts)) expect([config.maxExamples, config.target]).toEqual([4000, null])
  })

  it('keeps the batch and changes learning rate or warm-up only where the way is about them', () => {
    expect(configOf('fixed-small')).toMatchObject({ batchSize: 10, batchPolicy: null, schedule: { coupling: 'none', warmupExamples: 0 } })
    expect(configOf('fixed-large')).toMatchObject({ batchSize: 500, batchPolicy: null, schedule: { coupling: 'none', warmupExamples: 0 } })
    expect(configOf('fixed-large-scaled')).toMatchObject({ batchSize: 500, batchPolicy: null, schedule: { coupling: 'linear', referenceBatchSize: 10, warmupExamples: 2000 } })
    expect(configOf('rate-decay')).toMatchObject({ batchSize: 10, batchPolicy: null, schedule: { kind: 'step', decayExamples: 3000, decayFactor: 0.5 } })
  })

  it('R8, R9: doubles the batch by epochs in "epoch-doubling", and looks at no gap there', () => {
    expect(configOf('epoch-doubling')?.batchPolicy).toMatchObject({ kind: 'loss-gap', driver: 'epoch', epochStep: 3, growFactor: 2, flatT: null, divergeSigma: null, divergeRatio: null, divergeT: null, batchMax: 128 })
  })

  it('gives the published controllers the limits and the pace of ours', () => {
    for (const arm of ['cabs', 'norm-test', 'noise-scale'] as const) {
      expect(configOf(arm)).toMatchObject({ batchSize: 10, batchPolicy: { kind: arm, batchMin: 8, batchMax: 128, granularity: 8, learningRateRule: 'none', smoothing: 0.8 } })
    }
    expect(configOf('controller')?.batchPolicy).toEqual(every.controller)
  })

  it('goes on where it was cut off: the same runs, with the configs that are logged', () => {
    const config = madeConfig({ seeds: 1 })
    const first = plan(config, [], facts)
    const done = madeRun(config, { arm: 'controller', seed: 1 })
    const cut = madeRun(config, { arm: 'fixed-small', seed: 1, status: 'interrupted', steps: 50 })
    const again = plan(config, [done, cut], facts)
    expect(again.map(({ key }) => key)).toEqual(first.map(({ key }) => key))
    expect(again.map(({ config: made }) => made)).toEqual([done.config, cut.config])
    expect(again.map(({ forecastExamples }) => forecastExamples)).toEqual([16_000, 4000])
  })

  it('adds the runs of further seeds when it is extended, and keeps the others', () => {
    const before = plan(madeConfig({ seeds: 1 }), [], facts).map(({ key }) => key)
    expect(plan(madeConfig({ seeds: 2 }), [], facts).map(({ key }) => key)).toEqual([...before, 'way=controller seed=2', 'way=fixed-small seed=2'])
  })
})

describe('the progress of a comparison', () => {
  it('counts runs and examples, and foresees the time by the pace of the same way', () => {
    const config = madeConfig({ seeds: 2, parallelRuns: 1 })
    expect(progress(config, [], facts)).toEqual({ runsDone: 0, runsPlanned: 4, examplesDone: 0, examplesPlanned: 16_000, secondsLeft: null })
    // 4000 examples in 100 steps of 2 ms, evaluations included, and twice that: 0.05 and 0.1 ms an example.
    const runs = [madeRun(config, { arm: 'controller', seed: 1, steps: 100 }), madeRun(config, { arm: 'fixed-small', seed: 1, steps: 100, stepMs: 2 })]
    expect(progress(config, runs, facts)).toEqual({ runsDone: 2, runsPlanned: 4, examplesDone: 8000, examplesPlanned: 16_000, secondsLeft: (4000 * 0.05 + 4000 * 0.1) / 1000 })
  })

  it('counts a run that failed as over', () => {
    const config = madeConfig({ seeds: 1 })
    expect(progress(config, [madeRun(config, { arm: 'controller', seed: 1, status: 'failed', steps: 10 })], facts)).toMatchObject({ runsDone: 1, examplesDone: 400, examplesPlanned: 4400 })
  })
})

describe('a comparison that cannot be made', () => {
  const refusal = (comparison: object, rest: object = {}, data = facts) => {
    try {
      check(madeConfig(comparison, rest), data)
    } catch (error) {
      return error
    }
    return null
  }

  it('is let through where it can', () => {
    expect(refusal({ arms: [...armName.options] }, { controller: { kind: 'loss-gap', batchMax: 64 }, run: { noiseScale: { smallBatch: 8, shards: 16 } } })).toBeNull()
  })

  it('is refused for a batch larger than the training examples, naming the way', () => {
    expect(refusal({ arms: ['fixed-large'], largeBatch: 1001 })).toMatchObject({ code: 'invalid-input', facts: { arm: 'fixed-large', batchSize: 1001, trainExamples: 1000 } })
  })

  it('asks the policy of each way whether it fits: a cap above the data, a window too short, CABS with momentum', () => {
    expect(refusal({}, { controller: { kind: 'loss-gap', batchMax: 1001 } })).toMatchObject({ code: 'invalid-input', message: expect.stringContaining('batchMax 1001 is a batch larger than the 1000 training samples') })
    expect(refusal({}, { controller: { kind: 'loss-gap', batchMax: 128, windowExamples: 100 } })).toMatchObject({ code: 'invalid-input', facts: { least: 512 } })
    expect(refusal({ arms: ['cabs', 'fixed-small'] }, { run: { optimizer: { kind: 'momentum' } } })).toMatchObject({ code: 'invalid-input', facts: { arm: 'cabs' }, message: expect.stringContaining('CABS is derived for SGD without momentum') })
  })

  it('is refused without validation examples, by which the ways are judged', () => {
    expect(refusal({}, {}, { ...facts, validationExamples: 0 })).toMatchObject({ code: 'invalid-input', facts: { path: 'run.dataset.validationExamples' } })
  })

  it('is refused where the learning rate would move twice, or has no say', () => {
    expect(refusal({}, { run: { schedule: { coupling: 'linear' } } })).toMatchObject({ facts: { path: 'run.schedule.coupling' } })
    expect(refusal({ arms: ['rate-decay'] }, { run: { schedule: { kind: 'cosine' } } })).toMatchObject({ facts: { path: 'run.schedule.kind' } })
    expect(refusal({}, { run: { optimizer: { kind: 'armijo' } } })).toMatchObject({ facts: { path: 'run.optimizer.kind' } })
  })

  it('is refused for an accuracy above 1', () => {
    expect(refusal({ target: { criterion: 'validation-accuracy', value: 85 } })).toMatchObject({ facts: { path: 'comparison.target.value', value: 85 } })
  })

  it('is refused by the schema for ways that stand twice, limits the wrong way round, or a way of today that is not compared', () => {
    expect(() => madeConfig({ arms: ['cabs', 'cabs'] })).toThrow('the same way stands twice')
    expect(() => madeConfig({ smallBatch: 500 })).toThrow('smallBatch 500 is not below largeBatch 500')
    expect(() => madeConfig({ warmupEpochs: 5 })).toThrow('warmupEpochs 5 is above epochs 4')
    expect(() => madeConfig({ currentArm: 'cabs' })).toThrow(/currentArm .*cabs.* is not among the arms/)
    expect(() => madeConfig({ target: { criterion: 'gradient-last', value: 0.1 } })).toThrow('a loss or an accuracy')
  })
})
