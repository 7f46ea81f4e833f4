/** Squared norms of gradients taken at the same weights. */
export interface GradientNorms {
  /** Mean of |g|² over the small batches. */
  readonly smallSquared: number
  /** |g|² of all small batches together. */
  readonly bigSquared: number
  readonly smallBatch: number
  readonly bigBatch: number
  /** Examples the batches were drawn from without putting back; Infinity where each was drawn anew. */
  readonly population: number
}

export interface NoiseEstimate {
  /** |G|², in (nats per parameter unit)². May be negative: clamping it would bias the mean. */
  readonly gradientSquared: number
  /** tr Σ, the per-example gradient variance, in (nats per parameter unit)². May be negative. */
  readonly trace: number
}

/**
 * Estimates |G|² and tr Σ from gradients at two batch sizes, without bias.
 *
 *     S    = (|G_b|² − |G_B|²) / (1/b − 1/B)
 *     |G|² = (B|G_B|² − b|G_b|²) / (B − b)
 *
 * Both hold for examples drawn anew each time. Examples drawn without putting back from N vary less: E|G_b|² is
 * |G|² + S(1/b − 1/N), so |G|² needs S/N added, and tr Σ over those N is S(N − 1)/N. Then the estimates are without bias
 * for the full gradient and its variance over the N training examples.
 *
 * @example One-number gradients 1 and 3, small being the first: S = (1 − 4)/(1 − ½) = −6, |G|² = (2·4 − 1)/1 = 7
 *     estimateNoise({ smallSquared: 1, bigSquared: 4, smallBatch: 1, bigBatch: 2, population: Infinity })
 *
 * @see McCandlish et al. 2018, arXiv:1812.06162, appendix A.1. The correction for N is ours.
 */
export function estimateNoise({ smallSquared, bigSquared, smallBatch, bigBatch, population }: GradientNorms): NoiseEstimate {
  const sampleTrace = (smallSquared - bigSquared) / (1 / smallBatch - 1 / bigBatch)
  const sampleGradient = (bigBatch * bigSquared - smallBatch * smallSquared) / (bigBatch - smallBatch)
  return {
    gradientSquared: sampleGradient + sampleTrace / population,
    trace: sampleTrace * (1 - 1 / population),
  }
}

/** Running means of the two estimates, each apart. Plain JSON: part of a checkpoint. */
export interface NoiseAverage {
  readonly gradientSquared: number
  readonly trace: number
  /** Sum of the weights so far, which undoes the pull towards the zero start. */
  readonly weight: number
}

export const emptyNoiseAverage: NoiseAverage = { gradientSquared: 0, trace: 0, weight: 0 }

/** @param smoothing  Share of the old mean that is kept. */
export function averageNoise({ average, estimate, smoothing }: { readonly average: NoiseAverage; readonly estimate: NoiseEstimate; readonly smoothing: number }): NoiseAverage {
  return {
    gradientSquared: smoothing * average.gradientSquared + (1 - smoothing) * estimate.gradientSquared,
    trace: smoothing * average.trace + (1 - smoothing) * estimate.trace,
    weight: smoothing * average.weight + (1 - smoothing),
  }
}

/**
 * The gradient noise scale tr Σ / |G|² in examples, from the two means: a ratio of means, for a mean of ratios is biased.
 *
 * Negative where the mean of |G|² still is, which says that there is too little data yet; the caller shows it as it is.
 */
export function noiseScale(average: NoiseAverage): number {
  return average.trace / average.gradientSquared
}
