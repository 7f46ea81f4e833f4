import { describe, expect, it } from 'vitest'
import type { RunPredictions } from '../contract/distillation-records.ts'
import { openLogReader, openLogWriter } from './open.ts'
import { namedRun, temporaryWorkspace } from './temporary-log.ts'

function predictionsAt(step: number): RunPredictions {
  return { step, split: 'test', labels: [0, 1], exits: [{ depth: 2, isWhole: true, loss: 0.5, accuracy: 0.5, confusion: [[1, 0], [1, 0]], predicted: [0, 0], confidence: [0.9, 0.625] }] }
}

describe('records of a run', () => {
  it('are on the disk at once, by kind and step, the last of a step counting', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const reader = openLogReader({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    log.appendRecord(run.id, 'predictions', predictionsAt(20))
    log.appendRecord(run.id, 'predictions', predictionsAt(10))
    log.appendRecord(run.id, 'predictions', { ...predictionsAt(20), labels: [1, 1] })
    expect(reader.records(run.id, 'predictions')).toEqual([predictionsAt(10), { ...predictionsAt(20), labels: [1, 1] }])
    expect(reader.records(run.id, 'distillation')).toEqual([])
    reader.close()
    log.close()
  })

  it('after the step that a run resumes from are dropped', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const [run, other] = [log.createRun({ studyId: null, key: 'a', config: namedRun('a') }), log.createRun({ studyId: null, key: 'b', config: namedRun('b') })]
    for (const { id } of [run, other]) for (const step of [10, 20]) log.appendRecord(id, 'predictions', predictionsAt(step))
    log.dropMetricsAfter(run.id, 10)
    expect(log.records(run.id, 'predictions').map(({ step }) => step)).toEqual([10])
    expect(log.records(other.id, 'predictions').map(({ step }) => step)).toEqual([10, 20])
    log.close()
  })

  it('that another version wrote are refused with their kind and step', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    log.appendRecord(run.id, 'predictions', { ...predictionsAt(10), split: 'other' as 'test' }) // as a later version might
    expect(() => log.records(run.id, 'predictions')).toThrow(/predictions record of step 10 does not read/)
    log.close()
  })
})
