import { describe, expect, it } from 'vitest'
import { decorrelationConfig } from '../../contract/decorrelation-config.ts'
import { LoupeError } from '../../contract/errors.ts'
import type { RunConfig } from '../../contract/run-config.ts'
import { labelsOf } from './arms.ts'
import { decorrelationWay, type DecorrelationWay } from './config.ts'
import { channelDecorrelationStudy } from './study.ts'
import { facts, madeConfig, madeRun } from './test/made-runs.ts'

const { plan, progress, check } = channelDecorrelationStudy
const everyWay = { ways: [...decorrelationWay.options], fractions: [0.05], seeds: 1 }
const shared = {
  ...{ taskWeight: 2, unlabelledWeight: 0.3, labelledWeight: 0.4, taskLoss: 'squared-error', penalty: 'absolute', reduction: 'sum', pooling: 'maximum', warmupSteps: 7 },
  ...{ unlabelledTaps: [{ place: 'block', block: 1 }], labelledTaps: [{ place: 'output' }] },
}
const configsOf = (decorrelation: object, labels: object = everyWay) => new Map(plan(madeConfig(labels, { decorrelation }), [], facts).map(({ key, config }) => [key.slice('way='.length, key.indexOf(' ')), config]))
const termsOf = (way: DecorrelationWay, decorrelation: object = shared) => configsOf(decorrelation).get(way)?.decorrelation

describe('the ways to train on few labels', () => {
  it('are each a whole run on the same model, batches and labels', () => {
    const configs = configsOf(shared)
    expect([...configs.keys()]).toEqual(['supervised', '3a', '3b', '3c', 'decov', 'vicreg'])
    for (const [way, { decorrelation, maxExamples, batchSize, target, seed }] of configs) {
      expect([maxExamples, batchSize, target, seed], way).toEqual([4000, 40, null, 1])
      expect(decorrelationConfig.parse(decorrelation), way).toEqual(decorrelation)
      expect(decorrelation, way).toMatchObject({ labelFraction: 0.05, taskWeight: 2, taskLoss: 'squared-error', pooling: 'maximum', warmupSteps: 7, taskThreshold: null, unlabelledSets: [{ name: 'training' }] })
    }
  })

  it('R12: lower the task loss alone where training is supervised, with its own kind of loss', () => {
    expect(termsOf('supervised')).toMatchObject({ taskWeight: 2, taskLoss: 'squared-error', unlabelledWeight: 0, labelledWeight: 0, varianceWeight: 0 })
  })

  it('R8, R9, R10: have the terms of the figures 3A, 3B and 3C at the shared weights', () => {
    expect(termsOf('3a')).toMatchObject({ taskWeight: 2, unlabelledWeight: 0.3, labelledWeight: 0 })
    expect(termsOf('3b')).toMatchObject({ taskWeight: 2, unlabelledWeight: 0.3, labelledWeight: 0.4 })
    expect(termsOf('3c')).toMatchObject({ taskWeight: 2, unlabelledWeight: 0, labelledWeight: 0.4 })
  })

  it('R4, R6, R17, R18: measure, pool and tap as the shared settings say', () => {
    for (const way of ['3a', '3b', '3c'] as const) expect(termsOf(way), way).toMatchObject({ measure: 'correlation', penalty: 'absolute', reduction: 'sum', pooling: 'maximum', unlabelledTaps: [{ block: 1, weight: 1 }], labelledTaps: [{ place: 'output', weight: 1 }] })
  })

  it('R29: put covariances beside them, summed over pairs for DeCov, over channels and with a hinge for VICReg', () => {
    const weights = { unlabelledWeight: 0.3, labelledWeight: 0.4, measure: 'covariance', penalty: 'squared' }
    expect(termsOf('decov', { ...shared, varianceWeight: 3 })).toMatchObject({ ...weights, reduction: 'sum', varianceWeight: 0 })
    expect(termsOf('vicreg')).toMatchObject({ ...weights, reduction: 'channel', varianceWeight: 1 })
    expect(termsOf('vicreg', { ...shared, varianceWeight: 3 })).toMatchObject({ varianceWeight: 3 })
    expect(termsOf('3b', { ...shared, varianceWeight: 3 })).toMatchObject({ varianceWeight: 3 })
  })

  it('R14, R15: keep losses on unlabelled examples and further networks to the ways that have those examples', () => {
    const more = { entropyWeight: 0.5, consistencyWeight: 0.25, statistics: 'all', auxiliary: [{ kind: 'decoder', data: 'both' }, { kind: 'decoder', data: 'unlabelled' }, { kind: 'classifier' }] }
    expect(termsOf('3a', more)).toMatchObject({ entropyWeight: 0.5, consistencyWeight: 0.25, statistics: 'all', auxiliary: [{ data: 'both' }, { data: 'unlabelled' }, { data: 'labelled' }] })
    const onLabels = termsOf('3c', more)
    expect(onLabels).toMatchObject({ entropyWeight: 0, consistencyWeight: 0, statistics: 'labelled' })
    expect(onLabels?.auxiliary.map(({ kind, data }) => [kind, data])).toEqual([['decoder', 'labelled'], ['classifier', 'labelled']])
    expect(termsOf('supervised', more)).toMatchObject({ entropyWeight: 0, consistencyWeight: 0, statistics: 'labelled', auxiliary: [] })
  })

  it('R20, R21, R22: train on several sets of several domains, a share of each', () => {
    const sets = { unlabelledSets: [{ name: 'training', fraction: 0.5 }, { name: 'mnist-10k', domain: 'digits', batchSize: 32 }], labelledSets: [{ name: 'fashion-mnist', fraction: 0.1, batchSize: 16 }] }
    for (const way of decorrelationWay.options) expect(termsOf(way, sets), way).toMatchObject(sets)
  })
})

describe('the plan of a comparison on few labels', () => {
  it('wants every way with every fraction and seed, the same steps for all', () => {
    const all = plan(madeConfig({ ways: ['supervised', '3b'], fractions: [0.05, 1], seeds: 2, firstSeed: 7 }), [], facts)
    expect(all.map(({ key }) => key)).toEqual([7, 8].flatMap((seed) => [0.05, 1].flatMap((fraction) => ['supervised', '3b'].map((way) => `way=${way} labels=${fraction} seed=${seed}`))))
    expect(all.map(({ forecastExamples, order }) => [forecastExamples, order])).toEqual(all.map((_, order) => [4000, order]))
    expect(all.map(({ config }) => config.decorrelation?.labelFraction)).toEqual([0.05, 0.05, 1, 1, 0.05, 0.05, 1, 1])
  })

  it('goes on where it was cut off', () => {
    const config = madeConfig({ ways: ['supervised', '3c'], fractions: [0.05], seeds: 1 })
    const run = madeRun(config, { way: 'supervised', seed: 1 })
    expect(plan(config, [run], facts)[0]?.config).toBe(run.config)
    expect(progress(config, [run], facts)).toEqual({ runsDone: 1, runsPlanned: 2, examplesDone: 4000, examplesPlanned: 8000, secondsLeft: 0.4 })
    expect(progress(config, [{ ...run, status: 'running', examples: 1000, wallMs: 100 }], facts)).toMatchObject({ runsDone: 0, examplesPlanned: 8000, secondsLeft: 0.7 })
  })

  it('counts labels to the nearest example, and never none', () => {
    expect([labelsOf(0.01, 54_000), labelsOf(0.05, 1797), labelsOf(0.0001, 100), labelsOf(1, 54_000)]).toEqual([540, 90, 1, 54_000])
  })
})

describe('a comparison on few labels that cannot be made', () => {
  const refusal = (labels: object, rest: object = {}, data: object = facts) => {
    try {
      check(madeConfig(labels, rest), { ...facts, ...data })
    } catch (error) {
      return error
    }
    return null
  }

  it('is let through where it can', () => {
    expect(refusal(everyWay)).toBeNull()
    expect(refusal({ fractions: [0.02, 1] })).toBeNull() // 40 labels in batches of 40
    expect(refusal({}, {}, { validationExamples: 0 })).toBeNull()
    expect(refusal({ ways: ['supervised', '3c'] }, { decorrelation: { unlabelledSets: [] } })).toBeNull()
  })

  it('R22: is refused for a fraction that leaves no batch, or not one example a class, with the smallest that does', () => {
    expect(refusal({ fractions: [1, 0.019] })).toMatchObject({
      code: 'invalid-input',
      message: 'A fraction of 0.019 leaves 38 labelled examples of the 2000 training examples, fewer than the batch size 40. Use 0.02 or more in labels.fractions, or use a smaller labels.batchSize, at least 3.',
      facts: { path: 'labels.fractions.1', fraction: 0.019, labels: 38, trainExamples: 2000, batchSize: 40 },
    })
    expect(refusal({ fractions: [0.0005], batchSize: 3 })).toMatchObject({ message: expect.stringContaining('leaves 1 labelled example of the 2000 training examples, fewer than the 10 classes, so some class would have none. Use 0.005 or more'), facts: { classes: 10, labels: 1 } })
    expect(refusal({ fractions: [0.001], batchSize: 3 }, {}, { classes: 2 })).toMatchObject({ message: expect.stringContaining('leaves 2 labelled examples of the 2000 training examples, fewer than the batch size 3. Use 0.0015 or more') })
    expect(refusal({ batchSize: 2001 })).toMatchObject({ message: expect.stringMatching(/fewer than the batch size 2001\. Use a smaller labels\.batchSize/) })
  })

  it('R8, R9: is refused for 3A and 3B without an unlabelled set, or with more of it a step than there is', () => {
    expect(refusal({}, { decorrelation: { unlabelledSets: [] } })).toMatchObject({ message: expect.stringContaining('The way "3a" decorrelates unlabelled examples, and there is no unlabelled set.'), facts: { path: 'decorrelation.unlabelledSets', way: '3a' } })
    expect(refusal({ ways: ['3c', '3b'] }, { decorrelation: { unlabelledSets: [] } })).toMatchObject({ facts: { way: '3b' } })
    expect(refusal({}, { decorrelation: { unlabelledSets: [{}, { fraction: 0.01 }] } })).toMatchObject({ message: expect.stringContaining('Unlabelled set 2 takes 128 examples a step of the 20 that a fraction of 0.01'), facts: { path: 'decorrelation.unlabelledSets.1.batchSize', examples: 20 } })
  })

  it('is refused without examples to judge by', () => {
    expect(refusal({}, { run: { evaluation: { testAtEnd: false } } }, { validationExamples: 0 })).toMatchObject({ facts: { path: 'run.dataset.validationExamples' } })
  })

  it('is refused for a run that cannot decorrelate as it says, naming the way', () => {
    const checkDecorrelation = ({ decorrelation }: RunConfig) => {
      if (decorrelation?.unlabelledWeight === 0) return
      throw new LoupeError('shape-mismatch', 'Set "waves" has examples of 128 values, the labelled data of 28 × 28.', { set: 'waves' })
    }
    expect(refusal({}, {}, { checkDecorrelation })).toMatchObject({ code: 'shape-mismatch', message: 'The way "3a" on 0.05 of the labels does not fit: Set "waves" has examples of 128 values, the labelled data of 28 × 28.', facts: { way: '3a', fraction: 0.05, set: 'waves' } })
    expect(refusal({ ways: ['supervised', '3c'] }, {}, { checkDecorrelation })).toBeNull()
  })

  it('is refused by its schema', () => {
    expect(() => madeConfig({ ways: ['3a', '3a'] })).toThrow('the same way stands twice')
    expect(() => madeConfig({ fractions: [0.5, 0.5] })).toThrow('the same fraction stands twice')
    for (const wrong of [{ fractions: [0] }, { fractions: [1.01] }, { batchSize: 2 }, { ways: [] }, { ways: ['copied'] }]) expect(() => madeConfig(wrong)).toThrow()
    for (const wrong of [{ unlabelledWeight: 0 }, { labelledWeight: -1 }, { labelFraction: 0.5 }, { taskThreshold: 0.1 }, { unlabelledSets: [{ batchSize: 2 }] }]) expect(() => madeConfig({}, { decorrelation: wrong }), JSON.stringify(wrong)).toThrow()
  })
})
