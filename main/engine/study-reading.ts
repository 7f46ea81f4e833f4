import type { RunRecord, Status } from '../contract/records.ts'
import { z } from '../contract/zod.ts'
import type { LogReader } from '../log/log.ts'
import type { BatchCourse, DatasetFacts, Latency, StudiedRun } from '../methods/study.ts'
import { batchCourses } from './batch-courses.ts'
import type { DataShape } from './model-facts.ts'

/** True for a run or study that has come to an end: it does not go on unless somebody resumes it. */
export function hasEnded(status: Status): boolean {
  return status === 'finished' || status === 'failed' || status === 'stopped'
}

/**
 * Reads the runs of a study back from the log, in the shape that its method plans and reports from.
 *
 * Curves of ended runs are kept from one call to the next: they do not change any more.
 */
export class StudyReading {
  readonly #reader: LogReader
  readonly #ended = new Map<string, StudiedRun>()

  constructor(reader: LogReader) {
    this.#reader = reader
  }

  runs(studyId: string): readonly StudiedRun[] {
    const runs = this.#reader.runsOf(studyId)
    const courses = runs.some((run) => run.config.batchPolicy !== null) ? batchCourses(this.#reader, studyId) : new Map<string, BatchCourse>()
    return runs.map((run) => this.#read(run, courses.get(run.id)))
  }

  #read(run: RunRecord, course: BatchCourse | undefined): StudiedRun {
    const known = this.#ended.get(run.id)
    if (known !== undefined && known.status === run.status && known.steps === run.steps) return known
    const read = studiedRun(this.#reader, run, course)
    if (hasEnded(run.status)) this.#ended.set(run.id, read)
    else this.#ended.delete(run.id)
    return read
  }
}

/** One run with its evaluations. */
export function studiedRun(reader: LogReader, run: RunRecord, course?: BatchCourse): StudiedRun {
  return {
    id: run.id,
    key: run.key,
    config: run.config,
    status: run.status,
    steps: run.steps,
    examples: run.examples,
    wallMs: run.wallMs,
    functionEvaluations: run.functionEvaluations,
    censored: run.censored,
    evaluations: reader.evaluations(run.id),
    error: run.error,
    ...(run.config.distillation === null ? {} : { distillation: once(() => reader.records(run.id, 'distillation')) }),
    ...(run.config.decorrelation === null ? {} : { decorrelation: once(() => reader.records(run.id, 'decorrelation')) }),
    ...(run.config.evaluation.predictions ? { predictions: once(() => reader.records(run.id, 'predictions').at(-1) ?? null) } : {}),
    ...(run.config.exchange === null ? {} : { stepTotal: remembering((key) => reader.stepTotal(run.id, key)) }),
    ...(run.config.batchPolicy === null ? {} : { batchCourse: course ?? { changes: 0, rollbacks: 0, last: run.config.batchSize } }),
  }
}

/** Asks once. */
function once<T>(read: () => T): () => T {
  let known: { readonly value: T } | null = null
  return () => (known ??= { value: read() }).value
}

/** Asks once for each key. */
function remembering(read: NonNullable<StudiedRun['stepTotal']>): NonNullable<StudiedRun['stepTotal']> {
  const known = new Map<string, ReturnType<typeof read>>()
  return (key) => {
    const total = known.get(key) ?? read(key)
    known.set(key, total)
    return total
  }
}

/** What the log knows of a study's data, written when the data set was first read for it, and of what the user has ended. */
export interface LoggedDataset extends DatasetFacts {
  readonly hash: string
  /** Of one example; null where another version of Loupe did not log it. */
  readonly data: DataShape | null
}

/** The data set as the study first read it; null for a study that never came so far. */
export function loggedDataset(reader: LogReader, studyId: string): LoggedDataset | null {
  for (const { facts } of reader.studyEvents(studyId, 'dataset.read').toReversed()) {
    const { trainExamples, validationExamples, hash } = facts
    if (typeof trainExamples === 'number' && typeof validationExamples === 'number' && typeof hash === 'string') return { trainExamples, validationExamples, hash, ...classesOf(facts), data: loggedShape(facts), latencies: loggedLatencies(reader, studyId), endedBatchSizes: stoppedPoints(reader, studyId) }
  }
  return null
}

function classesOf({ classes }: Readonly<Record<string, unknown>>): { readonly classes?: number } {
  return typeof classes === 'number' ? { classes } : {}
}

function loggedShape({ shape, classes }: Readonly<Record<string, unknown>>): DataShape | null {
  return Array.isArray(shape) && shape.every((side) => typeof side === 'number') && typeof classes === 'number' ? { shape, classes } : null
}

/** How long the study's model takes for one example, by depth, as it was measured last; empty where it was not. */
export function loggedLatencies(reader: LogReader, studyId: string): ReadonlyMap<number, Latency> {
  const measured = z.array(latencyAt).safeParse(reader.studyEvents(studyId, 'latency.measured').at(-1)?.facts['latencies'])
  return new Map(measured.success ? measured.data.map(({ depth, ...latency }) => [depth, latency]) : [])
}
const latencyAt = z.object({ depth: z.int(), medianMs: z.number(), p95Ms: z.number() })

/** Batch sizes that the user ended with `study.stopPoint` and has not asked for again with `study.extend`. */
export function stoppedPoints(reader: LogReader, studyId: string): ReadonlySet<number> {
  const events = [...reader.studyEvents(studyId, 'point.stopped'), ...reader.studyEvents(studyId, 'study.extended')].sort((a, b) => a.id - b.id)
  const stopped = new Set<number>()
  for (const event of events) {
    if (event.kind === 'point.stopped' && typeof event.facts['batchSize'] === 'number') stopped.add(event.facts['batchSize'])
    if (event.kind === 'study.extended' && Array.isArray(event.facts['batchSizes'])) for (const batchSize of event.facts['batchSizes']) stopped.delete(Number(batchSize))
  }
  return stopped
}

/** How often the study has used up its budget: each time the user lets it go on, it gets as much again. */
export function budgetsUsed(reader: LogReader, studyId: string): number {
  return reader.studyEvents(studyId, 'budget.reached').length
}
