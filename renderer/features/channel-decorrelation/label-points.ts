import type { Spread } from '../../../main/contract/spread.ts'
import type { DecorrelationWay } from '../../../main/methods/channel-decorrelation/config.ts'
import type { DecorrelatedArm } from '../../../main/methods/channel-decorrelation/report.ts'
import type { LabelPoint } from './charts/labels-option.ts'

/** A quantity of each way against its labels, ways in the order of the study; arms without a run that ended are left out. */
export function labelPoints(arms: readonly DecorrelatedArm[], of: (arm: DecorrelatedArm) => Spread | null): readonly { readonly way: DecorrelationWay; readonly points: readonly LabelPoint[] }[] {
  return [...Map.groupBy(arms, ({ way }) => way)].flatMap(([way, own]) => {
    const points = own.flatMap((arm): LabelPoint[] => {
      const spread = of(arm)
      if (spread === null) return []
      const { mean, deviation, low, high } = spread
      return [{ labels: arm.labels, fraction: arm.fraction, value: mean, low: low ?? mean - (deviation ?? 0), high: high ?? mean + (deviation ?? 0) }]
    })
    return points.length === 0 ? [] : [{ way, points: points.toSorted((one, other) => one.labels - other.labels) }]
  })
}
