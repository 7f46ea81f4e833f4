import type { ChannelTap, DecorrelationConfig } from '../../../main/contract/decorrelation-config.ts'
import { noiseFloor, rankBound } from '../../../main/contract/reference-lines.ts'

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
  const each = taps.map((tap) => ({ weight: tap.weight, channels: channelsAt(tap) }))
  const total = (of: (channels: number) => number) => {
    if (each.some(({ channels }) => channels === null || channels < 2)) return null
    return each.reduce((sum, { weight, channels }) => sum + weight * pairScale(reduction, channels ?? 2) * of(channels ?? 2), 0)
  }
  const chance = noiseFloor(samples)[penalty === 'squared' ? 'squared' : 'absolute']
  const isMean = reduction === 'mean'
  return { samples, floor: isMean ? each.reduce((sum, { weight }) => sum + weight * chance, 0) : total(() => chance), bound: total((channels) => rankBound({ channels, samples })) }
}

/** What a mean over pairs is multiplied by. */
function pairScale(reduction: DecorrelationConfig['reduction'], channels: number): number {
  if (reduction === 'sum') return (channels * (channels - 1)) / 2
  return reduction === 'channel' ? channels - 1 : 1
}

function setsOf(term: CorrelationTerm, { labelledSets, unlabelledSets }: DecorrelationConfig): number {
  return term === 'labelled' ? 1 + labelledSets.length : unlabelledSets.length
}

function samplesOf(term: CorrelationTerm, { labelledSets, unlabelledSets }: DecorrelationConfig, batchSize: number): number {
  const batches = term === 'labelled' ? [batchSize, ...labelledSets.map((set) => set.batchSize)] : unlabelledSets.map((set) => set.batchSize)
  return batches.reduce((sum, count) => sum + count, 0) - Math.max(0, batches.length - 1)
}
