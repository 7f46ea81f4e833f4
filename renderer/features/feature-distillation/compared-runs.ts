import type { DistilledRun, FeatureDistillationReport } from '../../../main/methods/feature-distillation/report.ts'

export type ComparableRun = DistilledRun & { readonly runId: string }

/** Runs whose trained features can be compared: those that ended well. */
export function comparableRuns({ runs }: Pick<FeatureDistillationReport, 'runs'>): readonly ComparableRun[] {
  return runs.flatMap((run) => (run.runId !== null && run.status === 'done' ? [{ ...run, runId: run.runId }] : []))
}

/** What is compared to begin with: a student trained alone, of the chosen one's depth where there is one, with the whole stack of the same seed. */
export function firstCompared(report: Pick<FeatureDistillationReport, 'runs' | 'students' | 'decision'>): readonly [ComparableRun, ComparableRun] | null {
  const runs = comparableRuns(report)
  const wanted = report.students.find(({ id }) => id === report.decision.chosen)?.depth
  const alone = runs.filter(({ way }) => way === 'alone')
  const first = alone.find(({ depth }) => depth === wanted) ?? alone[0] ?? runs[0]
  if (first === undefined) return null
  const whole = runs.filter(({ way }) => way === 'whole')
  const second = whole.find(({ seed }) => seed === first.seed) ?? whole[0] ?? runs.find(({ runId }) => runId !== first.runId) ?? first
  return [first, second]
}
