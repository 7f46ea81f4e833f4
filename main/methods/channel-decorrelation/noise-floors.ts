import { noiseFloor } from '../../contract/reference-lines.ts'
import { hasLabelledTerm, hasUnlabelledTerm } from './arms.ts'
import type { ChannelDecorrelationConfig } from './config.ts'
import type { NoiseFloor } from './report.ts'

/**
 * Floors of the batches that the ways decorrelate, and of the probe.
 *
 * None where each position is a sample: those of one example are not independent, and what chance makes of them is not known. Where all sets are
 * centred around one mean, none of the batches, for what sets the sets apart is in them as well.
 */
export function noiseFloors({ decorrelation, labels }: ChannelDecorrelationConfig, validationExamples: number): NoiseFloor[] {
  const { pooling, centring, unlabelledSets, probeExamples } = decorrelation
  if (pooling === 'positions' || pooling === 'subset') return []
  const floor = (stream: NoiseFloor['stream'], samples: number, index = 0): NoiseFloor => {
    const { squared, absolute } = noiseFloor(samples)
    return { stream, index, samples, meanSquared: squared, meanAbsolute: absolute }
  }
  const probed = Math.min(probeExamples, validationExamples)
  return [
    ...(centring === 'stream' && labels.ways.some(hasLabelledTerm) ? [floor('labelled', labels.batchSize)] : []),
    ...(centring === 'stream' && labels.ways.some(hasUnlabelledTerm) ? unlabelledSets.map(({ batchSize }, index) => floor('unlabelled', batchSize, index)) : []),
    ...(probed >= 3 ? [floor('probe', probed)] : []),
  ]
}
