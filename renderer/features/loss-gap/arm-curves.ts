import type { ArmName } from '../../../main/methods/loss-gap-batch/config.ts'
import type { LossGapBatchReport } from '../../../main/methods/loss-gap-batch/report.ts'
import type { MetricSeries, RunRecord } from '../../../main/contract/records.ts'
import { orderedColors } from '../../charts/colors.ts'
import type { ChartColors } from '../../charts/colors.ts'
import type { CurveGroup } from '../study/curve-groups.ts'
import type { Place } from './charts/step-line.ts'

/** Which arm each run belongs to. */
export function armsOfRuns({ runs }: Pick<LossGapBatchReport, 'runs'>): ReadonlyMap<string, ArmName> {
  return new Map(runs.flatMap(({ runId, arm }) => (runId === null ? [] : [[runId, arm] as const])))
}

/** A colour for each arm: the controller in one of its own, the others along an ordered scale in the order of the study. An arm keeps its colour whatever else is shown. */
export function armColors(arms: readonly ArmName[], colors: ChartColors): ReadonlyMap<ArmName, string> {
  const others = arms.filter((arm) => arm !== 'controller')
  const tones = orderedColors(others.length, colors)
  return new Map([...others.map((arm, index) => [arm, tones[index] ?? colors.muted] as const), ...(arms.includes('controller') ? [['controller', colors.bad] as const] : [])])
}

/** The curves of a comparison, one group an arm, in the order of the study. */
export function armGroups({ report, series, colors, nameOf }: { readonly report: LossGapBatchReport; readonly series: readonly MetricSeries[]; readonly colors: ChartColors; readonly nameOf: (arm: ArmName) => string }): readonly (CurveGroup & { readonly arm: ArmName })[] {
  const armOf = armsOfRuns(report)
  const arms = report.arms.map(({ arm }) => arm)
  const tones = armColors(arms, colors)
  return arms.map((arm) => ({ arm, name: nameOf(arm), color: tones.get(arm) ?? colors.accent, series: series.filter((one) => armOf.get(one.runId) === arm) }))
}

/** The batch size over the course of a run: as logged, or the one that it was given where nothing changed it. */
export function batchPlaces({ run, series, xOf }: { readonly run: RunRecord; readonly series: readonly MetricSeries[]; readonly xOf: (one: MetricSeries, index: number) => number }): readonly Place[] {
  const logged = series.find((one) => one.runId === run.id && one.key === 'batch/size' && one.step.length > 0)
  return logged === undefined ? [[0, run.config.batchSize]] : logged.last.map((size, index) => [xOf(logged, index), size] as const)
}
