import type { ComparedCurves, ComparedLine, CompareCurvesInput, CurveLine } from '../contract/compare-curves.ts'
import { metrics } from '../contract/metrics.ts'
import type { MetricPoints } from '../log/block-codec.ts'
import type { RunPlace } from '../log/compared-runs.ts'
import type { LogReader } from '../log/log.ts'
import { BucketColumns, countBetween, indicesBetween, intoBuckets } from './buckets.ts'
import type { BucketedCurve } from './buckets.ts'
import { fullCurve, heldUntil } from './curve.ts'
import type { FullCurve } from './curve.ts'
import { groupCurve } from './group-curve.ts'
import { packNumbers, packSingles } from './packed-numbers.ts'
import { PointsCache } from './points-cache.ts'
import { smoothCurve } from './smooth-curve.ts'

type Reader = Pick<LogReader, 'logged' | 'place' | 'trainExamples'>

/** A line before it comes into buckets: its runs' full curves, and what is drawn of them together. */
interface FullLine {
  readonly id: string
  readonly curves: readonly FullCurve[]
  /** Runs that have logged the metric, on this axis or not. */
  readonly runs: number
  readonly drawn: BucketedCurve
}

/**
 * Answers `compare.curves`. What finished runs have logged is kept from one question to the next, so that a zoom need not read the log again.
 */
export function comparedCurves(reader: Reader): (input: CompareCurvesInput) => ComparedCurves {
  const cache = new PointsCache()
  return (input) => {
    const lines = input.lines.map((line) => fullLine(line, { input, reader, cache }))
    const extent = extentOf(lines)
    const columns = new BucketColumns()
    const [from, to] = [input.from ?? extent?.from ?? 0, input.to ?? extent?.to ?? 0]
    const least = input.scale === 'log' ? Math.max(from, extent?.leastPositive ?? from) : from
    const range = { from: least, to, buckets: input.buckets, scale: input.scale, isSmoothed: input.smoothing > 0 }
    const told = lines.map((line) => ({ ...countsOf(line, from, to), points: intoBuckets(line.drawn, range, columns) }))
    const areGroups = lines.some(({ drawn }) => drawn.runs !== undefined)
    return {
      lines: told,
      extent,
      columns: {
        x: packNumbers(columns.x),
        // What is computed, and was never logged, travels to seven digits.
        mean: packSingles(columns.mean),
        min: packNumbers(columns.min),
        max: packNumbers(columns.max),
        smoothed: input.smoothing > 0 ? packSingles(columns.smoothed) : null,
        low: areGroups ? packSingles(columns.low) : null,
        high: areGroups ? packSingles(columns.high) : null,
        count: packNumbers(columns.count),
        runs: areGroups ? packNumbers(columns.runs) : null,
      },
    }
  }
}

function fullLine(line: CurveLine, { input, reader, cache }: { readonly input: CompareCurvesInput; readonly reader: Reader; readonly cache: PointsCache }): FullLine {
  const isHeld = input.key in metrics && metrics[input.key as keyof typeof metrics].per === 'change' // just asked
  const read = line.runIds.map((runId) => {
    const place = reader.place(runId)
    return { runId, place, points: cache.points({ run: runId, key: input.key, place, read: () => reader.logged(runId, input.key) }) }
  })
  const logged = read.filter(({ points }) => points.steps.length > 0)
  const curves = logged.flatMap(({ runId, place, points }) => {
    const axisPlace = { startedAt: place.startedAt, trainExamples: input.axis === 'epoch' ? reader.trainExamples(runId) : null }
    const curve = fullCurve(points, input.axis, axisPlace)
    if (curve === null) return []
    return [isHeld ? heldUntil(curve, fullCurve(endOf(place), input.axis, axisPlace)?.x[0] ?? Number.NaN) : curve]
  })
  const smoothed = curves.map(({ x, y }) => ({ x, y, smoothed: smoothCurve(y, input.smoothing) }))
  const [only] = smoothed
  const drawn = line.runIds.length === 1 ? (only ?? { x: new Float64Array(0), y: new Float64Array(0), smoothed: new Float64Array(0) }) : groupCurve(smoothed, { spread: input.spread, isHeld })
  return { id: line.id, curves, runs: logged.length, drawn }
}

/** Where a run is now, as a point of its own. */
function endOf({ steps, examples, wallMs }: RunPlace): MetricPoints {
  return { steps: Float64Array.of(steps), examples: Float64Array.of(examples), wallMs: Float64Array.of(wallMs), values: Float64Array.of(0) }
}

function extentOf(lines: readonly FullLine[]): ComparedCurves['extent'] {
  let [from, to, leastPositive] = [Infinity, -Infinity, Infinity]
  for (const { x } of lines.flatMap(({ curves }) => curves)) {
    if (x.length === 0) continue
    from = Math.min(from, x[0]!)
    to = Math.max(to, x.at(-1)!)
    const positive = x[indicesBetween(x, Number.MIN_VALUE, Infinity)[0]]
    if (positive !== undefined) leastPositive = Math.min(leastPositive, positive)
  }
  return from <= to ? { from, to, leastPositive: Number.isFinite(leastPositive) ? leastPositive : null } : null
}

function countsOf({ id, curves, runs }: FullLine, from: number, to: number): Omit<ComparedLine, 'points'> {
  let [values, notFinite, notPositive, beforeAxis] = [0, 0, 0, 0]
  for (const curve of curves) {
    const [first, end] = indicesBetween(curve.x, from, to)
    const outside = countBetween(curve.notFinite, from, to)
    values += end - first + outside
    notFinite += outside
    for (let i = first; i < end; i++) if (curve.y[i]! <= 0) notPositive++
    beforeAxis += Math.max(0, Math.min(end, indicesBetween(curve.x, 0, 0)[1]) - first)
  }
  return { id, runs, runsPlaced: curves.length, values, notFinite, notPositive, beforeAxis }
}
