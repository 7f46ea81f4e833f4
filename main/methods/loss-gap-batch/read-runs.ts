import type { RunConfig } from '../../contract/run-config.ts'
import { crossing, trainedMs } from '../crossing.ts'
import type { StudiedRun } from '../study.ts'
import { firstBatchOf, runKey, type Request } from './arms.ts'
import type { LossGapBatchConfig } from './config.ts'
import { requestsOf } from './plan.ts'
import type { ComparedRun } from './report.ts'

/** Every run that the comparison wants, read against its target: also those that have not been made, that failed or were stopped. */
export function readRuns(config: LossGapBatchConfig, runs: readonly StudiedRun[]): ComparedRun[] {
  const byKey = new Map(runs.map((run) => [run.key, run]))
  return requestsOf(config).map((request) => {
    const run = byKey.get(runKey(request))
    return run === undefined ? notMade(config, request) : read(config, request, run)
  })
}

function notMade(config: LossGapBatchConfig, { arm, seed }: Request): ComparedRun {
  const nothing = { validationAccuracy: null, validationLoss: null, trainLoss: null, testAccuracy: null, toTarget: null, problem: null }
  return { runId: null, arm, seed, status: 'queued', ...nothing, updates: 0, examples: 0, wallMs: 0, batchChanges: 0, rollbacks: 0, finalBatch: firstBatchOf(config, arm) }
}

function read(config: LossGapBatchConfig, { arm, seed }: Request, run: StudiedRun): ComparedRun {
  const last = (key: string) => run.evaluations.findLast(({ values }) => values[key] !== undefined)?.values[key] ?? null
  return {
    runId: run.id,
    arm,
    seed,
    status: statusOf(run),
    problem: run.status === 'failed' ? (run.error?.message ?? 'no reason logged') : null,
    validationAccuracy: finite(last('validation/accuracy')),
    validationLoss: finite(last('validation/loss')),
    trainLoss: finite(last('train/loss')),
    testAccuracy: finite(last('test/accuracy')),
    updates: run.steps,
    examples: run.examples,
    wallMs: trainedMs(run.evaluations) ?? run.wallMs,
    toTarget: arrival(config, run),
    batchChanges: run.batchCourse?.changes ?? 0,
    rollbacks: run.batchCourse?.rollbacks ?? 0,
    finalBatch: run.batchCourse?.last ?? run.config.batchSize,
  }
}

function statusOf({ status }: StudiedRun): ComparedRun['status'] {
  if (status === 'finished') return 'done'
  if (status === 'failed' || status === 'stopped' || status === 'queued') return status
  return 'running'
}

function arrival({ comparison: { target } }: LossGapBatchConfig, run: StudiedRun): ComparedRun['toTarget'] {
  if (target === null) return null
  const found = crossing(run.evaluations, target)
  return found.kind === 'crossed' ? { updates: found.steps, examples: found.examples, wallMs: found.wallMs } : null
}

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null
}

/** As written for the first batch: with its coupling and after the warm-up. Null for a line search. */
export function learningRateOf({ optimizer, schedule, batchSize }: RunConfig): number | null {
  if (optimizer.kind === 'armijo') return null
  return schedule.coupling === 'linear' ? (optimizer.learningRate * batchSize) / schedule.referenceBatchSize : optimizer.learningRate
}
