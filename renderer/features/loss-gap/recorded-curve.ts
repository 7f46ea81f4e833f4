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
  let at = -1
  const steps = (loss?.mean ?? []).map((mean, index) => {
    const [step, position] = [loss?.step[index] ?? 0, loss?.examples[index] ?? 0]
    // The rate is logged where it changes, and holds from there on. Where both are in buckets of the same steps, its mean is the step's.
    while ((rate?.step[at + 1] ?? Number.POSITIVE_INFINITY) <= step) at++
    const learningRate = rate?.step[at] === step ? rate.mean[at] : rate?.last[at]
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
