import type { MetricSeries } from '../../../main/contract/records.ts'

export interface GapCourse {
  readonly step: readonly number[]
  readonly train: readonly number[]
  readonly validation: readonly number[]
}

/** Accuracy or loss on training and on validation examples, at the steps at which both were evaluated. */
export function gapCourse(series: readonly MetricSeries[], kind: 'accuracy' | 'loss'): GapCourse {
  const [train, validation] = [series.find(({ key }) => key === `train/${kind}`), series.find(({ key }) => key === `validation/${kind}`)]
  const other = new Map(validation?.step.map((step, index) => [step, validation.mean[index] ?? Number.NaN]))
  const places = (train?.step ?? []).flatMap((step, index) => {
    const [own, there] = [train?.mean[index], other.get(step)]
    return own === undefined || there === undefined ? [] : [{ step, own, there }]
  })
  return { step: places.map(({ step }) => step), train: places.map(({ own }) => own), validation: places.map(({ there }) => there) }
}

/** How much better a network is on what it was trained on, at its last evaluation; null before the first. */
export function lastGap({ train, validation }: GapCourse, kind: 'accuracy' | 'loss'): number | null {
  const [own, other] = [train.at(-1), validation.at(-1)]
  if (own === undefined || other === undefined) return null
  return kind === 'accuracy' ? own - other : other - own
}
