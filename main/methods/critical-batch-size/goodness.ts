import { relativeNoise, type MeasuredSteps, type RelativeNoise } from './relative-noise.ts'

/** How a law stands to the points. */
export interface Goodness {
  /** AICc of log K; null with too few runs, or where the law says that a run which arrived never does. */
  readonly aicc: number | null
  /** Root mean square error of mean log K, each batch size left out in turn; null where there are too few to leave one out. */
  readonly crossValidation: number | null
}

/** K at a batch size, by a law. */
export type Predict = (batchSize: number) => number

/**
 * Judges a law on log K, on which all laws can be compared whatever they are linear in.
 *
 * @param options.parameters  Constants of the law; the variance of the residuals counts as one more.
 * @param options.refit  Fits the law to other points; null where there are too few.
 */
export function goodnessOf(options: {
  readonly points: readonly MeasuredSteps[]
  readonly noise: RelativeNoise
  readonly parameters: number
  readonly predict: Predict
  readonly refit: (points: readonly MeasuredSteps[], noise: RelativeNoise) => Predict | null
}): Goodness {
  const weights = new Map(options.noise.batches.map((batch) => [batch.batchSize, 1 / batch.relativeVariance]))
  const squares = options.points.reduce((total, point) => {
    const steps = options.predict(point.batchSize)
    return total + (steps > 0 ? (weights.get(point.batchSize) ?? 1) * Math.log(point.steps / steps) ** 2 : Infinity)
  }, 0)
  return { aicc: correctedAkaike({ squares, observations: options.points.length, parameters: options.parameters + 1 }), crossValidation: leaveOneBatchOut(options) }
}

/** Exact points have no residuals, and their logarithm no end: the variance counts as at least this. */
const SMALLEST_VARIANCE = 1e-16

/**
 * n·ln(RSS/n) + 2k + 2k(k + 1)/(n − k − 1).
 *
 * @see Hurvich and Tsai 1989, "Regression and time series model selection in small samples", Biometrika 76.
 */
export function correctedAkaike({ squares, observations, parameters }: { readonly squares: number; readonly observations: number; readonly parameters: number }): number | null {
  const spare = observations - parameters - 1
  if (spare <= 0 || !Number.isFinite(squares)) return null
  return observations * Math.log(Math.max(squares / observations, SMALLEST_VARIANCE)) + 2 * parameters + (2 * parameters * (parameters + 1)) / spare
}

/** A left-out batch size that the law says is never reached counts as missed by this factor. */
const NEVER = 1000

function leaveOneBatchOut(options: Parameters<typeof goodnessOf>[0]): number | null {
  const errors: number[] = []
  for (const batch of options.noise.batches) {
    const rest = options.points.filter((point) => point.batchSize !== batch.batchSize)
    const predict = options.refit(rest, relativeNoise(rest))
    if (predict === null) return null
    const steps = predict(batch.batchSize)
    const error = steps > 0 && Number.isFinite(steps) ? Math.abs(batch.meanLogSteps - Math.log(steps)) : Infinity
    errors.push(Math.min(error, Math.log(NEVER)))
  }
  return errors.length === 0 ? null : Math.sqrt(errors.reduce((total, error) => total + error ** 2, 0) / errors.length)
}
