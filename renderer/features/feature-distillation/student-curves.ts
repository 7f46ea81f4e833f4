import type { DistillationRecord } from '../../../main/contract/distillation-records.ts'
import type { MetricKey } from '../../../main/contract/metrics.ts'
import type { MetricSeries } from '../../../main/contract/records.ts'
import type { DistilledRun, DistilledStudent, FeatureDistillationReport } from '../../../main/methods/feature-distillation/report.ts'
import type { Curve } from '../../../main/contract/smoothing.ts'

/** What is drawn over training, one chart each. */
export type CurveKind = 'accuracy' | 'whole' | 'featureLoss' | 'cka' | 'cosine' | 'frontVariance' | 'rearVariance' | 'frontRank' | 'rearRank'
export type XKind = 'step' | 'examples' | 'wall'

/** Under which metric a run with one student logs it. */
export const metricOf: Readonly<Record<CurveKind, MetricKey>> = {
  accuracy: 'validation/accuracy',
  whole: 'whole/validation-accuracy',
  featureLoss: 'distillation/feature-loss',
  cka: 'distillation/cka',
  cosine: 'distillation/cosine',
  frontVariance: 'distillation/front-variance',
  rearVariance: 'distillation/rear-variance',
  frontRank: 'distillation/front-rank',
  rearRank: 'distillation/rear-rank',
}

/** Runs with a student at each depth: what their students do stands in their records, for a metric is of one student. */
export function exitRuns({ runs }: Pick<FeatureDistillationReport, 'runs'>): readonly DistilledRun[] {
  return runs.filter(({ way, depth, runId }) => depth === null && way !== 'whole' && runId !== null)
}

export interface StudentCurvesOptions {
  readonly report: Pick<FeatureDistillationReport, 'runs' | 'students'>
  readonly series: readonly MetricSeries[]
  readonly records: ReadonlyMap<string, readonly DistillationRecord[]>
  readonly kind: CurveKind
  readonly x: XKind
}

/** The curves of each student, one a seed; students without any are left out. Of the whole chains there is one entry an arm. */
export function studentCurves({ report, series, records, kind, x }: StudentCurvesOptions): readonly { readonly student: DistilledStudent; readonly curves: readonly Curve[] }[] {
  const seen = new Set<string>()
  return report.students.flatMap((student) => {
    const runs = runsOf(student, report.runs)
    const first = runs[0]
    if (first === undefined) return []
    const isShared = first.depth === null && student.way !== 'whole'
    // The whole chain of a run with several students is one: it is drawn once.
    if (kind === 'whole' && seen.has(first.arm)) return []
    seen.add(first.arm)
    const curves = runs.flatMap(({ runId }) => {
      if (runId === null) return []
      if (isShared) return fromRecords(records.get(runId) ?? [], { kind, x, depth: student.depth })
      const key = kind === 'whole' && student.way === 'whole' ? metricOf.accuracy : metricOf[kind]
      return fromSeries(series.find((one) => one.runId === runId && one.key === key), x)
    })
    return curves.length === 0 ? [] : [{ student, curves }]
  })
}

/** Runs that a student came of. */
export function runsOf({ id, way }: Pick<DistilledStudent, 'id' | 'way'>, runs: readonly DistilledRun[]): readonly DistilledRun[] {
  return runs.filter(({ arm, depth, way: own }) => arm === id || (own === way && depth === null))
}

function fromSeries(series: MetricSeries | undefined, x: XKind): readonly Curve[] {
  if (series === undefined || series.step.length === 0) return []
  const { mean, min, max, count } = series
  return [{ x: x === 'wall' ? series.wallMs.map((ms) => ms / 1000) : x === 'step' ? series.step : series.examples, mean, min, max, count }]
}

function fromRecords(records: readonly DistillationRecord[], { kind, x, depth }: { readonly kind: CurveKind; readonly x: XKind; readonly depth: number }): readonly Curve[] {
  const places = records.flatMap((record) => {
    const value = readRecord(record, kind, depth)
    return value === null ? [] : [{ x: x === 'wall' ? record.wallMs / 1000 : record[x], value }]
  })
  if (places.length === 0) return []
  const mean = places.map(({ value }) => value)
  return [{ x: places.map((place) => place.x), mean, min: mean, max: mean, count: mean.map(() => 1) }]
}

/** What a record says of the student of a depth; null where it does not. */
export function readRecord({ exits, pairs, features }: DistillationRecord, kind: CurveKind, depth: number): number | null {
  const pair = pairs.find(({ front }) => front === depth)
  const feature = (at: number | undefined) => features.find((one) => one.depth === at)
  const whole = exits.find(({ isWhole }) => isWhole)
  switch (kind) {
    case 'accuracy':
      return exits.find((exit) => exit.depth === depth && !exit.isWhole)?.validation.accuracy ?? null
    case 'whole':
      return whole?.validation.accuracy ?? null
    case 'featureLoss':
      return pair?.loss ?? null
    case 'cka':
      return pair?.cka ?? null
    case 'cosine':
      return pair?.cosine ?? null
    case 'frontVariance':
      return feature(depth)?.variance ?? null
    case 'rearVariance':
      return feature(whole?.depth)?.variance ?? null
    case 'frontRank':
      return feature(depth)?.effectiveRank ?? null
    case 'rearRank':
      return feature(whole?.depth)?.effectiveRank ?? null
  }
}
