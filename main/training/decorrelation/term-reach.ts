import { batchOf, tapsOf } from './condition-changes.ts'
import type { ConditionFacts } from './condition-facts.ts'
import { referenceLines } from '../../contract/reference-lines.ts'

/** What a loss between channels can come down to with the batches of a run. */
export interface TermReach {
  /** Of the first feature, N: freedom + 1. */
  readonly samples: number
  /** What independent channels show. */
  readonly floor: number
  /** Below it the rank of the batch does not allow the loss. */
  readonly bound: number
  /** The least batch from the present one on at which a line is not above a value, with `samples`; null where there are not as many examples. */
  batchFor(line: 'floor' | 'bound', value: number): { readonly batch: number; readonly samples: number } | null
}

/**
 * The reference lines of a term, from the channels that are live now.
 *
 * See {@link referenceLines}; N is the samples of all streams that the term is taken from, less what their means take.
 *
 * @returns null for covariances, which have no such lines, and where nothing was measured.
 */
export function termReach(facts: ConditionFacts, term: 'unlabelled' | 'labelled'): TermReach | null {
  const { decorrelation } = facts.config
  const configs = term === 'unlabelled' ? decorrelation.unlabelledTaps : decorrelation.labelledTaps
  const readings = tapsOf(facts, term)
  const batch = batchOf(facts, term)
  const measured = facts.streams[readings[0]?.stream ?? -1]
  if (decorrelation.measure !== 'correlation' || batch === null || measured === undefined || readings.length !== configs.length) return null
  const others = (term === 'unlabelled' ? decorrelation.unlabelledSets.slice(1) : decorrelation.labelledSets).map(({ batchSize }) => batchSize)
  const means = decorrelation.centring === 'stream' ? 1 + others.length : 1
  const examplesAt = (size: number) => others.reduce((sum, other) => sum + other, size)
  const features = readings
    .map(({ samples, channels, dead }, i) => ({ places: Math.round(samples / measured.examples), live: channels - dead, weight: configs[i]?.weight ?? 0 }))
    .filter(({ live, weight }) => live >= 2 && weight > 0)
  const [first] = features
  if (first === undefined) return null
  const samplesAt = (size: number, places: number) => places * examplesAt(size) - means + 1
  if (samplesAt(batch.size, first.places) < 2) return null
  const linesAt = (size: number) =>
    referenceLines({
      penalty: decorrelation.penalty === 'squared' ? 'squared' : 'absolute',
      reduction: decorrelation.reduction,
      features: features.map(({ places, live, weight }) => ({ channels: live, samples: samplesAt(size, places), weight })),
    })
  return {
    samples: samplesAt(batch.size, first.places),
    ...linesAt(batch.size),
    batchFor(line, value) {
      const size = leastWhere((candidate) => linesAt(candidate)[line] <= value, { from: batch.size, to: batch.most })
      return size === null ? null : { batch: size, samples: samplesAt(size, first.places) }
    },
  }
}

/** The least whole number in a range from which on something holds; null for none. */
function leastWhere(holds: (value: number) => boolean, { from, to }: { readonly from: number; readonly to: number }): number | null {
  if (from > to || !holds(to)) return null
  let [low, high] = [from, to]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
