import { tf } from '../../tensorflow/tf.ts'
import { requireMoments } from './channel-moments.ts'
import type { ChannelProducts } from './channel-moments.ts'
import { requireChannels } from './channel-samples.ts'
import { diagonal, liveChannels } from './live-channels.ts'

/** Which measure of how two channels vary together, how it counts, and how pairs are put together; see {@link decorrelationLoss}. */
export interface DecorrelationLoss {
  readonly of: 'correlation' | 'covariance'
  readonly penalty: 'squared' | 'absolute' | 'smooth-absolute'
  readonly reduction: 'mean' | 'sum' | 'channel'
  /** From 0: the share of the mean deviation below which a channel is dead; see {@link liveChannels}. */
  readonly deadLimit: number
  /** What a covariance is divided by: N − 1 where left out, or N. A correlation does not depend on it. */
  readonly divisor?: 'freedom' | 'samples'
}

/** Under the root of a smooth absolute value: it is straight from about 10⁻³ on, and 10⁻³ at 0. */
const SMOOTHING = 1e-6

/**
 * How much channels repeat each other: a scalar, without labels.
 *
 *     ρᵢⱼ = Sᵢⱼ/√(Sᵢᵢ·Sⱼⱼ)        S: the products of centred channels. Covariance: Sᵢⱼ/(N − 1)
 *
 *     squared          ρ²
 *     absolute         |ρ|, with a slope of 0 at 0
 *     smooth-absolute  √(ρ² + 10⁻⁶)
 *
 *     mean             Σ over i ≠ j, over L(L − 1)       L: live channels
 *     sum              Σ over i < j
 *     channel          Σ over i ≠ j, over L
 *
 * A mean over pairs stays within [0, 1] for correlations of any number of channels, so a weight holds from one layer to another; a sum grows
 * with L², and needs a weight for each. The gradient goes through the deviations too: without that, a correlation would be lowered by
 * shrinking channels, as a covariance is. Dead channels are left out ({@link liveChannels}), so nothing is added to the denominator and
 * scaling a channel changes nothing. Of channels that are equal or opposite the gradient of ρ² is 0: they stay so.
 *
 * @param products  Of the whole batch, as {@link poolMoments} or {@link joinStreams} gives them; differentiable.
 * @returns 0, with a gradient of 0, where fewer than two channels are live; not finite where a value is not.
 * @throws LoupeError `shape-mismatch` for fewer than 2 channels, and below 3 examples, of which every correlation is noise.
 *
 * @example (1, 2, 3, 4) and (1, 3, 2, 4): ρ = 0.8, squared 0.64; gradient on the first (−0.096, 0.288, −0.288, 0.096).
 * @see Cogswell et al. 2016, "Reducing overfitting in deep networks by decorrelating representations", arXiv:1511.06068: {@link deCov}.
 */
export function decorrelationLoss(products: ChannelProducts, loss: DecorrelationLoss): tf.Scalar {
  requireChannels(products.products.shape)
  requireMoments(products)
  return tf.tidy(() => {
    const live = liveChannels(products, loss.deadLimit)
    const measured = loss.of === 'correlation' ? correlations(products.products, live) : covariances(products, loss)
    const pairs = tf.mul(tf.mul(tf.expandDims(live, 0), tf.expandDims(live, 1)), tf.sub(1, tf.eye(live.shape[0])))
    const sum = tf.sum(tf.mul(penalties[loss.penalty](measured), pairs))
    const count = tf.sum(live)
    if (loss.reduction === 'sum') return tf.mul<tf.Scalar>(sum, 0.5)
    return tf.div<tf.Scalar>(sum, tf.maximum(loss.reduction === 'channel' ? count : tf.mul(count, tf.sub(count, 1)), 1))
  })
}

/** ½(‖C‖² − ‖diag C‖²) of covariances over N, which shrinks channels as it decorrelates them. To be compared with; arXiv:1511.06068. */
export const deCov = { of: 'covariance', penalty: 'squared', reduction: 'sum', divisor: 'samples' } as const

/**
 * The covariance term of VICReg: Σ over i ≠ j of C², over the channels; it shrinks channels unless a term for the variance holds them.
 *
 * @see Bardes et al. 2022, "VICReg: variance-invariance-covariance regularization", arXiv:2105.04906. Differs from it: over live channels.
 */
export const vicRegCovariance = { of: 'covariance', penalty: 'squared', reduction: 'channel', divisor: 'freedom' } as const

/**
 * Correlations of live channels: float32 `[channels, channels]`; rows and columns of dead ones are 0, on the diagonal too.
 *
 * @param live  As {@link liveChannels} gives it.
 */
export function correlations(products: tf.Tensor2D, live: tf.Tensor1D): tf.Tensor2D {
  return tf.tidy(() => {
    const sums = tf.add(tf.mul(diagonal(products), live), tf.sub(1, live)) // 1 of dead channels
    const inverse = tf.mul(tf.rsqrt(sums), live)
    return tf.mul<tf.Tensor2D>(tf.mul(products, tf.expandDims(inverse, 0)), tf.expandDims(inverse, 1))
  })
}

function covariances({ products, samples, freedom }: ChannelProducts, { divisor }: DecorrelationLoss): tf.Tensor2D {
  return tf.div<tf.Tensor2D>(products, divisor === 'samples' ? samples : freedom)
}

const penalties: Readonly<Record<DecorrelationLoss['penalty'], (x: tf.Tensor) => tf.Tensor>> = {
  squared: (x) => tf.square(x),
  absolute: (x) => tf.mul(x, tf.sign(x)), // the slope of tfjs' abs is −1 at 0
  'smooth-absolute': (x) => tf.sqrt(tf.add(tf.square(x), SMOOTHING)),
}
