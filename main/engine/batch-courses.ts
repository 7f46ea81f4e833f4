import type { LogEvent } from '../contract/records.ts'
import type { LogReader } from '../log/log.ts'
import type { BatchCourse } from '../methods/study.ts'

const KINDS = ['batch.changed', 'batch.rolled-back', 'run.resumed'] as const

/**
 * How the batch sizes of a study's runs moved, by run, from what was logged at each change. Runs that never changed theirs are left out.
 *
 * A run that goes on from a checkpoint makes what came after it once more, so what it had logged after that step does not count.
 */
export function batchCourses(reader: Pick<LogReader, 'studyEvents'>, studyId: string): ReadonlyMap<string, BatchCourse> {
  const events = KINDS.flatMap((kind) => reader.studyEvents(studyId, kind)).sort((one, other) => one.id - other.id)
  const byRun = Map.groupBy(events, (event) => event.runId ?? '')
  const courses = new Map<string, BatchCourse>()
  for (const [runId, own] of byRun) {
    const course = courseOf(own)
    if (course !== null) courses.set(runId, course)
  }
  return courses
}

function courseOf(events: readonly LogEvent[]): BatchCourse | null {
  const standing = events.reduce<readonly LogEvent[]>((kept, event) => (event.kind === 'run.resumed' ? kept.filter((earlier) => number(earlier, 'step') <= number(event, 'step')) : [...kept, event]), [])
  const last = standing.at(-1)
  if (last === undefined) return null
  const rollbacks = standing.filter(({ kind }) => kind === 'batch.rolled-back').length
  return { changes: standing.length - rollbacks, rollbacks, last: number(last, 'toBatch') }
}

function number({ facts }: LogEvent, name: string): number {
  const value = facts[name]
  return typeof value === 'number' ? value : 0
}
