import type { RunPredictions } from '../../../main/contract/distillation-records.ts'
import type { FeatureDistillationReport } from '../../../main/methods/feature-distillation/report.ts'
import { runsOf } from './student-curves.ts'

/** An exit of a run that may be looked at: a student, or the whole of a chain. */
export interface ChosenExit {
  readonly id: string
  readonly runId: string
  readonly depth: number
  readonly isWhole: boolean
  readonly arm: string
  readonly seed: number
}

/** Exits of the runs that are done, in the order of the study. */
export function exitsOf({ runs }: Pick<FeatureDistillationReport, 'runs'>): readonly ChosenExit[] {
  return runs.flatMap(({ runId, arm, seed, status, exits }) => (runId === null || status !== 'done' ? [] : exits.map(({ depth, isWhole }) => ({ id: `${runId}|${depth}`, runId, depth, isWhole, arm, seed }))))
}

/** What to begin with: the chosen student, or the first one that is drawn towards something, and the one of its depth trained alone, of one seed. */
export function firstExits({ runs, students, decision }: Pick<FeatureDistillationReport, 'runs' | 'students' | 'decision'>): readonly string[] {
  const exits = exitsOf({ runs })
  const preferred = students.find(({ id }) => id === decision.chosen)
  const ours = preferred !== undefined && preferred.way !== 'alone' ? preferred : (students.find(({ gain }) => gain !== null) ?? preferred)
  if (ours === undefined) return exits.slice(0, 2).map(({ id }) => id)
  const of = (student: typeof ours, seed?: number) => {
    const own = runsOf(student, runs).map(({ runId }) => runId)
    return exits.find((exit) => own.includes(exit.runId) && exit.depth === student.depth && (seed === undefined || exit.seed === seed))
  }
  const first = of(ours)
  const twin = students.find(({ way, depth }) => way === 'alone' && depth === ours.depth)
  const second = twin === undefined ? undefined : of(twin, first?.seed)
  const chosen = [second, first].flatMap((exit) => (exit === undefined ? [] : [exit.id]))
  return chosen.length === 2 ? chosen : exits.slice(0, 2).map(({ id }) => id)
}

/** What an exit predicts; undefined where its run does not say. */
export function predictionsOf(exit: ChosenExit, predictions: RunPredictions | null | undefined): RunPredictions['exits'][number] | undefined {
  return predictions?.exits.find(({ depth }) => depth === exit.depth)
}
