import { describe, expect, it } from 'vitest'
import type { LogEvent } from '../../../main/contract/records.ts'
import { readControlLog } from './control-log.ts'

let nextId = 1
const event = (kind: string, facts: Record<string, unknown>): LogEvent => ({ id: nextId++, studyId: null, runId: 'run-1', at: nextId, level: 'info', kind, message: kind, facts })
const cause = { step: 10, examples: 160, position: 160, epoch: 0, trigger: 'flatT', reason: 'flat', readings: [] }
const shape = { lever: 'memory', replicas: 1, microBatch: 32, loops: 1, bytesFree: null, traceMs: 3, realisationReason: 'room' }

describe('readControlLog', () => {
  it('tells growth, shrinking and rollbacks apart, oldest first whatever the order of the events', () => {
    const grown = event('batch.changed', { ...cause, ...shape, fromBatch: 16, toBatch: 32 })
    const shrunk = event('batch.changed', { ...cause, ...shape, step: 20, examples: 480, fromBatch: 32, toBatch: 16 })
    const back = event('batch.rolled-back', { ...cause, step: 30, examples: 640, position: 500, fromBatch: 16, toBatch: 8, toEpoch: 1, checkpointStep: 22, rollbacks: 1, discardedFrom: 23, discardedTo: 30 })
    const log = readControlLog([back, shrunk, grown])
    expect(log.marks.map(({ kind, step, toBatch }) => [kind, step, toBatch])).toEqual([['grow', 10, 32], ['shrink', 20, 16], ['rollback', 30, 8]])
    expect(log.changes).toHaveLength(2)
    expect(log.rollbacks[0]).toMatchObject({ discardedFrom: 23, discardedTo: 30, checkpointStep: 22 })
  })

  it('knows the last status, whether the controller is held, and where the run was branched off', () => {
    const log = readControlLog([event('run.branched', { fromRun: 'run-7', step: 500 }), event('batch.status', { status: 'armed' }), event('batch.status', { status: 'cooling-down' }), event('batch.frozen', { isFrozen: true })])
    expect(log).toMatchObject({ status: 'cooling-down', isFrozen: true, branchedFrom: { runId: 'run-7', step: 500 } })
    expect(readControlLog([])).toMatchObject({ status: null, isFrozen: false, branchedFrom: null, marks: [] })
  })

  it('leaves out facts that do not read and keeps the others', () => {
    const log = readControlLog([event('batch.changed', { step: 'x' }), event('batch.changed', { ...cause, ...shape, fromBatch: 16, toBatch: 32 })])
    expect(log.changes).toHaveLength(1)
  })
})
