import type { DecorrelationConfig } from '../../../main/contract/decorrelation-config.ts'
import { judgeThreshold } from '../../../main/contract/reference-lines.ts'
import type { TermReference } from './reference-values.ts'

export interface ThresholdVerdict {
  readonly kind: 'reachable' | 'unlikely' | 'unreachable'
  /** From which on it is within reach; null where that is not known or never so. */
  readonly neededSamples: number | null
}

export interface JudgedThreshold {
  readonly threshold: number
  readonly reference: TermReference
  readonly decorrelation: Pick<DecorrelationConfig, 'penalty' | 'reduction'>
  /** Of its one feature; null where there are several, or nobody knows. */
  readonly channels: number | null
}

/** Whether a threshold can be met by a batch; null where chance is not known. For one feature and a mean over its pairs also from how many samples on. */
export function thresholdVerdict({ threshold, reference: { samples, floor, bound }, decorrelation: { penalty, reduction }, channels }: JudgedThreshold): ThresholdVerdict | null {
  if (floor === null && bound === null) return null
  const kind = bound !== null && threshold < bound ? 'unreachable' : floor !== null && threshold < floor ? 'unlikely' : 'reachable'
  if (kind === 'reachable' || channels === null || channels < 2 || reduction !== 'mean') return { kind, neededSamples: null }
  const judged = judgeThreshold({ penalty: penalty === 'squared' ? 'squared' : 'absolute', threshold, channels, samples })
  return { kind, neededSamples: judged.kind !== 'reachable' && Number.isFinite(judged.samples) ? judged.samples : null }
}
