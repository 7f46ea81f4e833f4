import type { MetricKey } from '../../../main/contract/metrics.ts'
import type { MetricSeries } from '../../../main/contract/records.ts'
import type { Curve } from '../../../main/contract/smoothing.ts'
import type { Shape } from './charts/realisation-option.ts'
import type { Place } from './charts/step-line.ts'
import type { MeasuredCurves } from './conditions.ts'
import type { Course, XKind } from './course.ts'

/** Reads a run's logged curves along one kind of axis. */
export interface RunCurves {
  /** The means of what was logged; empty where nothing was. */
  places(key: MetricKey): readonly Place[]
  curve(key: MetricKey): Curve | null
  readonly measured: MeasuredCurves
  /** The batch size from each place on. */
  readonly batches: readonly Place[]
  readonly shapes: readonly Shape[]
  /** Where the run is. */
  readonly until: number
}

export function readRunCurves({ series, course, kind }: { readonly series: readonly MetricSeries[]; readonly course: Course; readonly kind: XKind }): RunCurves {
  const find = (key: MetricKey) => series.find((one) => one.key === key && one.step.length > 0)
  const at = (one: MetricSeries, index: number) => course.x(kind, { step: one.step[index] ?? 0, examples: one.examples[index] ?? 0, wallMs: one.wallMs[index] ?? 0 })
  const places = (key: MetricKey): readonly Place[] => {
    const one = find(key)
    return one === undefined ? [] : one.mean.map((mean, index) => [at(one, index), mean] as const)
  }
  const last = (key: MetricKey): readonly Place[] => {
    const one = find(key)
    return one === undefined ? [] : one.last.map((value, index) => [at(one, index), value] as const)
  }
  const [sizes, micros, loops, replicas] = [last('batch/size'), last('batch/micro'), last('batch/loops'), last('batch/replicas')]
  const free = last('batch/bytes-free')
  const clock = find('train/batch-loss') ?? find('train/loss')
  const ends = clock?.step.map((_, index) => at(clock, index)) ?? []
  return {
    places,
    curve(key) {
      const one = find(key)
      return one === undefined ? null : { x: one.step.map((_, index) => at(one, index)), mean: one.mean, min: one.min, max: one.max, count: one.count }
    },
    measured: { gap: places('controller/gap'), slope: places('controller/slope'), slopeT: places('controller/slope-t'), derivative: places('controller/derivative'), gradientNorm: places('controller/gradient-norm') },
    batches: sizes,
    // The rows of one change are logged together, so they have the same place.
    shapes: sizes.map(([x, batchSize], index) => ({ x, batchSize, microBatch: micros[index]?.[1] ?? batchSize, loops: loops[index]?.[1] ?? 1, replicas: replicas[index]?.[1] ?? 1, bytesFree: free.find(([from]) => from === x)?.[1] ?? null })),
    until: ends.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, x) : most), 0),
  }
}
