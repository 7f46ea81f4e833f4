import { singularValues } from '../../tensorflow/ops.ts'
import { tf } from '../../tensorflow/tf.ts'
import { effectiveCount } from '../features/effective-count.ts'
import { requireMoments } from './channel-moments.ts'
import type { ChannelProducts } from './channel-moments.ts'
import { requireChannels } from './channel-samples.ts'
import { correlations, decorrelationLoss } from './decorrelation-loss.ts'
import { diagonal, liveChannels } from './live-channels.ts'

/** What a feature's channels are looked at by. */
export interface ChannelReadings {
  /** Mean of |ρ| over pairs of live channels; 0 where there are fewer than two. */
  readonly meanAbsolute: tf.Scalar
  /** Mean of ρ² over pairs of live channels. */
  readonly meanSquared: tf.Scalar
  readonly deadChannels: tf.Scalar
  /** From 1 to the number of live channels, which it is where none are correlated; 0 where none is live. */
  readonly effectiveRank: tf.Scalar
  /** float32 `[channels]`: standard deviations, over N − 1, in the feature's unit. A covariance loss lowers them, a correlation need not. */
  readonly deviations: tf.Tensor1D
  /** float32 `[channels]`: eigenvalues of the correlations, the largest first. They add up to the number of live channels. */
  readonly spectrum: tf.Tensor1D
  /** float32 `[channels, channels]`, within [−1, 1]: 1 on the diagonal; rows and columns of dead channels are 0, on the diagonal too. */
  readonly correlations: tf.Tensor2D
}

/**
 * Reads how much the channels of a feature repeat each other. To be looked at: no gradient goes through.
 *
 *     effective rank = exp(−Σ pᵢ ln pᵢ),  pᵢ = λᵢ/Σλ        λ: eigenvalues of the correlations
 *
 * Unlike {@link effectiveRank} of similarity.ts, which takes singular values of the feature, it does not depend on how much each varies.
 *
 * @param products  Of the whole batch, as {@link poolMoments} or {@link joinStreams} gives them.
 * @param deadLimit  See {@link liveChannels}.
 * @throws LoupeError `shape-mismatch` for fewer than 2 channels or 3 examples.
 *
 * @example (1, 2, 3, 4), (1, 3, 2, 4) and (1, −1, −1, 1): ρ = 0.8, 0, 0; eigenvalues 1.8, 1, 0.2; mean |ρ| 0.266667; effective rank 2.347231.
 */
export function channelReadings(products: ChannelProducts, deadLimit: number): ChannelReadings {
  requireChannels(products.products.shape)
  requireMoments(products)
  return tf.tidy(() => {
    const live = liveChannels(products, deadLimit)
    const matrix = correlations(products.products, live)
    const spectrum = singularValues(matrix) // the eigenvalues, of a matrix that has none below 0
    const mean = { of: 'correlation', reduction: 'mean', deadLimit } as const
    return {
      meanAbsolute: decorrelationLoss(products, { ...mean, penalty: 'absolute' }),
      meanSquared: decorrelationLoss(products, { ...mean, penalty: 'squared' }),
      deadChannels: tf.sum<tf.Scalar>(tf.sub(1, live)),
      effectiveRank: effectiveCount(spectrum),
      deviations: tf.sqrt<tf.Tensor1D>(tf.div(diagonal(products.products), products.freedom)),
      spectrum,
      correlations: tf.clipByValue(matrix, -1, 1),
    }
  })
}
