import type { QueryOutput } from '../../../main/contract/queries.ts'
import type { MetricSeries } from '../../../main/contract/records.ts'
import type { SharedRunConfig } from '../../../main/contract/run-config.ts'
import type { Rollback } from './control-log.ts'

/** What a chart of a controlled run counts along its horizontal axis. */
export const xKinds = ['examples', 'step', 'epoch', 'wall'] as const
export type XKind = (typeof xKinds)[number]

type Datasets = QueryOutput<'dataset.list'>['datasets']

/** Training examples of a run, as the split of its data leaves them; null for a file of one's own whose number is not in the settings. */
export function trainExamplesOf({ name, trainExamples, validationExamples }: SharedRunConfig['dataset'], datasets: Datasets): number | null {
  if (trainExamples !== null) return trainExamples
  const available = datasets.find((dataset) => dataset.name === name)?.trainExamples
  return available === undefined ? null : available - (validationExamples ?? Math.floor(available / 10))
}

/** Where a run is, as each kind of axis counts it. Steps, examples and time only rise; the epoch goes back with a rollback. */
export interface Course {
  x(kind: XKind, at: { readonly step: number; readonly examples: number; readonly wallMs?: number }): number
  /** Examples computed on by the end of a step. */
  examplesAt(step: number): number
  readonly trainExamples: number | null
  /** Examples computed on by now. */
  readonly examples: number
}

/**
 * @param clock A curve of the run with many points: steps, examples and times in between are read off it by straight lines.
 */
export function createCourse({ clock, rollbacks, trainExamples }: { readonly clock: Pick<MetricSeries, 'step' | 'examples' | 'wallMs'> | null; readonly rollbacks: readonly Rollback[]; readonly trainExamples: number | null }): Course {
  const read = (values: readonly number[], step: number) => (clock === null ? Number.NaN : interpolate([0, ...clock.step], [0, ...values], step))
  const position = (step: number, examples: number) => {
    const last = rollbacks.findLast((rollback) => rollback.step < step)
    return last === undefined ? examples : last.position + (examples - last.examples)
  }
  return {
    x(kind, { step, examples, wallMs }) {
      if (kind === 'examples') return examples
      if (kind === 'step') return step
      if (kind === 'wall') return (wallMs ?? read(clock?.wallMs ?? [], step)) / 1000
      return trainExamples === null ? Number.NaN : position(step, examples) / trainExamples
    },
    examplesAt: (step) => read(clock?.examples ?? [], step),
    trainExamples,
    examples: clock?.examples.at(-1) ?? 0,
  }
}

/** A stretch of a run, in examples computed on. */
export interface Stretch {
  readonly from: number
  readonly to: number
}
export interface Lane {
  /** Each epoch as often as it was trained, the one under way included. */
  readonly epochs: readonly (Stretch & { readonly epoch: number })[]
  /** What rollbacks threw away. */
  readonly discarded: readonly Stretch[]
  readonly total: number
}

/** The epochs of a run laid out along the examples it computed on, with what was thrown away. */
export function laneOf(course: Course, rollbacks: readonly Rollback[]): Lane {
  const total = course.examples
  const discarded = rollbacks.map(({ discardedFrom, examples }) => ({ from: course.examplesAt(discardedFrom - 1), to: examples }))
  const starts = [{ examples: 0, position: 0 }, ...rollbacks.map(({ examples, position }) => ({ examples, position }))]
  const { trainExamples } = course
  const epochs = trainExamples === null ? [] : starts.flatMap((start, index) => epochsBetween(start, starts[index + 1]?.examples ?? total, trainExamples))
  return { epochs, discarded, total }
}

function epochsBetween(start: { readonly examples: number; readonly position: number }, until: number, trainExamples: number): Lane['epochs'] {
  const epochs: { from: number; to: number; epoch: number }[] = []
  let from = start.examples
  for (let epoch = Math.floor(start.position / trainExamples); from < until; epoch += 1) {
    const to = Math.min(until, start.examples + (epoch + 1) * trainExamples - start.position)
    if (to > from) epochs.push({ from, to, epoch })
    from = Math.max(from, to)
  }
  return epochs
}

function interpolate(xs: readonly number[], ys: readonly number[], x: number): number {
  let low = 0
  let high = xs.length - 1
  if (x >= (xs[high] ?? 0)) return ys[high] ?? Number.NaN
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((xs[middle] ?? 0) <= x) low = middle
    else high = middle
  }
  const [x0, x1, y0, y1] = [xs[low] ?? 0, xs[high] ?? 0, ys[low] ?? Number.NaN, ys[high] ?? Number.NaN]
  return x1 === x0 ? y1 : y0 + ((x - x0) / (x1 - x0)) * (y1 - y0)
}
