import type { Status } from '../../../contract/records.ts'
import { runKey } from '../../arm-runs.ts'
import type { DatasetFacts, StudiedRun } from '../../study.ts'
import { runConfigOf } from '../arms.ts'
import { lossGapBatchConfig, type ArmName, type LossGapBatchConfig } from '../config.ts'

export const facts: DatasetFacts = { trainExamples: 1000, validationExamples: 200 }

/** A comparison that the data above can hold. */
export function madeConfig(comparison: object = {}, rest: object = {}): LossGapBatchConfig {
  return lossGapBatchConfig.parse({
    method: 'loss-gap-batch',
    controller: { kind: 'loss-gap', batchMax: 128 },
    ...rest,
    comparison: { arms: ['controller', 'fixed-small'], seeds: 3, smallBatch: 10, largeBatch: 500, epochs: 4, target: { criterion: 'train-loss', value: 0.5 }, ...comparison },
  })
}

export interface MadeRun {
  readonly arm: ArmName
  readonly seed: number
  readonly status?: Status
  readonly steps?: number
  readonly accuracy?: number
  /** Step at which the train loss, which falls by a factor a step from 1, meets 0.5. */
  readonly targetStep?: number
  readonly stepMs?: number
  readonly course?: StudiedRun['batchCourse']
  readonly error?: StudiedRun['error']
}

/** A run as the log would have it: the loss halves at `targetStep` and again at twice that, 40 examples a step. */
export function madeRun(config: LossGapBatchConfig, made: MadeRun): StudiedRun {
  const { arm, seed, status = 'finished', steps = 400, accuracy = 0.8, targetStep = steps / 2, stepMs = 1 } = made
  const at = (step: number, loss: number, more: object = {}) => ({ step, examples: step * 40, wallMs: step * stepMs * 2, values: { 'train/loss': loss, 'time/step': stepMs, 'validation/accuracy': accuracy, 'validation/loss': loss, ...more } })
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
    evaluations: [at(0, 1), at(steps, 2 ** (-steps / targetStep), status === 'finished' ? { 'test/accuracy': accuracy } : {})],
    error: made.error ?? null,
    ...(made.course === undefined ? {} : { batchCourse: made.course }),
  }
}
