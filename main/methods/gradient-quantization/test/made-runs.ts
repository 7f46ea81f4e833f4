import type { MetricKey } from '../../../contract/metrics.ts'
import type { Status } from '../../../contract/records.ts'
import { runKey } from '../../arm-runs.ts'
import type { DatasetFacts, StepTotal, StudiedRun } from '../../study.ts'
import { runConfigOf } from '../arms.ts'
import { gradientQuantizationConfig, type GradientQuantizationConfig, type QuantizationArm } from '../config.ts'

export const facts: DatasetFacts = { trainExamples: 1000, validationExamples: 200, parameters: 100_000 }

/** A comparison that the data above can hold. */
export function madeConfig(quantization: object = {}, rest: object = {}): GradientQuantizationConfig {
  return gradientQuantizationConfig.parse({ method: 'gradient-quantization', ...rest, quantization: { arms: ['dense', 'fitted-laplace'], batchSize: 40, epochs: 4, ...quantization } })
}

export interface MadeRun {
  readonly arm: QuantizationArm
  readonly seed: number
  readonly status?: Status
  readonly steps?: number
  readonly accuracy?: number
  readonly stepMs?: number
  /** Of each step. */
  readonly bytesUp?: number
  readonly bytesDown?: number
  readonly asked?: number | null
  readonly kept?: number
  /** Steps that exchanged; all of them where left out. */
  readonly exchanges?: number
  readonly emptySteps?: number
  readonly error?: StudiedRun['error']
}

/** A run as the log would have it, 40 examples a step, evaluations as long as the steps before them. */
export function madeRun(config: GradientQuantizationConfig, made: MadeRun): StudiedRun {
  const { arm, seed, status = 'finished', steps = 100, accuracy = 0.8, stepMs = 2, bytesUp = 1000, bytesDown = 3000, asked = 0.01, kept = 0.01, exchanges = steps, emptySteps = 0 } = made
  const at = (step: number, loss: number, more: object = {}) => ({ step, examples: step * 40, wallMs: step * stepMs * 2, values: { 'train/loss': loss, 'time/step': stepMs, 'validation/accuracy': accuracy - 0.01, ...more } })
  const perStep: Partial<Record<MetricKey, number | null>> = { 'exchange/bytes-up': bytesUp, 'exchange/bytes-down': bytesDown, 'exchange/asked-ratio': asked, 'exchange/kept-ratio': kept, 'exchange/relative-error': 0.5, 'exchange/cosine': 0.75, 'exchange/compute-ms': 1, 'exchange/fit-ms': 0.25 }
  return {
    id: `run-${arm}-${seed}`,
    key: runKey({ arm, seed }),
    config: runConfigOf(config, facts, { arm, seed }),
    status,
    steps,
    examples: steps * 40,
    wallMs: steps * stepMs * 2,
    functionEvaluations: 0,
    censored: null,
    evaluations: [at(0, 2), at(steps, 0.5, status === 'finished' ? { 'test/accuracy': accuracy } : {})],
    error: made.error ?? null,
    stepTotal(key): StepTotal {
      const value = perStep[key] ?? null
      if (value === null) return { count: 0, sum: 0, zeros: 0 }
      const count = key.endsWith('-ratio') ? exchanges : steps
      return { count, sum: value * count, zeros: key === 'exchange/kept-ratio' ? emptySteps : 0 }
    },
  }
}
