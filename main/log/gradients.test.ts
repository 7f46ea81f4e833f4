import { describe, expect, it } from 'vitest'
import { madeGradients } from './made-gradients.ts'
import { openLogReader, openLogWriter } from './open.ts'
import { batchLoss, namedRun, temporaryWorkspace } from './temporary-log.ts'

const everything = { workers: null, units: null }

describe('gradients in the log', () => {
  it('are there after a flush, for another reader, too, by worker and in the order of the units', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const reader = openLogReader({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    const records = [0, 1].flatMap((worker) => ['stem', 'block', 'classes'].map((unit, index) => madeGradients(100, { worker, unit, elements: 1000 + index })))
    log.appendGradients(run.id, records)
    expect(reader.gradientSteps(run.id)).toEqual({ steps: [], workers: [], units: [] })
    log.flush()
    expect(reader.gradientSteps(run.id)).toEqual({ steps: [100], workers: [0, 1], units: [{ name: 'stem', elements: 1000 }, { name: 'block', elements: 1001 }, { name: 'classes', elements: 1002 }] })
    expect(reader.gradientRecords({ runId: run.id, step: 100, ...everything })).toEqual(records)
    expect(reader.gradientRecords({ runId: run.id, step: 100, workers: [1], units: ['block', 'nothing'] })).toEqual([records[4]])
    expect(reader.gradientRecords({ runId: run.id, step: 99, ...everything })).toEqual([])
    reader.close()
    log.close()
  })

  it('tell how a unit of one worker was compressed from step to step, with gaps where nothing was logged of it', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    const reading = madeGradients(10).compression
    const at = (step: number, unit: string, worker: number, kept: number) => madeGradients(step, { unit, worker, compression: { ...reading, kept, asked: 7, distribution: 'laplace', status: 'fitted' } })
    log.appendGradients(run.id, [at(10, 'stem', 0, 1), at(10, 'stem', 1, 99), at(20, 'stem', 0, 2), at(20, 'classes', 0, 3)])
    const course = log.gradientCourse(run.id, 0)
    expect(course.steps).toEqual([10, 20])
    expect(course.units.map(({ name, kept }) => [name, kept])).toEqual([['stem', [1, 2]], ['classes', [null, 3]]])
    expect(course.units[1]).toMatchObject({ asked: [null, 7], distribution: [null, 'laplace'], status: [null, 'fitted'] })
    expect(log.gradientCourse(run.id, 5)).toEqual({ steps: [], units: [] })
    log.close()
  })

  it('are on the disk once a checkpoint is, and with the metrics of their step', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const reader = openLogReader({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    log.appendMetrics(run.id, [batchLoss(10, 1)])
    log.appendGradients(run.id, [madeGradients(10)])
    log.saveCheckpoint(run.id, { step: 10, examples: 640, bytes: Uint8Array.of(1), keep: 1 })
    expect([reader.gradientSteps(run.id).steps, reader.metricKeys(run.id)]).toEqual([[10], ['train/batch-loss']])
    reader.close()
    log.close()
  })

  it('are dropped after the step that a run resumes from, written and queued ones, and written anew', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const [run, other] = [log.createRun({ studyId: null, key: 'a', config: namedRun('a') }), log.createRun({ studyId: null, key: 'b', config: namedRun('b') })]
    log.appendGradients(run.id, [madeGradients(10), madeGradients(20)])
    log.flush()
    log.appendGradients(run.id, [madeGradients(30)])
    log.appendGradients(other.id, [madeGradients(30)])
    log.dropMetricsAfter(run.id, 10)
    expect([log.gradientSteps(run.id).steps, log.gradientSteps(other.id).steps]).toEqual([[10], [30]])
    log.appendGradients(run.id, [madeGradients(20, { unit: 'new' })])
    expect(log.gradientSteps(run.id)).toMatchObject({ steps: [10, 20], units: [{ name: 'stem' }, { name: 'new' }] })
    log.dropMetricsAfter(run.id, -1)
    expect(log.gradientSteps(run.id)).toEqual({ steps: [], workers: [], units: [] })
    log.appendGradients(run.id, [madeGradients(10)])
    expect(log.gradientRecords({ runId: run.id, step: 10, ...everything })).toEqual([madeGradients(10)])
    log.close()
  })

  it('take the new values where a step is logged once more', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    const again = madeGradients(10, { compression: { ...madeGradients(10).compression, kept: 99, status: 'no-spread' } })
    log.appendGradients(run.id, [madeGradients(10)])
    log.appendGradients(run.id, [again])
    expect(log.gradientRecords({ runId: run.id, step: 10, ...everything })).toEqual([again])
    log.close()
  })

  it('are refused where they would not read back, and hold up nothing else', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    const reading = madeGradients(10).compression
    for (const change of [{ step: -1 }, { worker: 0.5 }, { elements: Number.NaN }, { compression: { ...reading, kept: Number.NaN } }]) {
      expect(() => log.appendGradients(run.id, [madeGradients(10, change)])).toThrow(expect.objectContaining({ code: 'invalid-input' }))
    }
    log.appendGradients(run.id, [madeGradients(10)])
    log.flush()
    expect([log.gradientSteps(run.id).steps, log.health]).toEqual([[10], null])
    expect(() => log.appendGradients('run-9', [madeGradients(10)])).toThrow('There is no run "run-9"')
    log.close()
  })
})
