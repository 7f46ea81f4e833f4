import type { StudyProgress } from '../../contract/records.ts'
import type { DatasetFacts, PlannedRun, StudiedRun } from '../study.ts'
import { runConfigOf, runKey, type Request } from './arms.ts'
import type { LossGapBatchConfig } from './config.ts'

/** Every run that the comparison wants: all ways with the first seed, then all of them with the next, so that a picture shows early. */
export function requestsOf({ comparison }: LossGapBatchConfig): Request[] {
  const { arms, firstSeed, seeds } = comparison
  return Array.from({ length: seeds }, (_, round) => arms.map((arm) => ({ arm, seed: firstSeed + round }))).flat()
}

/** The runs of the comparison; it does not depend on what came of any of them, so a resumed study wants the same ones. */
export function planComparison(config: LossGapBatchConfig, runs: readonly StudiedRun[], facts: DatasetFacts): PlannedRun[] {
  const existing = new Map(runs.map((run) => [run.key, run]))
  return requestsOf(config).map((request, order) => {
    const key = runKey(request)
    const known = existing.get(key)
    return { key, config: known?.config ?? runConfigOf(config, facts, request), order, forecastExamples: examplesOf(known, config, facts) }
  })
}

/** Where the comparison stands, and the seconds left by the pace of its runs so far, those of the same way where there are some. */
export function comparisonProgress(config: LossGapBatchConfig, runs: readonly StudiedRun[], facts: DatasetFacts): StudyProgress {
  const byKey = new Map(runs.map((run) => [run.key, run]))
  const rows = requestsOf(config).map((request) => ({ arm: request.arm, run: byKey.get(runKey(request)) }))
  const paced = rows.flatMap(({ arm, run }) => (run !== undefined && run.examples > 0 && run.wallMs > 0 ? [{ arm, msPerExample: run.wallMs / run.examples }] : []))
  const paceOf = (arm: string) => mean(paced.filter((one) => one.arm === arm)) ?? mean(paced) ?? 0
  const lanes = config.comparison.parallelRuns || Math.max(1, runs.filter((run) => run.status === 'running').length)
  const leftMs = rows.reduce((total, { arm, run }) => (run !== undefined && hasEnded(run) ? total : total + Math.max(examplesOf(run, config, facts) - (run?.examples ?? 0), 0) * paceOf(arm)), 0)
  return {
    runsDone: rows.filter(({ run }) => run !== undefined && hasEnded(run)).length,
    runsPlanned: rows.length,
    examplesDone: rows.reduce((total, { run }) => total + (run?.examples ?? 0), 0),
    examplesPlanned: rows.reduce((total, { run }) => total + examplesOf(run, config, facts), 0),
    secondsLeft: paced.length > 0 ? leftMs / 1000 / lanes : null,
  }
}

/** Examples that a run takes: what it took where it has ended; discarded ones of a rollback come on top and are not foreseen. */
function examplesOf(run: StudiedRun | undefined, { comparison }: LossGapBatchConfig, { trainExamples }: DatasetFacts): number {
  if (run !== undefined && hasEnded(run)) return run.examples
  return Math.max(comparison.epochs * trainExamples, run?.examples ?? 0)
}

/** True for a run that does not train any further by itself. */
export function hasEnded({ status }: StudiedRun): boolean {
  return status === 'finished' || status === 'failed' || status === 'stopped'
}

function mean(paces: readonly { readonly msPerExample: number }[]): number | null {
  return paces.length === 0 ? null : paces.reduce((total, { msPerExample }) => total + msPerExample, 0) / paces.length
}
