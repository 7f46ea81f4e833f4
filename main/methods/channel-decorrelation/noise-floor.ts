import { logGamma } from '../student.ts'
import { hasLabelledTerm, hasUnlabelledTerm } from './arms.ts'
import type { ChannelDecorrelationConfig } from './config.ts'
import type { NoiseFloor } from './report.ts'

/**
 * Mean ρ² of two independent channels over so many samples: 1/(N − 1), whatever their distributions, by permutation.
 *
 * @example 64 samples: 0.015873.
 */
export function squaredFloor(samples: number): number {
  return 1 / (samples - 1)
}

/**
 * Mean |ρ| of two independent channels over so many samples, one of them Gaussian: Γ((N − 1)/2) / (√π Γ(N/2)), near √(2/(π(N − 1))).
 *
 * @example 64 samples: 0.100924.
 */
export function absoluteFloor(samples: number): number {
  return Math.exp(logGamma((samples - 1) / 2) - logGamma(samples / 2)) / Math.sqrt(Math.PI)
}

/**
 * Floors of the batches that the ways decorrelate, and of the probe.
 *
 * None where each position is a sample: those of one example are not independent, and what chance makes of them is not known. Where all sets are
 * centred around one mean, none of the batches, for what sets the sets apart is in them as well.
 */
export function noiseFloors({ decorrelation, labels }: ChannelDecorrelationConfig, validationExamples: number): NoiseFloor[] {
  const { pooling, centring, unlabelledSets, probeExamples } = decorrelation
  if (pooling === 'positions' || pooling === 'subset') return []
  const floor = (stream: NoiseFloor['stream'], samples: number, index = 0): NoiseFloor => ({ stream, index, samples, meanSquared: squaredFloor(samples), meanAbsolute: absoluteFloor(samples) })
  const probed = Math.min(probeExamples, validationExamples)
  return [
    ...(centring === 'stream' && labels.ways.some(hasLabelledTerm) ? [floor('labelled', labels.batchSize)] : []),
    ...(centring === 'stream' && labels.ways.some(hasUnlabelledTerm) ? unlabelledSets.map(({ batchSize }, index) => floor('unlabelled', batchSize, index)) : []),
    ...(probed >= 3 ? [floor('probe', probed)] : []),
  ]
}
