import { tf } from '../../tensorflow/tf.ts'
import { withGradient } from '../../tensorflow/with-gradient.ts'
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
 * Its gradient is written out, so that a step computes a handful of matrices more instead of the dozens of a tape.
 *
 * @returns 0, with a gradient of 0, where fewer than two channels are live; not finite where a value is not.
 * @throws LoupeError `shape-mismatch` for fewer than 2 channels, and below 3 examples, of which every correlation is noise.
 *
 * @example (1, 2, 3, 4) and (1, 3, 2, 4): ρ = 0.8, squared 0.64; gradient on the first (−0.096, 0.288, −0.288, 0.096).
 * @see Cogswell et al. 2016, "Reducing overfitting in deep networks by decorrelating representations", arXiv:1511.06068: {@link deCov}.
 */
export function decorrelationLoss(products: ChannelProducts, loss: DecorrelationLoss): tf.Scalar {
  requireChannels(products.products.shape)
  requireMoments(products)
  return withGradient([products.products], () => {
    const live = liveChannels(products, loss.deadLimit)
    const scale = scaleOf(live, loss)
    const penalty = penalties[loss.penalty]
    const pairs = tf.mul(tf.mul(tf.expandDims(live, 0), tf.expandDims(live, 1)), tf.sub(1, tf.eye(live.shape[0])))
    if (loss.of === 'covariance') {
      const divisor = loss.divisor === 'samples' ? products.samples : products.freedom
      const measured = tf.div(products.products, divisor)
      return {
        value: tf.mul(tf.sum(tf.mul(penalty.value(measured), pairs)), scale),
        saved: [measured, pairs, scale],
        gradients: (dy, [covariances, counted, share]) => [tf.mul(tf.mul(penalty.slope(covariances!), counted!), tf.mul(dy, tf.div(share!, divisor)))], // as saved
      }
    }
    const inverse = inverseSizes(products.products, live)
    const measured = tf.mul(tf.mul(products.products, tf.expandDims(inverse, 0)), tf.expandDims(inverse, 1))
    return {
      value: tf.mul(tf.sum(tf.mul(penalty.value(measured), pairs)), scale),
      saved: [measured, pairs, scale, inverse],
      gradients: (dy, [correlations, counted, share, inverses]) => {
        const slopes = tf.mul(tf.mul(penalty.slope(correlations!), counted!), tf.mul(dy, share!)) // as saved
        const [rows, columns] = [tf.expandDims(inverses!, 1), tf.expandDims(inverses!, 0)]
        // Through a product of two channels, and through the deviations of both.
        const own = tf.mul(tf.sum(tf.mul(slopes, correlations!), 1, true), tf.square(rows))
        return [tf.sub(tf.mul(tf.mul(slopes, rows), columns), tf.mul(own, tf.eye(correlations!.shape[0]!)))]
      },
    }
  }) as tf.Scalar // a sum over all pairs
}

/** What a sum over all i ≠ j is multiplied by. */
function scaleOf(live: tf.Tensor1D, { reduction }: DecorrelationLoss): tf.Tensor {
  if (reduction === 'sum') return tf.scalar(0.5)
  const count = tf.sum(live)
  return tf.div(1, tf.maximum(reduction === 'channel' ? count : tf.mul(count, tf.sub(count, 1)), 1))
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
    const inverse = inverseSizes(products, live)
    return tf.mul<tf.Tensor2D>(tf.mul(products, tf.expandDims(inverse, 0)), tf.expandDims(inverse, 1))
  })
}

/** 1/√Sᵢᵢ of live channels, 0 of dead ones. */
function inverseSizes(products: tf.Tensor2D, live: tf.Tensor1D): tf.Tensor {
  const sums = tf.add(tf.mul(diagonal(products), live), tf.sub(1, live)) // 1 of dead channels
  return tf.mul(tf.rsqrt(sums), live)
}

/** Of one pair, and its slope. */
interface Penalty {
  value(x: tf.Tensor): tf.Tensor
  slope(x: tf.Tensor): tf.Tensor
}

const penalties: Readonly<Record<DecorrelationLoss['penalty'], Penalty>> = {
  squared: { value: (x) => tf.square(x), slope: (x) => tf.mul(x, 2) },
  absolute: { value: (x) => tf.abs(x), slope: (x) => tf.sign(x) },
  'smooth-absolute': { value: (x) => tf.sqrt(tf.add(tf.square(x), SMOOTHING)), slope: (x) => tf.mul(x, tf.rsqrt(tf.add(tf.square(x), SMOOTHING))) },
}
