import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import type { ArmName } from '../../../main/methods/loss-gap-batch/config.ts'
import type { LossGapBatchReport } from '../../../main/methods/loss-gap-batch/report.ts'
import type { MetricSeries, RunRecord } from '../../../main/contract/records.ts'
import { chartContext } from '../../charts/chart-context.ts'
import { orderedColors } from '../../charts/colors.ts'
import type { ChartColors } from '../../charts/colors.ts'
import { armGroups } from '../comparison/arm-groups.ts'
import type { CurveGroup } from '../study/curve-groups.ts'
import type { Place } from './charts/step-line.ts'
import { useComparisonSentences } from './comparison-sentences.ts'

/** A colour for each arm: the controller in one of its own, the others along an ordered scale in the order of the study. An arm keeps its colour whatever else is shown. */
export function armColors(arms: readonly ArmName[], colors: ChartColors): ReadonlyMap<ArmName, string> {
  const others = arms.filter((arm) => arm !== 'controller')
  const tones = orderedColors(others.length, colors)
  return new Map([...others.map((arm, index) => [arm, tones[index] ?? colors.muted] as const), ...(arms.includes('controller') ? [['controller', colors.bad] as const] : [])])
}

/** The curves of a comparison by its ways. */
export function useArmGroups(report: () => LossGapBatchReport | null): ComputedRef<(series: readonly MetricSeries[]) => readonly (CurveGroup & { readonly arm: ArmName })[]> {
  const sentences = useComparisonSentences()
  return computed(() => {
    const shown = report()
    const { colors } = chartContext.value
    const tones = armColors(shown?.arms.map(({ arm }) => arm) ?? [], colors)
    return (series) => (shown === null ? [] : armGroups({ report: shown, series, nameOf: sentences.value.arm, lookOf: (arm) => ({ color: tones.get(arm) ?? colors.accent }) }))
  })
}

/** The batch size over the course of a run: as logged, or the one that it was given where nothing changed it. */
export function batchPlaces({ run, series, xOf }: { readonly run: RunRecord; readonly series: readonly MetricSeries[]; readonly xOf: (one: MetricSeries, index: number) => number }): readonly Place[] {
  const logged = series.find((one) => one.runId === run.id && one.key === 'batch/size' && one.step.length > 0)
  return logged === undefined ? [[0, run.config.batchSize]] : logged.last.map((size, index) => [xOf(logged, index), size] as const)
}
