import { Random } from '../../training/random.ts'

/** How many values a fit is made from, and how far the achieved ratio then scatters. */
export interface DrawnSample {
  readonly values: Float64Array
  /** One standard deviation of achieved / asked ratio, were the threshold the sample's own quantile: √((1 − δ) / (mδ)). A fitted one scatters less. */
  readonly ratioDeviation: number
}

/**
 * Draws the values that a fit is made from: one at random from each of m equal stretches, so that none comes twice and every part has its say.
 *
 * At least 2/δ are drawn where there are as many, for a sample in which less than two values are to be kept says nothing of the
 * tail: 1 % of 270,000 at δ = 0.001 would hold 2.7 of them.
 *
 * @param options.share  Of the values to draw, in (0, 1]; 1 takes all.
 * @param options.seed  The same seed draws the same places.
 */
export function drawSample(values: ArrayLike<number>, { share, ratio, seed }: { readonly share: number; readonly ratio: number; readonly seed: number }): DrawnSample {
  const size = Math.min(values.length, Math.max(Math.ceil(share * values.length), Math.ceil(2 / ratio)))
  const ratioDeviation = Math.sqrt((1 - ratio) / (size * ratio))
  if (size === values.length) return { values: Float64Array.from(values), ratioDeviation: 0 }
  const random = Random.seeded(seed, 'fit-sample')
  const stretch = values.length / size
  return { values: Float64Array.from({ length: size }, (_, i) => values[Math.min(Math.floor((i + random.uniform()) * stretch), values.length - 1)]!), ratioDeviation }
}
