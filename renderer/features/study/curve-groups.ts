import type { ChartColors } from '../../charts/colors.ts'
import { orderedColors } from '../../charts/colors.ts'
import type { MetricSeries, RunRecord } from '../../../main/contract/records.ts'

export interface CurveGroup {
  readonly name: string
  readonly color: string
  readonly dash?: 'dashed' | 'dotted'
  readonly series: readonly MetricSeries[]
}

/**
 * The curves of a study, one group a batch size, in the order of the batch sizes. A batch size keeps its colour whatever else is shown:
 * colours are dealt over all sizes of the sweep, not over those that have curves already.
 */
export function curveGroups(runs: readonly RunRecord[], series: readonly MetricSeries[], colors: ChartColors, nameOf: (batchSize: number) => string): CurveGroup[] {
  const sizes = [...new Set(runs.map((run) => run.config.batchSize))].sort((a, b) => a - b)
  const tones = orderedColors(sizes.length, colors)
  const sizeOf = new Map(runs.map((run) => [run.id, run.config.batchSize]))
  return sizes.map((size, index) => ({
    name: nameOf(size),
    color: tones[index] ?? colors.accent,
    series: series.filter((one) => sizeOf.get(one.runId) === size),
  }))
}
