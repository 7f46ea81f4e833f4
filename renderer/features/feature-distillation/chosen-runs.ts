import type { FeatureDistillationReport } from '../../../main/methods/feature-distillation/report.ts'
import { runsOf } from './student-curves.ts'

/** A run that a student came of and that ended well. */
export interface StudentRun {
  readonly runId: string
  readonly seed: number
  /** Blocks of the student. */
  readonly depth: number
  /** Null where no example was held out. */
  readonly validationAccuracy: number | null
}

/** The runs of the chosen student, that with the best validation accuracy first: the test examples are not to choose by. */
export function chosenRuns({ decision, students, runs }: Pick<FeatureDistillationReport, 'decision' | 'students' | 'runs'>): readonly StudentRun[] {
  const student = students.find(({ id }) => id === decision.chosen)
  if (student === undefined) return []
  const { depth } = student
  return runsOf(student, runs)
    .flatMap(({ runId, seed, status, exits }) => {
      if (runId === null || status !== 'done') return []
      const exit = exits.find((one) => one.depth === depth)
      return [{ runId, seed, depth, validationAccuracy: exit?.validationAccuracy ?? null }]
    })
    .toSorted((one, other) => (other.validationAccuracy ?? 0) - (one.validationAccuracy ?? 0) || one.seed - other.seed)
}
