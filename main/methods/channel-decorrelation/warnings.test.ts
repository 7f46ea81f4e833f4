import { describe, expect, it } from 'vitest'
import type { DatasetFacts } from '../study.ts'
import type { DecorrelationWay } from './config.ts'
import type { DecorrelationWarningCode } from './report.ts'
import { channelDecorrelationStudy } from './study.ts'
import { facts, madeConfig, madeRun, type MadeRun } from './test/made-runs.ts'

interface Rest {
  readonly labels?: object
  readonly decorrelation?: object
  readonly run?: object
  readonly data?: DatasetFacts
}

function warnings(runs: readonly MadeRun[], { labels = {}, data = facts, ...rest }: Rest = {}) {
  const config = madeConfig({ ways: [...new Set(runs.map(({ way }) => way))], fractions: [...new Set(runs.map(({ fraction = 0.05 }) => fraction))], seeds: Math.max(...runs.map(({ seed }) => seed)), ...labels }, { ...rest, decorrelation: { warmupSteps: 10, ...rest.decorrelation } })
  return channelDecorrelationStudy.report(config, runs.map((run) => madeRun(config, run)), data).warnings
}
const both = (way: DecorrelationWay, rest: Partial<MadeRun> = {}, base: Partial<MadeRun> = {}): MadeRun[] => [1, 2].flatMap((seed): MadeRun[] => [{ way: 'supervised', seed, ...base }, { ...rest, way, seed }])
const of = (code: DecorrelationWarningCode, runs: readonly MadeRun[], rest: Rest = {}) => warnings(runs, rest).filter((one) => one.code === code)

describe('what is to be known about a comparison on few labels', () => {
  it('is nothing but the one rate, and the one draw of labels, where all is well', () => {
    expect(warnings(both('3b')).map(({ code }) => code)).toEqual(['one-draw', 'one-rate'])
    expect(of('one-draw', both('3b'), { run: { dataset: { splitSeed: 7 } } })).toMatchObject([{ facts: { splitSeed: 7 } }])
    expect(warnings([{ way: '3c', seed: 1, fraction: 1 }, { way: '3c', seed: 2, fraction: 1 }])).toEqual([])
  })

  it('R4: is that a loss has come to what chance makes of independent channels at its batch', () => {
    // 1/39 = 0.02564 and 1/127 = 0.00787.
    expect(of('noise-floor', both('3b', { labelledLoss: 0.03, unlabelledLoss: 0.02 }))).toEqual([
      { code: 'noise-floor', message: 'The correlation of 3b labels=0.05 on labelled examples has come to 0.030, and chance makes 0.026 of independent channels in batches of 40: a larger batch would say more.', facts: { arm: '3b labels=0.05', term: 'labelled', loss: 0.03, floor: 1 / 39, batchSize: 40 } },
    ])
    expect(of('noise-floor', both('3a', { labelledLoss: 0.001, unlabelledLoss: 0.009 })).map(({ facts: told }) => told['term'])).toEqual(['unlabelled'])
    // E|ρ| of 40 samples is 0.1286, over features of weight 1 and 2 0.3857.
    const absolute = { penalty: 'absolute', labelledTaps: [{}, { block: 1, weight: 2 }] }
    expect(of('noise-floor', both('3c', { labelledLoss: 0.4 }), { decorrelation: absolute })).toMatchObject([{ facts: { floor: expect.closeTo(0.3857, 3) } }])
    expect(of('noise-floor', both('3c', { labelledLoss: 0.5 }), { decorrelation: absolute })).toEqual([])
    for (const other of [{ reduction: 'sum' }, { measure: 'covariance' }, { pooling: 'positions' }, { centring: 'pooled' }, { labelledSets: [{}] }]) expect(of('noise-floor', both('3c', { labelledLoss: 0 }), { decorrelation: other }), JSON.stringify(other)).toEqual([])
    expect(of('noise-floor', both('decov', { labelledLoss: 0 }))).toEqual([])
  })

  it('R29: is that variance has shrunk, that channels have died, or that fewer directions are left', () => {
    expect(of('shrunk', both('decov', { meanDeviation: 0.25 }))).toEqual([{ code: 'shrunk', message: 'The variance of the channels of decov labels=0.05 is 0.25 times that of supervised training, below 0.8: a correlation gains nothing by that, so what went is mostly what channels shared; a covariance gains by it.', facts: { arm: 'decov labels=0.05', variance: expect.closeTo(0.25, 12), limit: 0.8 } }])
    expect(of('dead-channels', both('3b', { deadChannels: 4 }, { deadChannels: 1 }))).toMatchObject([{ message: '3b labels=0.05 has 4.0 channels that do not vary, supervised training 1.0: a dead channel is correlated with nothing.', facts: { dead: 4, supervised: 1 } }])
    expect(of('dead-channels', both('3b', { deadChannels: 4 }, { deadChannels: 3.5 }))).toEqual([])
    expect(of('low-rank', both('3b', { effectiveRank: 9, meanCorrelation: 0.1 }))).toMatchObject([{ message: expect.stringContaining('and yet span 3.0 directions fewer'), facts: { rank: -3 } }])
    expect(of('low-rank', both('3b', { effectiveRank: 15, meanCorrelation: 0.1 }))).toEqual([])
  })

  it('R22: is that there are few labels of a class, and R21: that all labels are in use', () => {
    expect(of('few-labels', both('3b'), { data: { ...facts, trainExamples: 1000 } })).toEqual([{ code: 'few-labels', message: '5 % of the labels are 50 examples of 10 classes: some class may have next to none, and other labels would give other numbers.', facts: { fraction: 0.05, labels: 50, classes: 10 } }])
    expect(of('few-labels', both('3b'), { data: { trainExamples: 1000, validationExamples: 400 } })).toEqual([])
    const all = both('3b', { fraction: 1 }, { fraction: 1 })
    expect(of('all-labelled', all)).toHaveLength(1)
    expect(of('all-labelled', all, { decorrelation: { unlabelledSets: [{ name: 'mnist-10k' }] } })).toEqual([])
    expect(of('all-labelled', both('3c', { fraction: 1 }, { fraction: 1 }))).toEqual([])
  })

  it('is how much chance has to say: seeds, intervals, batches', () => {
    expect(warnings([{ way: 'supervised', seed: 1 }, { way: '3b', seed: 1 }]).map(({ code }) => code)).toEqual(['one-draw', 'single-seed', 'one-rate'])
    expect(of('many-comparisons', [...both('3a'), ...both('3b').filter(({ way }) => way === '3b')])).toEqual([{ code: 'many-comparisons', message: '2 intervals are looked at: 0.1 of them would show a difference by chance alone if there were none.', facts: { comparisons: 2, byChance: expect.closeTo(0.1, 12) } }])
    expect(of('small-batch', both('3b'), { labels: { batchSize: 8 } })).toMatchObject([{ message: 'In labelled batches of 8, independent channels have a mean |ρ| of 0.31 by chance: the loss is mostly noise there.', facts: { stream: 'labelled', samples: 8, floor: expect.closeTo(0.3125, 10) } }])
    expect(of('small-batch', both('3a'), { labels: { batchSize: 8 } })).toEqual([])
  })

  it('is what else sets the ways apart: other losses, units, warm-up, batch norm', () => {
    const others = { entropyWeight: 1, consistencyWeight: 1, auxiliary: [{}] }
    expect(of('other-terms', both('3a'), { decorrelation: others })).toMatchObject([{ facts: { terms: 'entropy, consistency, auxiliary' } }])
    expect(of('other-terms', both('3c'), { decorrelation: others })).toMatchObject([{ facts: { terms: 'auxiliary' } }])
    expect(of('weights-differ', [...both('3b'), ...both('decov').filter(({ way }) => way === 'decov')])).toMatchObject([{ facts: { ways: 'decov' } }])
    expect(of('weights-differ', both('vicreg'))).toEqual([])
    expect(of('long-warm-up', both('3b'), { decorrelation: { warmupSteps: 51 } })).toMatchObject([{ facts: { warmupSteps: 51, steps: 100 } }])
    expect(of('batch-norm', both('3b'), { run: { model: { kind: 'cnn', normalization: 'batch' } } })).toHaveLength(1)
    expect(of('batch-norm', both('3c'), { run: { model: { kind: 'cnn', normalization: 'batch' } } })).toEqual([])
  })
})
