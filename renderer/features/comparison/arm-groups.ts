import type { MetricSeries } from '../../../main/contract/records.ts'
import type { CurveGroup } from '../study/curve-groups.ts'

export interface ArmLook {
  readonly color: string
  readonly dash?: 'dashed' | 'dotted'
}
export interface ArmGroupsOptions<Arm extends string> {
  readonly report: { readonly runs: readonly { readonly runId: string | null; readonly arm: Arm }[]; readonly arms: readonly { readonly arm: Arm }[] }
  readonly series: readonly MetricSeries[]
  readonly nameOf: (arm: Arm) => string
  readonly lookOf: (arm: Arm) => ArmLook
}

/** The curves of a comparison, one group an arm, in the order of the study. An arm keeps its look whatever else is shown. */
export function armGroups<Arm extends string>({ report, series, nameOf, lookOf }: ArmGroupsOptions<Arm>): readonly (CurveGroup & { readonly arm: Arm })[] {
  const armOf = new Map(report.runs.flatMap(({ runId, arm }) => (runId === null ? [] : [[runId, arm] as const])))
  return report.arms.map(({ arm }) => ({ arm, name: nameOf(arm), ...lookOf(arm), series: series.filter((one) => armOf.get(one.runId) === arm) }))
}
