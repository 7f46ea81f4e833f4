import { describe, expect, it } from 'vitest'
import type { MetricSeries } from '../../../main/contract/records.ts'
import { runRecord } from '../../test/records.ts'
import { recordedCurve } from './recorded-curve.ts'

const run = runRecord({ batchSize: 10 })
const series = (key: string, points: readonly (readonly [step: number, examples: number, value: number])[]): MetricSeries => {
  const values = points.map(([, , value]) => value)
  return { runId: run.id, key, step: points.map(([step]) => step), examples: points.map(([, examples]) => examples), wallMs: points.map(() => 0), min: values, max: values, mean: values, last: values, count: points.map(() => 1), total: points.length }
}

describe('recordedCurve', () => {
  it('makes one step of each point, as large as the examples that it stands for', () => {
    const { steps } = recordedCurve(run, [series('train/batch-loss', [[1, 10, 2], [4, 40, 1]]), series('step/learning-rate', [[1, 10, 0.1], [4, 40, 0.2]])])
    expect(steps).toEqual([
      { position: 10, loss: 2, batchSize: 10, learningRate: 0.1 },
      { position: 40, loss: 1, batchSize: 30, learningRate: 0.2 },
    ])
  })

  it('gives each step the learning rate that holds there, none before the first', () => {
    const losses = series('train/batch-loss', [1, 2, 3, 4, 5].map((step) => [step, 10 * step, 1] as const))
    const { steps } = recordedCurve(run, [losses, series('step/learning-rate', [[2, 20, 0.1], [4, 40, 0.2]])])
    expect(steps.map(({ learningRate }) => learningRate)).toEqual([undefined, 0.1, 0.1, 0.2, 0.2])
  })

  it('gathers what was evaluated at one place, in order', () => {
    const { evaluations } = recordedCurve(run, [series('validation/loss', [[0, 0, 2.3], [4, 40, 1.1]]), series('validation/accuracy', [[0, 0, 0.1], [4, 40, 0.7]])])
    expect(evaluations).toEqual([
      { position: 0, values: { 'validation/loss': 2.3, 'validation/accuracy': 0.1 } },
      { position: 40, values: { 'validation/loss': 1.1, 'validation/accuracy': 0.7 } },
    ])
  })

  it('reads no other run and no losses that are not there', () => {
    expect(recordedCurve({ ...run, id: 'run-other' }, [series('train/batch-loss', [[1, 10, 2]])])).toEqual({ steps: [], evaluations: [] })
  })
})
