import type { CurveAxis } from '../contract/compare-curves.ts'
import type { MetricPoints } from '../log/block-codec.ts'

/** All finite values of one metric of one run over an axis, in order; two values may share a place. */
export interface FullCurve {
  readonly x: Float64Array
  readonly y: Float64Array
  /** Places of the values that are not finite. */
  readonly notFinite: Float64Array
}

/** What places a run's values on an axis. */
export interface AxisPlace {
  /** Ms since 1970; null before it began. */
  readonly startedAt: number | null
  /** Examples of an epoch; null where nobody knows. */
  readonly trainExamples: number | null
}

/**
 * The curve of logged points over an axis; null for a run that has no place on it: one whose epoch is not known, or that has not begun.
 */
export function fullCurve(points: MetricPoints, axis: CurveAxis, place: AxisPlace): FullCurve | null {
  const places = placesOn(points, axis, place)
  if (places === null) return null
  const { values } = points
  let finite = 0
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i]!)) finite++
  if (finite === values.length) return { x: places, y: values, notFinite: new Float64Array(0) }
  return {
    x: places.filter((_, i) => Number.isFinite(values[i]!)),
    y: values.filter((value) => Number.isFinite(value)),
    notFinite: places.filter((_, i) => !Number.isFinite(values[i]!)),
  }
}

/** The curve of a value that holds from each place to the next, up to where its run is. */
export function heldUntil(curve: FullCurve, end: number): FullCurve {
  const [x, y] = [curve.x.at(-1), curve.y.at(-1)]
  if (x === undefined || y === undefined || !(end > x)) return curve
  return { x: Float64Array.of(...curve.x, end), y: Float64Array.of(...curve.y, y), notFinite: curve.notFinite }
}

function placesOn({ steps, examples, wallMs }: MetricPoints, axis: CurveAxis, { startedAt, trainExamples }: AxisPlace): Float64Array | null {
  switch (axis) {
    case 'step':
      return steps
    case 'examples':
      return examples
    case 'epoch':
      return trainExamples === null ? null : examples.map((seen) => seen / trainExamples)
    case 'time':
      return wallMs.map((ms) => ms / 1000)
    case 'clock':
      return startedAt === null ? null : wallMs.map((ms) => startedAt + ms)
  }
}
