import { describe, expect, it } from 'vitest'
import type { EventKind } from '../contract/event-kinds.ts'
import { studyConfig } from '../contract/study-config.ts'
import { openLogWriter } from '../log/open.ts'
import { temporaryWorkspace } from '../log/temporary-log.ts'
import { budgetsUsed, loggedDataset, stoppedPoints } from './study-reading.ts'

describe('what the log says of a study', () => {
  it('is read whole, however many events came after it, and never from another study', () => {
    using workspace = temporaryWorkspace()
    const writer = openLogWriter({ workspace: workspace.folder })
    const config = studyConfig.parse({ method: 'critical-batch-size' })
    const [studyId, other] = [writer.createStudy(config).id, writer.createStudy(config).id]
    const note = (kind: EventKind, facts: Record<string, unknown>, of = studyId) => writer.appendEvent({ studyId: of, runId: null, level: 'info', kind, message: '', facts })
    note('dataset.read', { trainExamples: 900, validationExamples: 100, hash: 'abc', shape: [28, 28, 1], classes: 10 })
    note('latency.measured', { latencies: [{ depth: 2, medianMs: 0.5, p95Ms: 0.7 }] })
    note('point.stopped', { batchSize: 8 })
    note('point.stopped', { batchSize: 16 })
    note('budget.reached', { hours: 1 })
    note('point.stopped', { batchSize: 512 }, other)
    // More than one page of any list.
    for (let index = 0; index < 10_050; index += 1) note('run.resumed', { index })
    note('study.extended', { batchSizes: [16] })
    note('budget.reached', { hours: 2 })
    expect(loggedDataset(writer, studyId)).toEqual({ trainExamples: 900, validationExamples: 100, hash: 'abc', classes: 10, data: { shape: [28, 28, 1], classes: 10 }, latencies: new Map([[2, { medianMs: 0.5, p95Ms: 0.7 }]]), endedBatchSizes: new Set([8]) })
    expect(stoppedPoints(writer, studyId)).toEqual(new Set([8]))
    expect([budgetsUsed(writer, studyId), budgetsUsed(writer, other)]).toEqual([2, 0])
    expect(loggedDataset(writer, other)).toBeNull()
    writer.close()
  })
})
