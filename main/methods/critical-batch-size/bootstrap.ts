import type { Random } from '../../training/random.ts'
import { fitLine, type Response } from './fit-line.ts'
import { relativeNoise, type MeasuredSteps } from './relative-noise.ts'

/** Intercept and slope of one law, once for each resampled sweep in which it could be fitted. */
export type BootstrapLines = readonly { readonly intercept: number; readonly slope: number }[]

/** Below this many seeds at a batch size there is too little to resample, and Fieller's interval is used instead. */
export const BOOTSTRAP_SEEDS = 8

/**
 * Fits a law to sweeps made by drawing each batch size's seeds anew, with replacement.
 *
 * n seeds drawn from n scatter about their own mean, so less than the truth by (n − 1)/n: the distance of log K from the batch
 * size's mean is stretched by √(n/(n − 1)) to make up for it.
 *
 * @see Davison and Hinkley 1997, Bootstrap Methods and their Application, section 3.2 (several samples), 2.3 (the shrinkage).
 */
export function bootstrapLines(options: { points: readonly MeasuredSteps[]; response: Response; samples: number; random: Random }): BootstrapLines {
  const groups = relativeNoise(options.points).batches.map((batch) => {
    const stretch = batch.runs > 1 ? Math.sqrt(batch.runs / (batch.runs - 1)) : 0
    const logs = options.points.filter((point) => point.batchSize === batch.batchSize).map((point) => Math.log(point.steps))
    return { batchSize: batch.batchSize, steps: logs.map((log) => Math.exp(batch.meanLogSteps + stretch * (log - batch.meanLogSteps))) }
  })
  return Array.from({ length: options.samples }, () => {
    const points = groups.flatMap(({ batchSize, steps }) => steps.map((_, seed) => ({ batchSize, seed, steps: steps[options.random.integer(steps.length)]! })))
    return fitLine(points, relativeNoise(points), options.response)
  }).filter((line) => line !== null)
}

/** The middle `confidence` of the values: their quantiles at (1 ∓ confidence)/2, interpolated. Null without values. */
export function percentileInterval(values: readonly number[], confidence: number): { low: number; high: number } | null {
  if (values.length === 0) return null
  const sorted = [...values].sort((one, other) => one - other)
  const at = (probability: number) => {
    const position = probability * (sorted.length - 1)
    const below = sorted[Math.floor(position)]!
    const above = sorted[Math.ceil(position)]!
    return below === above ? below : below + (position % 1) * (above - below)
  }
  return { low: at((1 - confidence) / 2), high: at((1 + confidence) / 2) }
}

/**
 * The interval of b* = 2s/a over resampled sweeps.
 *
 * Steps are positive, so a line with a ≤ 0 has s < 0: its steps grow with the batch size, which is further from a minimum than
 * s = 0, where b* = 0. Such sweeps count as below all others; to leave them out would cut off the low end.
 *
 * @returns The low end null where the steps of too many sweeps do not fall with the batch size; null where those of nearly all do not.
 */
export function bootstrapInterval(lines: BootstrapLines, confidence: number): { low: number | null; high: number } | null {
  const interval = percentileInterval(lines.map(({ intercept, slope }) => (intercept > 0 ? (-2 * slope) / intercept : -Number.MAX_VALUE)), confidence)
  if (interval === null || interval.high <= 0) return null
  return { low: interval.low > 0 ? interval.low : null, high: interval.high }
}
