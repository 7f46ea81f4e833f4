import type { StudiedRun } from '../study.ts'
import type { CriticalBatchSizeConfig } from './config.ts'
import { crossing, trainedMs, type Crossing } from '../crossing.ts'
import { effectiveLearningRate } from './learning-rate.ts'
import type { SweepPoint } from './report.ts'

/** A run read against the target of its sweep. */
export interface ReadRun {
  readonly run: StudiedRun
  readonly point: SweepPoint
  readonly crossing: Crossing
  /** True where it will not train any further by itself. */
  readonly hasEnded: boolean
}

const ENDED: ReadonlySet<StudiedRun['status']> = new Set(['finished', 'failed', 'stopped'])

/**
 * Reads runs against a target: the sweep's own or, afterwards, another one, from the same stored evaluations.
 *
 * A run that ended without meeting it is censored: it is known to need more steps than it took, not how many. A run that was
 * stopped before its first step is no point at all.
 *
 * @param tuned  Learning rate taken at each batch size under the rule "tuned"; a run with another one is a tuning run.
 */
export function readRuns(config: CriticalBatchSizeConfig, runs: readonly StudiedRun[], tuned: ReadonlyMap<number, number | null>): ReadRun[] {
  const sizes = new Set(config.sweep.batchSizes)
  return runs
    .filter((run) => sizes.has(run.config.batchSize) && !(run.status === 'stopped' && run.steps === 0))
    .map((run) => {
      const found = crossing(run.evaluations, config.sweep.target)
      return { run, crossing: found, hasEnded: ENDED.has(run.status), point: pointOf(run, found, roleOf(config, run, tuned)) }
    })
}

function roleOf(config: CriticalBatchSizeConfig, run: StudiedRun, tuned: ReadonlyMap<number, number | null>): SweepPoint['role'] {
  if (config.sweep.learningRateRule !== 'tuned' || run.config.optimizer.kind === 'armijo') return 'sweep'
  return tuned.get(run.config.batchSize) === run.config.optimizer.learningRate ? 'sweep' : 'tuning'
}

function pointOf(run: StudiedRun, found: Crossing, role: SweepPoint['role']): SweepPoint {
  const crossed = found.kind === 'crossed' ? found : null
  const censored = found.kind === 'not-crossed' && (run.status === 'finished' || run.status === 'stopped') && run.steps > 0
  return {
    runId: run.id,
    batchSize: run.config.batchSize,
    seed: run.config.seed,
    steps: crossed?.steps ?? null,
    examples: crossed === null ? null : crossed.steps * run.config.batchSize,
    // The log's sums are of whole runs; up to the crossing the line search is taken to have tried as often a step as over the run.
    functionEvaluations: crossed === null || run.steps === 0 ? null : (run.functionEvaluations * Math.min(crossed.steps, run.steps)) / run.steps,
    wallMs: crossed?.wallMs ?? (censored ? trainedMs(run.evaluations) : null),
    censored,
    censoredAtSteps: censored ? run.steps : null,
    learningRate: effectiveLearningRate(run.config),
    role,
    status: statusOf(run, found),
  }
}

function statusOf(run: StudiedRun, found: Crossing): SweepPoint['status'] {
  if (run.status === 'failed' || (found.kind === 'met-before-training' && ENDED.has(run.status))) return 'failed'
  if (run.status === 'finished') return 'done'
  if (run.status === 'stopped') return 'stopped'
  return run.status === 'queued' ? 'queued' : 'running'
}
