import type { RunConfig } from '../contract/run-config.ts'
import { trainedMs } from './crossing.ts'
import type { StudiedRun } from './study.ts'

/** What became of a run, in words that all comparisons share. */
export interface RunOutcome {
  /** Null where it has not been made. */
  readonly runId: string | null
  readonly status: 'done' | 'running' | 'queued' | 'failed' | 'stopped'
  /** Why it failed; null for a run that did not. */
  readonly problem: string | null
  /** At its last evaluation. */
  readonly validationAccuracy: number | null
  readonly validationLoss: number | null
  readonly trainLoss: number | null
  /** Once, at the end. */
  readonly testAccuracy: number | null
  readonly examples: number
  /** Training time, evaluations excluded. */
  readonly wallMs: number
}

/** Of a run that may not have been made. */
export function outcomeOf(run: StudiedRun | undefined): RunOutcome {
  const last = (key: string) => finite(run?.evaluations.findLast(({ values }) => values[key] !== undefined)?.values[key] ?? null)
  return {
    runId: run?.id ?? null,
    status: run === undefined ? 'queued' : statusOf(run),
    problem: run?.status === 'failed' ? (run.error?.message ?? 'no reason logged') : null,
    validationAccuracy: last('validation/accuracy'),
    validationLoss: last('validation/loss'),
    trainLoss: last('train/loss'),
    testAccuracy: last('test/accuracy'),
    examples: run?.examples ?? 0,
    wallMs: run === undefined ? 0 : (trainedMs(run.evaluations) ?? run.wallMs),
  }
}

function statusOf({ status }: StudiedRun): RunOutcome['status'] {
  if (status === 'finished') return 'done'
  if (status === 'failed' || status === 'stopped' || status === 'queued') return status
  return 'running'
}

/** Numbers alone: what is NaN or infinite is as good as not logged. */
export function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null
}

/** As written for the first batch: with its coupling and after the warm-up. Null for a line search. */
export function learningRateOf({ optimizer, schedule, batchSize }: RunConfig): number | null {
  if (optimizer.kind === 'armijo') return null
  return schedule.coupling === 'linear' ? (optimizer.learningRate * batchSize) / schedule.referenceBatchSize : optimizer.learningRate
}

/** What all runs of a study took together. Runs side by side share a machine, so this is at least what the machine was rented for. */
export function spentOn(runs: readonly Pick<StudiedRun, 'examples' | 'wallMs'>[], hourlyRate: number): { readonly examples: number; readonly hours: number; readonly money: number } {
  const hours = runs.reduce((total, run) => total + run.wallMs, 0) / 3_600_000
  return { examples: runs.reduce((total, run) => total + run.examples, 0), hours, money: hours * hourlyRate }
}
