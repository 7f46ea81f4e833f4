import type { MetricKey } from '../../contract/metrics.ts'
import { requestedRuns } from '../arm-runs.ts'
import { outcomeOf } from '../run-outcome.ts'
import type { StudiedRun } from '../study.ts'
import type { GradientQuantizationConfig } from './config.ts'
import type { QuantizedRun } from './report.ts'

/** Every run that the comparison wants: also those that have not been made, that failed or were stopped. */
export function readRuns(config: GradientQuantizationConfig, runs: readonly StudiedRun[]): QuantizedRun[] {
  return requestedRuns(config.quantization, runs).map(({ request: { arm, seed }, run }) => {
    const { runId, status, problem, validationAccuracy, testAccuracy, trainLoss, examples, wallMs } = outcomeOf(run)
    const steps = run?.steps ?? 0
    return {
      ...{ runId, arm, seed, status, problem, accuracy: testAccuracy ?? validationAccuracy, validationAccuracy, testAccuracy, trainLoss },
      ...{ steps, examples, wallMs, stepMs: steps > 0 ? wallMs / steps : null },
      ...exchanged(run),
    }
  })
}

/** What the steps of a run logged of its exchange. */
function exchanged(run: StudiedRun | undefined) {
  const total = (key: MetricKey) => run?.stepTotal?.(key) ?? { count: 0, sum: 0, zeros: 0 }
  const sum = (key: MetricKey) => (total(key).count > 0 ? total(key).sum : null)
  const mean = (key: MetricKey) => (total(key).count > 0 ? total(key).sum / total(key).count : null)
  const [askedRatio, keptRatio] = [mean('exchange/asked-ratio'), mean('exchange/kept-ratio')]
  return {
    parts: { compute: mean('exchange/compute-ms'), fit: mean('exchange/fit-ms'), encode: mean('exchange/encode-ms'), transfer: mean('exchange/transfer-ms'), update: mean('exchange/update-ms') },
    bytesUp: sum('exchange/bytes-up'),
    bytesDown: sum('exchange/bytes-down'),
    bytesUpPerStep: mean('exchange/bytes-up'),
    bytesDownPerStep: mean('exchange/bytes-down'),
    askedRatio,
    keptRatio,
    achievedRatio: askedRatio !== null && askedRatio > 0 && keptRatio !== null ? keptRatio / askedRatio : null,
    exchanges: total('exchange/kept-ratio').count,
    emptySteps: total('exchange/kept-ratio').zeros,
    relativeError: mean('exchange/relative-error'),
    cosine: mean('exchange/cosine'),
  } satisfies Partial<QuantizedRun>
}
