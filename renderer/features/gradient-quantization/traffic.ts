import type { MetricKey } from '../../../main/contract/metrics.ts'
import type { MetricSeries } from '../../../main/contract/records.ts'

/** Bytes that a worker has sent and received from the beginning to a step of a run; null for a run that logged none. */
export type BytesAt = (runId: string, step: number) => number | null

export const bytesKeys: readonly MetricKey[] = ['exchange/bytes-up', 'exchange/bytes-down']

/** What has been sent, and received, up to the end of each point of a series: exact, for a point's mean stands for all values in it. */
export function cumulative({ step, mean, count }: Pick<MetricSeries, 'step' | 'mean' | 'count'>): readonly (readonly [step: number, bytes: number])[] {
  let sum = 0
  return step.map((at, index) => {
    sum += (mean[index] ?? 0) * (count[index] ?? 1)
    return [at, sum] as const
  })
}

/** Reads bytes at any step, along straight lines between the points that were logged. */
export function bytesAlong(series: readonly MetricSeries[]): BytesAt {
  const curves = Map.groupBy(
    series.filter(({ key, step }) => bytesKeys.some((one) => one === key) && step.length > 0),
    ({ runId }) => runId,
  )
  const byRun = new Map([...curves].map(([runId, own]) => [runId, own.map(cumulative)] as const))
  return (runId, step) => {
    const own = byRun.get(runId)
    return own === undefined ? null : own.reduce((sum, places) => sum + along(places, step), 0)
  }
}

function along(places: readonly (readonly [number, number])[], step: number): number {
  const next = places.findIndex(([at]) => at >= step)
  if (next < 0) return places.at(-1)?.[1] ?? 0
  const [x1, y1] = places[next] ?? [0, 0]
  const [x0, y0] = places[next - 1] ?? [0, 0]
  return x1 === x0 ? y1 : y0 + ((step - x0) / (x1 - x0)) * (y1 - y0)
}
