import { describe, expect, it } from 'vitest'
import { metricSeries } from '../contract/records.ts'
import { openLogWriter } from './open.ts'
import { batchLoss, namedRun, temporaryWorkspace } from './temporary-log.ts'

const key = 'train/batch-loss'

describe('series', () => {
  it('gives few values as they are', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    log.appendMetrics(run.id, [batchLoss(2, 0.25), batchLoss(1, 0.5)])
    const [series] = log.series({ runIds: [run.id], keys: [key], maxPoints: 2, from: null, to: null })
    expect(series).toEqual({ runId: run.id, key, step: [1, 2], examples: [64, 128], wallMs: [0.5, 1], min: [0.5, 0.25], max: [0.5, 0.25], mean: [0.5, 0.25], last: [0.5, 0.25], count: [1, 1], total: 2 })
    log.close()
  })

  it('makes each bucket from every value in it', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    // Steps 0 to 9 in 3 points: buckets of 4 steps, 0-3, 4-7 and 8-9.
    log.appendMetrics(run.id, [1, 2, 3, 6, 0, 0, 0, -8, 5, 7].map((value, step) => batchLoss(step, value)))
    const [series] = log.series({ runIds: [run.id], keys: [key], maxPoints: 3, from: null, to: null })
    expect(series).toMatchObject({ step: [3, 7, 9], examples: [192, 448, 576], min: [1, -8, 5], max: [6, 0, 7], mean: [3, -2, 6], last: [6, -8, 7], count: [4, 4, 2], total: 10 })
    log.close()
  })

  it('buckets the range that is asked for, bounds included', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    log.appendMetrics(run.id, Array.from({ length: 100 }, (_, step) => batchLoss(step, step)))
    const [few] = log.series({ runIds: [run.id], keys: [key], maxPoints: 5, from: 10, to: 14 })
    expect(few?.step).toEqual([10, 11, 12, 13, 14])
    const [many] = log.series({ runIds: [run.id], keys: [key], maxPoints: 2, from: 10, to: 19 })
    expect(many).toMatchObject({ step: [14, 19], mean: [12, 17], count: [5, 5], total: 10 })
    log.close()
  })

  it('begins, where a metric is logged where it changes, with the value that holds at the range’s first step', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    log.appendMetrics(run.id, [0.1, 0.1, 0.2, 0.2, 0.2, 0.3].map((value, step) => ({ key: 'step/learning-rate', step, examples: step, wallMs: step, value })))
    const between = (from: number, to: number) => log.series({ runIds: [run.id], keys: ['step/learning-rate'], maxPoints: 5, from, to })[0]
    expect(between(3, 5)).toMatchObject({ step: [2, 5], last: [0.2, 0.3] })
    expect(between(3, 4)).toMatchObject({ step: [2], last: [0.2] })
    expect(between(0, 1)).toMatchObject({ step: [0], last: [0.1] })
    log.close()
  })

  it('never gives more points than asked for, whatever the steps are', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    const steps = Array.from({ length: 2000 }, (_, index) => 5 + index * index)
    log.appendMetrics(run.id, steps.map((step) => batchLoss(step, 1)))
    for (const maxPoints of [2, 3, 7, 600, 1999, 2000]) {
      const [series] = log.series({ runIds: [run.id], keys: [key], maxPoints, from: null, to: null })
      expect(series?.step.length).toBeLessThanOrEqual(maxPoints)
      expect(series?.count.reduce((sum, count) => sum + count, 0)).toBe(2000)
    }
    log.close()
  })

  it('leaves values that are not finite to the total, few or many', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    log.appendMetrics(run.id, [1, Number.NaN, 3, Infinity].map((value, step) => batchLoss(step, value)))
    for (const maxPoints of [2, 4]) {
      const [series] = log.series({ runIds: [run.id], keys: [key], maxPoints, from: null, to: null })
      expect(metricSeries.parse(series)).toMatchObject({ step: [0, 2], last: [1, 3], count: [1, 1], total: 4 })
    }
    log.close()
  })

  it('gives an empty curve for a metric that was not logged', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    const series = log.series({ runIds: [run.id], keys: [key, 'test/loss'], maxPoints: 10, from: null, to: null })
    expect(series.map((curve) => [curve.key, curve.step, curve.total])).toEqual([[key, [], 0], ['test/loss', [], 0]])
    log.close()
  })
})
