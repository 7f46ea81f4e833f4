import type { DecorrelationRecord } from '../../../main/contract/decorrelation-records.ts'
import type { LogEvent, RunRecord } from '../../../main/contract/records.ts'

/** Where a run that decorrelates is, as its page says it first. */
export type LearningStatus =
  | { readonly kind: 'waiting' | 'warming-up' | 'learning' | 'ended-by-user' | 'finished' | 'halted' }
  | { readonly kind: 'thresholds'; readonly reached: number; readonly of: number }
  | { readonly kind: 'will-not-reach'; readonly reached: number; readonly of: number }
  | { readonly kind: 'all-reached'; readonly of: number }

export interface RunState {
  readonly run: Pick<RunRecord, 'status'>
  readonly record: Pick<DecorrelationRecord, 'factor' | 'completion'> | null
  readonly events: readonly Pick<LogEvent, 'kind'>[]
}

/** Reads it from the run's status, its newest record and its events. */
export function learningStatus({ run, record, events }: RunState): LearningStatus {
  const happened = (kind: string) => events.some((event) => event.kind === kind)
  const of = record?.completion.length ?? 0
  const reached = record?.completion.filter(({ status }) => status === 'reached').length ?? 0
  if (run.status === 'finished') {
    if (happened('run.ended')) return { kind: 'ended-by-user' }
    return happened('thresholds.reached') ? { kind: 'all-reached', of } : { kind: 'finished' }
  }
  if (run.status === 'queued' || (run.status === 'running' && record === null)) return { kind: 'waiting' }
  if (run.status !== 'running' || record === null) return { kind: 'halted' }
  if (record.completion.some(({ status }) => status === 'will-not-reach')) return { kind: 'will-not-reach', reached, of }
  if (record.factor < 1) return { kind: 'warming-up' }
  return of > 0 ? { kind: 'thresholds', reached, of } : { kind: 'learning' }
}

/** How far a run is and how long it takes to its end, where nothing ends it before. */
export interface RunProgress {
  readonly examples: number
  readonly planned: number | null
  readonly secondsLeft: number | null
}

const EPOCHS = 10

/**
 * From what is planned, and else 10 epochs of the labelled examples in use, as the data set's event counts them.
 *
 * @param speed  Examples per second; null where the run does not train.
 */
export function runProgress({ run, events, speed, examples }: { readonly run: Pick<RunRecord, 'config'>; readonly events: readonly Pick<LogEvent, 'kind' | 'facts'>[]; readonly speed: number | null; readonly examples: number }): RunProgress {
  const counted = events.find(({ kind }) => kind === 'dataset.read')?.facts['trainExamples']
  const labelled = typeof counted === 'number' ? Math.ceil(counted * (run.config.decorrelation?.labelFraction ?? 1)) : null
  const planned = run.config.maxExamples ?? (labelled === null ? null : EPOCHS * labelled)
  return { examples, planned, secondsLeft: planned === null || speed === null || !(speed > 0) ? null : Math.max(0, planned - examples) / speed }
}
