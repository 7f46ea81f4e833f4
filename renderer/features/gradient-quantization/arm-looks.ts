import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import type { MetricSeries } from '../../../main/contract/records.ts'
import type { QuantizationArm } from '../../../main/methods/gradient-quantization/config.ts'
import type { GradientQuantizationReport } from '../../../main/methods/gradient-quantization/report.ts'
import { chartContext } from '../../charts/chart-context.ts'
import { orderedColors } from '../../charts/colors.ts'
import type { ChartColors } from '../../charts/colors.ts'
import { armGroups } from '../comparison/arm-groups.ts'
import type { ArmLook } from '../comparison/arm-groups.ts'
import type { CurveGroup } from '../study/curve-groups.ts'
import { familyLook } from './charts/family-looks.ts'
import { useQuantizationSentences } from './study-sentences.ts'
import { familyNames } from './unit-fits.ts'

const others = ['threshold', 'sidco', 'top-k', 'random-k', 'qsgd', 'terngrad', 'one-bit'] as const

/** An arm keeps its colour whatever else is shown: that of its family where it fits one; the same arm without memory is dashed, that of weight deltas dotted. */
export function quantizationLook(arm: QuantizationArm, colors: ChartColors): ArmLook {
  const color = colorOf(arm.replace(/-(no-memory|deltas)$/, ''), colors)
  if (arm.endsWith('-deltas')) return { color, dash: 'dotted' }
  return arm.endsWith('-no-memory') ? { color, dash: 'dashed' } : { color }
}

function colorOf(method: string, colors: ChartColors): string {
  if (method === 'dense') return colors.muted
  if (method === 'fitted-auto') return colors.bad
  const family = familyNames.find((name) => method === `fitted-${name}`)
  if (family !== undefined) return familyLook(family, colors).color
  return orderedColors(others.length, colors)[others.findIndex((name) => name === method)] ?? colors.muted
}

/** The curves of a comparison by its arms. */
export function useQuantizationGroups(report: () => GradientQuantizationReport | null): ComputedRef<(series: readonly MetricSeries[]) => readonly CurveGroup[]> {
  const sentences = useQuantizationSentences()
  return computed(() => {
    const shown = report()
    const { colors } = chartContext.value
    return (series) => (shown === null ? [] : armGroups({ report: shown, series, nameOf: sentences.value.arm, lookOf: (arm) => quantizationLook(arm, colors) }))
  })
}
