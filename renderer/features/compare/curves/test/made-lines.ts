import type { DrawnLine } from '../drawn-lines.ts'

/** A line of points given as [x, mean], with whatever else it should have. */
export function madeLine(id: string, points: readonly (readonly [x: number, mean: number])[], more: Partial<DrawnLine> = {}): DrawnLine {
  const mean = Float64Array.from(points, ([, y]) => y)
  return {
    id,
    said: { id, points: points.length, runs: 1, runsPlaced: 1, values: points.length, notFinite: 0, notPositive: 0, beforeAxis: 0 },
    x: Float64Array.from(points, ([x]) => x),
    mean,
    min: mean,
    max: mean,
    count: new Float64Array(points.length).fill(1),
    smoothed: null,
    low: null,
    high: null,
    runs: null,
    ...more,
  }
}
