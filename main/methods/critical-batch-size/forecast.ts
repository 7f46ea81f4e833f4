import type { StudyProgress } from '../../contract/records.ts'
import type { DatasetFacts, PlannedRun, StudiedRun } from '../study.ts'
import type { CriticalBatchSizeConfig } from './config.ts'
import { pointsInFit, preferredSteps } from './fitted.ts'
import { censoringCap } from './learning-rate.ts'
import type { SweepState } from './plan.ts'

/** What runs that have not ended will cost. */
export interface Forecast {
  /** Examples of one run in the end: known for an ended run, else by its batch size's mean, else by the law, else the cap. */
  examples(batchSize: number, run: StudiedRun | undefined): number
}

export function forecaster(config: CriticalBatchSizeConfig, state: SweepState, facts: DatasetFacts): Forecast {
  const cap = censoringCap(config, facts)
  const law = preferredSteps(pointsInFit(config.sweep, state.runs.map((read) => read.point)), config.sweep.confidence)
  const means = new Map(
    state.batches.map((batch) => {
      const examples = batch.runs.filter((read) => read.hasEnded).map((read) => read.run.examples)
      return [batch.batchSize, examples.length > 0 ? examples.reduce((total, value) => total + value, 0) / examples.length : null]
    }),
  )
  return {
    examples: (batchSize, run) => {
      if (run !== undefined && hasEnded(run)) return run.examples
      const steps = law === null ? Infinity : law(batchSize)
      const expected = means.get(batchSize) ?? (Number.isFinite(steps) && steps > 0 ? steps * batchSize : cap)
      return Math.max(Math.min(expected, cap), run?.examples ?? 0)
    },
  }
}

/**
 * Where the sweep stands: runs and examples of the plan, and the seconds left by the pace of the runs so far.
 *
 * The pace, in ms an example, is the measured one of the batch size, or of the nearest one on a logarithmic scale. Runs side by
 * side share the time: as many as the config says, else as many as run now.
 */
export function sweepProgress(options: { readonly config: CriticalBatchSizeConfig; readonly plan: readonly PlannedRun[]; readonly runs: readonly StudiedRun[] }): StudyProgress {
  const byKey = new Map(options.runs.map((run) => [run.key, run]))
  const rows = options.plan.map((planned) => ({ planned, run: byKey.get(planned.key) }))
  const paces = options.runs.filter((run) => run.examples > 0 && run.wallMs > 0).map((run) => ({ log: Math.log(run.config.batchSize), msPerExample: run.wallMs / run.examples }))
  const lanes = options.config.sweep.parallelRuns || Math.max(1, options.runs.filter((run) => run.status === 'running').length)
  const left = rows.reduce((total, { planned, run }) => {
    if (run !== undefined && hasEnded(run)) return total
    return total + Math.max(planned.forecastExamples - (run?.examples ?? 0), 0) * (nearestPace(paces, planned.config.batchSize) ?? 0)
  }, 0)
  return {
    runsDone: rows.filter(({ run }) => run !== undefined && hasEnded(run)).length,
    runsPlanned: rows.length,
    examplesDone: rows.reduce((total, { run }) => total + (run?.examples ?? 0), 0),
    examplesPlanned: rows.reduce((total, { planned, run }) => total + (run !== undefined && hasEnded(run) ? run.examples : planned.forecastExamples), 0),
    secondsLeft: paces.length > 0 ? left / 1000 / lanes : null,
  }
}

function nearestPace(paces: readonly { log: number; msPerExample: number }[], batchSize: number): number | null {
  const distance = (pace: { log: number }) => Math.abs(pace.log - Math.log(batchSize))
  const nearest = paces.reduce<number>((smallest, pace) => Math.min(smallest, distance(pace)), Infinity)
  const close = paces.filter((pace) => distance(pace) <= nearest + 1e-9)
  return close.length > 0 ? close.reduce((total, pace) => total + pace.msPerExample, 0) / close.length : null
}

function hasEnded(run: StudiedRun): boolean {
  return run.status === 'finished' || run.status === 'failed' || run.status === 'stopped'
}
