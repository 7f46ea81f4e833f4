import { describe, expect, it } from 'vitest'
import type { LogEvent } from '../contract/records.ts'
import { batchCourses } from './batch-courses.ts'

let id = 0
const event = (runId: string, kind: string, facts: Readonly<Record<string, unknown>>): LogEvent => ({ id: ++id, studyId: 'study-1', runId, at: 0, level: 'info', kind, message: '', facts })
const courses = (events: readonly LogEvent[]) => batchCourses({ studyEvents: (_, kind) => events.filter((one) => one.kind === kind) }, 'study-1')

describe('the course of a batch size', () => {
  it('counts changes and rollbacks of each run and knows the last batch size', () => {
    const read = courses([
      event('a', 'batch.changed', { step: 100, toBatch: 64 }),
      event('b', 'batch.changed', { step: 50, toBatch: 96 }),
      event('a', 'batch.changed', { step: 200, toBatch: 128 }),
      event('a', 'batch.rolled-back', { step: 250, toBatch: 32 }),
    ])
    expect(read.get('a')).toEqual({ changes: 2, rollbacks: 1, last: 32 })
    expect(read.get('b')).toEqual({ changes: 1, rollbacks: 0, last: 96 })
    expect(read.has('c')).toBe(false)
  })

  it('counts a change once that a resumed run made anew', () => {
    const read = courses([
      event('a', 'batch.changed', { step: 100, toBatch: 64 }),
      event('a', 'batch.changed', { step: 200, toBatch: 128 }),
      event('a', 'run.resumed', { step: 150 }),
      event('a', 'batch.changed', { step: 200, toBatch: 128 }),
    ])
    expect(read.get('a')).toEqual({ changes: 2, rollbacks: 0, last: 128 })
  })

  it('takes up where it was at the checkpoint, not where it was cut off', () => {
    expect(courses([event('a', 'batch.changed', { step: 100, toBatch: 64 }), event('a', 'batch.changed', { step: 200, toBatch: 128 }), event('a', 'run.resumed', { step: 150 })]).get('a')).toEqual({ changes: 1, rollbacks: 0, last: 64 })
    expect(courses([event('a', 'batch.changed', { step: 200, toBatch: 128 }), event('a', 'run.resumed', { step: 150 })]).has('a')).toBe(false)
  })
})
