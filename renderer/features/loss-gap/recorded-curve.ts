import type { MetricKey } from '../../../main/contract/metrics.ts'
import type { MetricSeries, RunRecord } from '../../../main/contract/records.ts'
import type { RecordedCurve } from '../../../main/methods/loss-gap-batch/policy/replay.ts'

/** What a policy reads at an evaluation. */
const evaluated = ['train/loss', 'train/accuracy', 'validation/loss', 'validation/accuracy', 'noise/trace', 'noise/gradient-squared'] as const satisfies readonly MetricKey[]
/** What is asked of the log for a replay. */
export const recordedKeys: readonly MetricKey[] = ['train/batch-loss', 'step/learning-rate', ...evaluated]

/**
 * A run's logged losses as a policy would be shown them. Where a point stands for several steps it is one step as large as all of them
 * together: its mean weighs as much.
 */
export function recordedCurve(run: Pick<RunRecord, 'id' | 'config'>, series: readonly MetricSeries[]): RecordedCurve {
  const find = (key: MetricKey) => series.find((one) => one.runId === run.id && one.key === key)
  const loss = find('train/batch-loss')
  const rate = find('step/learning-rate')
  const steps = (loss?.mean ?? []).map((mean, index) => {
    const position = loss?.examples[index] ?? 0
    // Buckets of one number of points fall on the same steps, whatever the quantity.
    const learningRate = rate !== undefined && rate.step[index] === loss?.step[index] ? rate.mean[index] : undefined
    return { position, loss: mean, batchSize: position - (loss?.examples[index - 1] ?? 0), ...(learningRate === undefined ? {} : { learningRate }) }
  })
  const byPosition = new Map<number, Record<string, number>>()
  for (const key of evaluated) {
    const one = find(key)
    one?.examples.forEach((position, index) => {
      const values = byPosition.get(position) ?? {}
      byPosition.set(position, values)
      values[key] = one.last[index] ?? Number.NaN
    })
  }
  const evaluations = [...byPosition].sort(([a], [b]) => a - b).map(([position, values]) => ({ position, values }))
  return { steps: steps.filter(({ batchSize }) => batchSize > 0), evaluations }
}
