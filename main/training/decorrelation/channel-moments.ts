import { LoupeError } from '../../contract/errors.ts'
import { sumInOrder } from '../../tensorflow/ops.ts'
import { tf } from '../../tensorflow/tf.ts'
import { withGradient } from '../../tensorflow/with-gradient.ts'
import { requireExamples } from '../features/feature-shape.ts'
import { detach } from '../features/stop-gradient.ts'
import type { ChannelSamples } from './channel-samples.ts'

/** How channels vary together, over samples whose means were taken off: all that a correlation or covariance is made of. */
export interface ChannelProducts {
  readonly examples: number
  readonly samples: number
  /** Samples, less one for each mean that was taken off: what a covariance is divided by. */
  readonly freedom: number
  /** float32 `[channels]`: Σ z², with the mean left in. It tells float32's rounding from variation. */
  readonly squares: tf.Tensor1D
  /** float32 `[channels, channels]`: Σ (z − mean)(z − mean)ᵀ. */
  readonly products: tf.Tensor2D
}

/** {@link ChannelProducts} around one mean, which can be pooled further. */
export interface ChannelMoments extends ChannelProducts {
  /** float32 `[channels]`. */
  readonly mean: tf.Tensor1D
}

/**
 * Sums up how the channels of some samples vary together.
 *
 * Of a micro-batch or a replica's share these are not yet what a loss is made of: correlations of parts do not add up to that of the whole.
 * Their moments do ({@link poolMoments}). Products are taken around the mean, not of the values themselves: Σ z² − n·mean² in float32 is
 * rounding where a channel's mean is a thousand times its deviation.
 *
 * @param samples  `rows` is differentiable.
 */
export function channelMoments({ rows, examples }: ChannelSamples): ChannelMoments {
  const samples = rows.shape[0]
  const moments = tf.tidy(() => {
    const { mean } = centred(rows, tf.fill([samples, 1], 1 / samples))
    return { mean, squares: tf.sum<tf.Tensor1D>(tf.square(rows), 0), products: centredProducts(rows) }
  })
  return { examples, samples, freedom: samples - 1, ...moments }
}

/**
 * The moments of all samples, from those of their parts: micro-batches, replicas, or batches before this one.
 *
 *     mean = Σ nₖ·meanₖ/n      products = Σ productsₖ + Σ nₖ(meanₖ − mean)(meanₖ − mean)ᵀ
 *
 * The same as of all samples at once, to rounding; the gradients as well, where the parts are differentiable. Moments read back from
 * elsewhere are constants: see {@link lossShare} for the gradient of one part then.
 *
 * @param parts  Of one stream and one number of channels.
 * @see Chan, Golub and LeVeque 1979, "Updating formulae and a pairwise algorithm for computing sample variances".
 */
export function poolMoments(parts: readonly ChannelMoments[]): ChannelMoments {
  requireAlike(parts)
  const [first, ...others] = parts
  if (first !== undefined && others.length === 0) return first
  const samples = total(parts, 'samples')
  const moments = tf.tidy(() => {
    const shares = tf.tensor2d(parts.map((part) => [part.samples / samples]))
    const { mean, apart } = centred(tf.stack(parts.map((part) => part.mean)) as tf.Tensor2D, shares) // of vectors
    const between = tf.mul(tf.matMul(tf.mul<tf.Tensor2D>(apart, shares), apart, true), samples)
    return {
      mean,
      squares: sumInOrder(parts.map((part) => part.squares)),
      products: tf.add<tf.Tensor2D>(sumInOrder(parts.map((part) => part.products)), between),
    }
  })
  return { examples: total(parts, 'examples'), samples, freedom: samples - 1, ...moments }
}

/**
 * How channels vary together within streams, each of which keeps its own mean: labelled and unlabelled data, or domains.
 *
 *     products = Σ productsₖ
 *
 * Around a common mean, what sets the streams apart would look like a correlation between all channels that it moves.
 *
 * @example Channels (0, 1, 2) and (1, 0, 2) have ρ = 0.5. With a second stream of the same plus 10: 0.5 here, 0.987013 by {@link poolMoments}.
 */
export function joinStreams(streams: readonly ChannelProducts[]): ChannelProducts {
  requireAlike(streams)
  return {
    examples: total(streams, 'examples'),
    samples: total(streams, 'samples'),
    freedom: total(streams, 'freedom'),
    squares: sumInOrder(streams.map((stream) => stream.squares)),
    products: sumInOrder(streams.map((stream) => stream.products)),
  }
}

/**
 * Refuses moments of too few examples to be told from noise: of 2 samples every correlation is 1 or −1.
 *
 * @throws LoupeError `shape-mismatch` below 3 examples; positions of one example do not make up for others.
 */
export function requireMoments({ examples }: Pick<ChannelProducts, 'examples'>): void {
  requireExamples('Decorrelation', examples, 3)
}

/**
 * Σ (z − mean)(z − mean)ᵀ of rows, with the gradient (z − mean)(G + Gᵀ).
 *
 * Nothing goes through the mean: deviations from it add up to 0. A tape would find that out by four passes over the rows.
 */
function centredProducts(rows: tf.Tensor2D): tf.Tensor2D {
  return withGradient([rows], () => {
    const samples = rows.shape[0]
    const { apart } = centred(rows, tf.fill([samples, 1], 1 / samples))
    return { value: tf.matMul(apart, apart, true), saved: [apart], gradients: (dy, [kept]) => [tf.add(tf.matMul(kept!, dy), tf.matMul(kept!, dy, false, true))] } // one was saved
  }) as tf.Tensor2D // channels by channels
}

/**
 * Rows around their mean, weighted by shares `[rows, 1]` that add up to 1.
 *
 * The first row is taken off before the mean is made: of a constant column then nothing is left, where TensorFlow's sum of thousands of
 * large equal numbers is off by 10⁻⁵ of them, and that would count as variation.
 */
function centred(rows: tf.Tensor2D, shares: tf.Tensor2D): { readonly mean: tf.Tensor1D; readonly apart: tf.Tensor2D } {
  const first = detach(tf.slice(rows, 0, 1))
  const moved = tf.sub<tf.Tensor2D>(rows, first)
  const mean = tf.sum(tf.mul(moved, shares), 0, true)
  return { mean: tf.reshape<tf.Rank.R1>(tf.add(mean, first), [-1]), apart: tf.sub(moved, mean) }
}

function requireAlike(parts: readonly ChannelProducts[]): void {
  const channels = [...new Set(parts.map(({ products }) => products.shape[0]))]
  if (channels.length === 1) return
  throw new LoupeError('shape-mismatch', `Moments are pooled of features with one number of channels, got ${channels.length === 0 ? 'none' : channels.join(' and ')}.`, { channels })
}

function total(parts: readonly ChannelProducts[], count: 'examples' | 'samples' | 'freedom'): number {
  return parts.reduce((sum, part) => sum + part[count], 0)
}
