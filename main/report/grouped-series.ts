import type { ChartSeries } from '../contract/report-document.ts'
import type { Spread } from '../contract/spread.ts'
import { series } from './blocks.ts'

export interface MeanPoint {
  readonly group: string
  readonly x: number
  readonly y: Spread
}

/** Means over seeds with their intervals: a series for each group, in the order in which they come; a colour each. `scale` multiplies y. */
export function groupedSeries(points: readonly MeanPoint[], scale = 1): ChartSeries[] {
  const groups = [...new Set(points.map(({ group }) => group))]
  const scaled = (value: number | null) => (value === null ? null : value * scale)
  return groups.map((name, colour) => {
    const own = points.filter(({ group }) => group === name).sort((one, other) => one.x - other.x)
    return series({ name, colour, x: own.map(({ x }) => x), y: own.map(({ y }) => y.mean * scale), low: own.map(({ y }) => scaled(y.low)), high: own.map(({ y }) => scaled(y.high)) })
  })
}
