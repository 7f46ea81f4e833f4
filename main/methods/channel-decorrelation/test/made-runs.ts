import type { DecorrelationRecord } from '../../../contract/decorrelation-records.ts'
import type { Status } from '../../../contract/records.ts'
import { runKey } from '../../arm-runs.ts'
import type { DatasetFacts, StudiedRun } from '../../study.ts'
import { armId, hasLabelledTerm, hasUnlabelledTerm } from '../arms.ts'
import { channelDecorrelationConfig, type ChannelDecorrelationConfig, type DecorrelationWay } from '../config.ts'
import { runConfigOf } from '../run-configs.ts'

export const facts: DatasetFacts = { trainExamples: 2000, validationExamples: 400, classes: 10 }

/** A comparison that the data above can hold: 100 labelled examples at least. */
export function madeConfig(labels: object = {}, rest: object = {}): ChannelDecorrelationConfig {
  return channelDecorrelationConfig.parse({ method: 'channel-decorrelation', ...rest, labels: { ways: ['supervised', '3a', '3b', '3c'], fractions: [0.05, 1], batchSize: 40, steps: 100, ...labels } })
}

export interface MadeRun {
  readonly way: DecorrelationWay
  readonly fraction?: number
  readonly seed: number
  readonly status?: Status
  readonly steps?: number
  readonly accuracy?: number
  readonly trainAccuracy?: number
  readonly stepMs?: number
  readonly meanCorrelation?: number
  readonly effectiveRank?: number
  readonly deadChannels?: number
  readonly meanDeviation?: number
  readonly labelledLoss?: number
  readonly unlabelledLoss?: number
  readonly error?: StudiedRun['error']
}

/** A run as the log would have it, 40 examples a step, evaluations as long as the steps before them; validation a hundredth below test. */
export function madeRun(config: ChannelDecorrelationConfig, made: MadeRun): StudiedRun {
  const { way, fraction = 0.05, seed, status = 'finished', steps = 100, accuracy = 0.8, trainAccuracy = 0.9, stepMs = 2 } = made
  const id = armId({ way, fraction })
  const { meanCorrelation = 0.3, effectiveRank = 12, deadChannels = 0, meanDeviation = 0.5 } = made
  const channels = { 'decorrelation/mean-correlation': meanCorrelation, 'decorrelation/unlabelled-mean-correlation': meanCorrelation + 0.01, 'decorrelation/effective-rank': effectiveRank, 'decorrelation/dead-channels': deadChannels, 'decorrelation/mean-deviation': meanDeviation }
  const at = (step: number, loss: number, more: object = {}) => ({ step, examples: step * 40, wallMs: step * stepMs * 2, values: { 'train/loss': loss, 'train/accuracy': trainAccuracy, 'validation/loss': loss + 0.2, 'validation/accuracy': accuracy - 0.01, 'time/step': stepMs, ...channels, ...more } })
  return {
    id: `run-${id.replace(' ', '-')}-${seed}`,
    key: runKey({ arm: id, seed }),
    config: runConfigOf({ config, arm: { id, way, fraction }, seed }),
    status,
    steps,
    examples: steps * 40,
    wallMs: steps * stepMs * 2,
    functionEvaluations: 0,
    censored: null,
    evaluations: [at(0, 2.3), ...(steps > 0 ? [at(steps, 0.5, status === 'finished' ? { 'test/accuracy': accuracy } : {})] : [])],
    error: made.error ?? null,
    decorrelation: () => [recordOf(config, made, 0), recordOf(config, made, steps)],
  }
}

function recordOf({ decorrelation }: ChannelDecorrelationConfig, { way, labelledLoss = 0.1, unlabelledLoss = 0.12 }: MadeRun, step: number): DecorrelationRecord {
  const term = (name: 'task' | 'unlabelled' | 'labelled', loss: number, weight: number) => ({ term: name, loss: step === 0 ? null : loss, weight, gradientNorm: null })
  return {
    ...{ step, examples: step * 40, wallMs: step, factor: 1, streams: [], taps: [], completion: [], recommendations: [] },
    terms: [term('task', 0.5, decorrelation.taskWeight), term('unlabelled', unlabelledLoss, hasUnlabelledTerm(way) ? decorrelation.unlabelledWeight : 0), term('labelled', labelledLoss, hasLabelledTerm(way) ? decorrelation.labelledWeight : 0)],
  }
}
