import { describe, expect, it } from 'vitest'
import type { OptimizerConfig } from '../../contract/optimizer-config.ts'
import { runConfig } from '../../contract/run-config.ts'
import type { RunConfigInput } from '../../contract/run-config.ts'
import type { StudiedRun } from '../study.ts'
import { criticalBatchSizeConfig } from './config.ts'
import { lossMapKey, lossMapOf } from './loss-map.ts'

type Curve = readonly (readonly [examples: number, loss: number])[]

function ended(config: RunConfigInput, curve: Curve, rest: Partial<StudiedRun> = {}): StudiedRun {
  const evaluations = curve.map(([examples, value]) => ({ step: examples / 10, examples, wallMs: examples, values: { 'train/loss': value, 'validation/loss': value + 0.1 } }))
  const last = curve.at(-1)?.[0] ?? 0
  return { id: 'run', key: 'run', config: runConfig.parse(config), status: 'finished', steps: last / 10, examples: last, wallMs: last, functionEvaluations: 0, censored: false, evaluations, ...rest }
}
const sgd = (learningRate: number, batchSize: number): RunConfigInput => ({ batchSize, optimizer: { kind: 'sgd', learningRate } })

describe('the map of losses', () => {
  it('takes the mean and the deviation over the seeds of a cell, at the end of each run', () => {
    const runs = [ended(sgd(0.1, 32), [[0, 2], [1000, 0.3]]), ended(sgd(0.1, 32), [[0, 2], [2000, 0.5]]), ended(sgd(1, 32), [[0, 2], [1000, 0.2]])]
    expect(lossMapOf({ runs, metric: 'train/loss', atExamples: null }).cells).toEqual([
      { batchSize: 32, rate: 0.1, runs: 2, mean: 0.4, sd: expect.closeTo(Math.SQRT2 / 10, 12), censored: 0, failed: 0, endedSooner: 0 },
      { batchSize: 32, rate: 1, runs: 1, mean: 0.2, sd: null, censored: 0, failed: 0, endedSooner: 0 },
    ])
    expect(lossMapOf({ runs, metric: 'validation/loss', atExamples: null }).cells.map(({ mean }) => mean)).toEqual([expect.closeTo(0.5, 12), expect.closeTo(0.3, 12)])
  })

  it('reads curves after equally many examples, and says which runs had ended by then', () => {
    const runs = [ended(sgd(0.1, 32), [[0, 2], [1000, 1], [4000, 0.4]]), ended(sgd(0.1, 64), [[0, 2], [1000, 0.5]])]
    const at = (atExamples: number) => lossMapOf({ runs, metric: 'train/loss', atExamples }).cells.map(({ mean, endedSooner }) => [mean, endedSooner])
    expect(at(500)).toEqual([[1.5, 0], [1.25, 0]])
    expect(at(2500)).toEqual([[expect.closeTo(0.7, 12), 0], [0.5, 1]])
    expect(lossMapOf({ runs, metric: 'train/loss', atExamples: null }).examplesChoices).toEqual([1000, 2000, 4000])
  })

  it('counts runs that gave up, and keeps those that diverged out of the mean', () => {
    const runs = [
      ended(sgd(1, 32), [[0, 2], [1000, 0.8]], { censored: true }),
      ended(sgd(1, 32), [[0, 2]], { status: 'failed', censored: null }),
      ended(sgd(1, 32), [[0, 2], [1000, Number.NaN]], { censored: true }),
      ended(sgd(1, 32), [[0, 2]], { status: 'running', censored: null }),
      ended(sgd(3, 32), [[0, 2]], { status: 'failed', censored: null }),
    ]
    expect(lossMapOf({ runs, metric: 'train/loss', atExamples: null }).cells).toEqual([
      { batchSize: 32, rate: 1, runs: 3, mean: 0.8, sd: null, censored: 1, failed: 2, endedSooner: 0 },
      { batchSize: 32, rate: 3, runs: 1, mean: null, sd: null, censored: 0, failed: 1, endedSooner: 0 },
    ])
  })

  it('goes by the rate at which a run trains, coupling included, and by the first step size of a line search', () => {
    const coupled = ended({ ...sgd(0.1, 128), schedule: { coupling: 'linear', referenceBatchSize: 64 } }, [[0, 2], [1000, 0.3]])
    expect(lossMapOf({ runs: [coupled, ended(sgd(0.2, 128), [[0, 2], [1000, 0.5]])], metric: 'train/loss', atExamples: null }).cells).toMatchObject([{ rate: 0.2, runs: 2, mean: 0.4 }])
    const armijo = ended({ batchSize: 32, optimizer: { kind: 'armijo', initialStep: 2 } }, [[0, 2], [1000, 0.3]])
    expect(lossMapOf({ runs: [armijo], metric: 'train/loss', atExamples: null })).toMatchObject({ rateKind: 'first-step', cells: [{ rate: 2 }] })
  })

  it('has no cell and nothing to choose from before a run has ended', () => {
    expect(lossMapOf({ runs: [], metric: 'train/loss', atExamples: null })).toEqual({ rateKind: 'learning-rate', cells: [], examplesChoices: [] })
  })
})

describe('studies that one map can hold', () => {
  const key = (optimizer: Partial<OptimizerConfig> & { kind: 'sgd' }, sweep: object = {}, hidden = 128) =>
    lossMapKey(criticalBatchSizeConfig.parse({ method: 'critical-batch-size', run: { model: { kind: 'mlp', hidden: [hidden] }, optimizer }, sweep }))

  it('differ in batch sizes, seeds and learning rates only', () => {
    const one = key({ kind: 'sgd', learningRate: 0.1 })
    expect(key({ kind: 'sgd', learningRate: 0.3 }, { batchSizes: [8, 16, 32, 64], firstSeed: 5, learningRateRule: 'tuned' })).toBe(one)
    expect(key({ kind: 'sgd', learningRate: 0.1, weightDecay: 0.01 })).not.toBe(one)
    expect(key({ kind: 'sgd', learningRate: 0.1 }, {}, 64)).not.toBe(one)
    expect(key({ kind: 'sgd', learningRate: 0.1 }, { target: { criterion: 'train-loss', value: 0.3 } })).not.toBe(one)
  })
})
