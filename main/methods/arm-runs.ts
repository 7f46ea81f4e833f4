import type { RunConfig } from '../contract/run-config.ts'
import type { StudyProgress } from '../contract/records.ts'
import type { DatasetFacts, PlannedRun, StudiedRun } from './study.ts'

/** One run of a comparison: an arm, which is a way of doing something, and a seed. */
export interface ArmRequest<Arm extends string> {
  readonly arm: Arm
  readonly seed: number
}

/** How long each run is: so many times over the training examples, or so many steps. */
export type RunLength = { readonly epochs: number } | { readonly steps: number; readonly batchSize: number }

/** Which arms are trained with which seeds, and for how long. */
export type ArmPlan<Arm extends string> = RunLength & {
  readonly arms: readonly Arm[]
  readonly firstSeed: number
  readonly seeds: number
  readonly parallelRuns: number
  /** Runs that can never be made, for another one that they start from has not come to its end. None where left out. */
  readonly isGivenUp?: (request: ArmRequest<string>) => boolean
}

/** What the run is for within its study, unique there. */
export function runKey({ arm, seed }: ArmRequest<string>): string {
  return `way=${arm} seed=${seed}`
}

/** Every run that the comparison wants: all arms with the first seed, then all of them with the next, so that a picture shows early. */
export function requestsOf<Arm extends string>({ arms, firstSeed, seeds }: ArmPlan<Arm>): ArmRequest<Arm>[] {
  return Array.from({ length: seeds }, (_, round) => arms.map((arm) => ({ arm, seed: firstSeed + round }))).flat()
}

/** Each run that the comparison wants with what is logged of it; undefined where it has not been made. */
export function requestedRuns<Arm extends string>(plan: ArmPlan<Arm>, runs: readonly StudiedRun[]): { readonly request: ArmRequest<Arm>; readonly run: StudiedRun | undefined }[] {
  const byKey = new Map(runs.map((run) => [run.key, run]))
  return requestsOf(plan).map((request) => ({ request, run: byKey.get(runKey(request)) }))
}

/**
 * The runs of a comparison; it does not depend on how well any of them did, so a resumed study wants the same ones.
 *
 * @param configOf  Null for a run that waits for another one to end.
 */
export function planArms<Arm extends string>(options: { readonly plan: ArmPlan<Arm>; readonly runs: readonly StudiedRun[]; readonly facts: DatasetFacts; readonly configOf: (request: ArmRequest<Arm>) => RunConfig | null }): PlannedRun[] {
  const { plan, runs, facts, configOf } = options
  return requestedRuns(plan, runs).flatMap(({ request, run }, order) => {
    const config = run?.config ?? configOf(request)
    return config === null ? [] : [{ key: runKey(request), config, order, forecastExamples: examplesOf(run, plan, facts) }]
  })
}

/** Where a comparison stands, and the seconds left by the pace of its runs so far, those of the same arm where there are some. */
export function armsProgress<Arm extends string>(options: { readonly plan: ArmPlan<Arm>; readonly runs: readonly StudiedRun[]; readonly facts: DatasetFacts }): StudyProgress {
  const { plan, runs, facts } = options
  const rows = requestedRuns(plan, runs)
    .filter(({ request, run }) => run !== undefined || plan.isGivenUp?.(request) !== true)
    .map(({ request: { arm }, run }) => ({ arm, run }))
  const paced = rows.flatMap(({ arm, run }) => (run !== undefined && run.examples > 0 && run.wallMs > 0 ? [{ arm, msPerExample: run.wallMs / run.examples }] : []))
  const paceOf = (arm: string) => mean(paced.filter((one) => one.arm === arm)) ?? mean(paced) ?? 0
  const lanes = plan.parallelRuns || Math.max(1, runs.filter((run) => run.status === 'running').length)
  const leftMs = rows.reduce((total, { arm, run }) => (run !== undefined && hasEnded(run) ? total : total + Math.max(examplesOf(run, plan, facts) - (run?.examples ?? 0), 0) * paceOf(arm)), 0)
  return {
    runsDone: rows.filter(({ run }) => run !== undefined && hasEnded(run)).length,
    runsPlanned: rows.length,
    examplesDone: rows.reduce((total, { run }) => total + (run?.examples ?? 0), 0),
    examplesPlanned: rows.reduce((total, { run }) => total + examplesOf(run, plan, facts), 0),
    secondsLeft: paced.length > 0 ? leftMs / 1000 / lanes : null,
  }
}

/** Examples that a run takes: what it took where it has ended; discarded ones of a rollback come on top and are not foreseen. */
function examplesOf(run: StudiedRun | undefined, length: RunLength, { trainExamples }: DatasetFacts): number {
  if (run !== undefined && hasEnded(run)) return run.examples
  return Math.max('epochs' in length ? length.epochs * trainExamples : length.steps * length.batchSize, run?.examples ?? 0)
}

/** True for a run that does not train any further by itself. */
export function hasEnded({ status }: Pick<StudiedRun, 'status'>): boolean {
  return status === 'finished' || status === 'failed' || status === 'stopped'
}

function mean(paces: readonly { readonly msPerExample: number }[]): number | null {
  return paces.length === 0 ? null : paces.reduce((total, { msPerExample }) => total + msPerExample, 0) / paces.length
}
