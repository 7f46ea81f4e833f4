import type { ChannelTap, DecorrelationConfig } from '../../../main/contract/decorrelation-config.ts'
import { referenceLines } from '../../../main/contract/reference-lines.ts'

export type CorrelationTerm = 'unlabelled' | 'labelled'

export interface TermReference {
  /** Samples whose moments are pooled: examples less one for each further data set with a mean of its own. */
  readonly samples: number
  /** What the loss is for independent channels, before its weight; null where chance is not known. */
  readonly floor: number | null
  /** What the rank of a batch allows at least; null where it is not known, 0 where it allows all. */
  readonly bound: number | null
}

export interface ReferenceQuestion {
  readonly term: CorrelationTerm
  readonly decorrelation: DecorrelationConfig
  /** Of the run: labelled examples per step. */
  readonly batchSize: number
  /** Channels of a feature; null where nobody knows. */
  readonly channelsAt: (tap: Pick<ChannelTap, 'place' | 'block'>) => number | null
}

/**
 * The lines below which a correlation loss does not come, or only by fitting the noise of its batches, in the loss's own unit: as it is summed
 * over pairs and features.
 *
 * None of a covariance, whose unit is that of the feature; of positions, which are no independent samples; and of data sets around one mean.
 */
export function termReference({ term, decorrelation, batchSize, channelsAt }: ReferenceQuestion): TermReference {
  const samples = samplesOf(term, decorrelation, batchSize)
  const { measure, pooling, centring, penalty, reduction } = decorrelation
  const none = { samples, floor: null, bound: null }
  if (measure === 'covariance' || pooling === 'positions' || pooling === 'subset' || (centring === 'pooled' && setsOf(term, decorrelation) > 1) || samples < 3) return none
  const taps = term === 'labelled' ? decorrelation.labelledTaps : decorrelation.unlabelledTaps
  const each = taps.map((tap) => ({ weight: tap.weight, channels: channelsAt(tap), samples }))
  const areKnown = each.every(({ channels }) => channels !== null && channels >= 2)
  const { floor, bound } = referenceLines({ penalty: penalty === 'squared' ? 'squared' : 'absolute', reduction, features: each.map((feature) => ({ ...feature, channels: Math.max(2, feature.channels ?? 2) })) })
  // The floor of a mean over pairs is the same however many channels there are.
  return { samples, floor: areKnown || reduction === 'mean' ? floor : null, bound: areKnown ? bound : null }
}

function setsOf(term: CorrelationTerm, { labelledSets, unlabelledSets }: DecorrelationConfig): number {
  return term === 'labelled' ? 1 + labelledSets.length : unlabelledSets.length
}

function samplesOf(term: CorrelationTerm, { labelledSets, unlabelledSets }: DecorrelationConfig, batchSize: number): number {
  const batches = term === 'labelled' ? [batchSize, ...labelledSets.map((set) => set.batchSize)] : unlabelledSets.map((set) => set.batchSize)
  return batches.reduce((sum, count) => sum + count, 0) - Math.max(0, batches.length - 1)
}
