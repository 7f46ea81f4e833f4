import type { BatchPolicyConfig } from '../../../contract/batch-policy-config.ts'
import type { Noise } from './noise.ts'

/** AdaScale never takes the variance for less than this share of what it measures against, as its authors do. */
const LEAST_VARIANCE = 1e-6

/**
 * How much further one step at S times the batch goes than one at the batch itself.
 *
 *     r(S) = (v + u)/(v/S + u)        1 ≤ r ≤ S; for S < 1 the same law, S ≤ r ≤ 1
 *
 * @param variance  v, of the mean gradient of the batch that S is relative to: tr Σ/B. Not below 10⁻⁶ where used.
 * @param squaredMean  u = |G|². Negative estimates count as 0.
 * @example adaScaleGain({ scale: 4, variance: 3, squaredMean: 1 }) is 4/1.75 = 2.285714
 * @see Johnson et al. 2020, "AdaScale SGD", arXiv:2007.05105, section 3. S < 1 is ours.
 */
export function adaScaleGain({ scale, variance, squaredMean }: { readonly scale: number; readonly variance: number; readonly squaredMean: number }): number {
  const [v, u] = [Math.max(LEAST_VARIANCE, variance), Math.max(0, squaredMean)]
  return (v + u) / (v / scale + u)
}

/** What the learning rate is multiplied by at a batch size. AdaScale leaves it alone until there are noise estimates. */
export function learningRateFactor({ rule, batchSize, firstBatch, noise }: { readonly rule: BatchPolicyConfig['learningRateRule']; readonly batchSize: number; readonly firstBatch: number; readonly noise: Noise | null }): number {
  const scale = batchSize / firstBatch
  switch (rule) {
    case 'none':
      return 1
    case 'linear':
      return scale
    case 'sqrt':
      return Math.sqrt(scale)
    case 'adascale':
      return noise === null ? 1 : adaScaleGain({ scale, variance: noise.trace / firstBatch, squaredMean: noise.gradientSquared })
  }
}

/**
 * The scale of the noise that SGD adds to training, in examples: ηN/(B(1 − μ)).
 *
 * @example Learning rate 0.1, 50,000 examples, batch 128, momentum 0.9: 390.6
 * @see Smith et al. 2018, "Don't decay the learning rate, increase the batch size", arXiv:1711.00489, equation 5.
 */
export function trainingNoise({ learningRate, trainExamples, batchSize, momentum }: { readonly learningRate: number; readonly trainExamples: number; readonly batchSize: number; readonly momentum: number }): number {
  return (learningRate * trainExamples) / (batchSize * (1 - momentum))
}
