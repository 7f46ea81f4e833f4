/**
 * CABS: the batch size whose noise suits the learning rate and the loss, c·η·tr Σ/L.
 *
 * @param gap  L, in nats: the loss less its least possible value, which the paper takes for 0.
 * @example Learning rate 0.1, tr Σ 640, gap 0.5: 128
 * @see Balles, Romero and Hennig 2017, arXiv:1612.05086, equation 22: for SGD without momentum.
 */
export function cabsBatch({ scale, learningRate, trace, gap }: { readonly scale: number; readonly learningRate: number; readonly trace: number; readonly gap: number }): number {
  return (scale * learningRate * trace) / gap
}

/**
 * Norm test: the least batch size whose gradient has noise of no more than θ of its size, ⌈tr Σ/(θ²|G|²)⌉.
 *
 * @example tr Σ 4, |G|² 0.04, θ 0.5: 400
 * @see Byrd, Chin, Nocedal and Wu 2012; Lau et al. 2024, arXiv:2402.11215.
 */
export function normTestBatch({ theta, trace, gradientSquared }: { readonly theta: number; readonly trace: number; readonly gradientSquared: number }): number {
  const exact = trace / (theta ** 2 * gradientSquared)
  const whole = Math.round(exact)
  return Math.abs(exact - whole) < 1e-9 * whole ? whole : Math.ceil(exact) // 4/(0.25·0.04) is a hair off 400
}

/** Noise scale: a multiple of tr Σ/|G|². @see McCandlish et al. 2018, arXiv:1812.06162, equation 2.9. */
export function noiseScaleBatch({ scale, trace, gradientSquared }: { readonly scale: number; readonly trace: number; readonly gradientSquared: number }): number {
  return (scale * trace) / gradientSquared
}
