import type { DistilledStudent, FeatureDistillationReport } from '../../../main/methods/feature-distillation/report.ts'
import type { CostPoint } from './charts/cost-option.ts'
import type { StudentLook } from './looks.ts'

export type CostKind = 'memory' | 'macs' | 'latency'

export interface CostPointsOptions {
  readonly report: Pick<FeatureDistillationReport, 'students' | 'decision'>
  readonly kind: CostKind
  readonly nameOf: (student: DistilledStudent) => string
  readonly lookOf: (student: DistilledStudent) => StudentLook
}

/** What each student came to and costs; those without a run that ended, or whose cost is not known, are left out. */
export function costPoints({ report: { students, decision }, kind, nameOf, lookOf }: CostPointsOptions): readonly CostPoint[] {
  return students.flatMap((student): CostPoint[] => {
    const { accuracy, cost } = student
    const paid = cost === null ? null : kind === 'memory' ? cost.memoryBytes : kind === 'macs' ? cost.macs : cost.latencyMs
    if (accuracy === null || paid === null) return []
    const deviation = accuracy.deviation ?? 0
    return [
      {
        name: nameOf(student),
        look: lookOf(student),
        cost: paid,
        accuracy: accuracy.mean,
        low: accuracy.low ?? accuracy.mean - deviation,
        high: accuracy.high ?? accuracy.mean + deviation,
        isPareto: decision.pareto[kind].includes(student.id),
        isChosen: decision.chosen === student.id,
        isWhole: student.way === 'whole',
      },
    ]
  })
}

/** The limit on a cost; null for none. */
export function costLimit({ limits }: FeatureDistillationReport['decision'], kind: CostKind): number | null {
  return kind === 'memory' ? limits.memoryBytes : kind === 'macs' ? limits.macs : limits.latencyMs
}
