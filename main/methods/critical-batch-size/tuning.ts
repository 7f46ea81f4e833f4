import type { StudiedRun } from '../study.ts'
import type { CriticalBatchSizeConfig } from './config.ts'
import { criterionMetric, crossing } from '../crossing.ts'

/** Where the tuning of one batch size stands. */
export interface Tuning {
  readonly batchSize: number
  /** The rate taken; null while some rates have not ended, or where none gave a usable run. */
  readonly learningRate: number | null
  readonly isDone: boolean
}

/**
 * Takes, for each batch size, the learning rate of the grid that reaches the target in the fewest steps.
 *
 * Where none reached it, the one whose criterion ended closest to it. Rates whose run failed, diverged mostly, are out.
 */
export function tuningOf(config: CriticalBatchSizeConfig, runs: readonly StudiedRun[]): Tuning[] {
  const { sweep } = config
  return sweep.batchSizes.map((batchSize) => {
    const tried = sweep.tuningGrid.map((learningRate) => runs.find((run) => run.config.batchSize === batchSize && run.config.seed === sweep.firstSeed && rateOf(run) === learningRate))
    const isDone = tried.every((run) => run !== undefined && (run.status === 'finished' || run.status === 'failed' || run.status === 'stopped'))
    const scored = tried.flatMap((run) => (run === undefined || run.status === 'failed' ? [] : [{ run, score: scoreOf(config, run) }]))
    const best = scored.filter(({ score }) => !Number.isNaN(score)).sort((one, other) => one.score - other.score)[0]
    return { batchSize, isDone, learningRate: isDone && best !== undefined ? rateOf(best.run) : null }
  })
}

function rateOf(run: StudiedRun): number | null {
  return run.config.optimizer.kind === 'armijo' ? null : run.config.optimizer.learningRate
}

/** Lower is better: the steps of a run that reached the target, else a number above any steps that grows with the distance left. */
function scoreOf(config: CriticalBatchSizeConfig, run: StudiedRun): number {
  const { target } = config.sweep
  const found = crossing(run.evaluations, target)
  if (found.kind === 'crossed') return found.steps
  const last = run.evaluations.findLast((evaluation) => evaluation.values[criterionMetric[target.criterion]] !== undefined)?.values[criterionMetric[target.criterion]]
  if (last === undefined) return NaN
  const distance = target.criterion === 'validation-accuracy' ? target.value - last : last - target.value
  return Number.MAX_SAFE_INTEGER * (1 + Math.atan(distance))
}
