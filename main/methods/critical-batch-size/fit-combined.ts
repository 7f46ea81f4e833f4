import { combinedSteps, type CombinedLaw } from './combined-law.ts'
import { minimise } from './minimise.ts'
import type { MeasuredSteps, RelativeNoise } from './relative-noise.ts'
import { fisherTail, studentQuantile } from './student.ts'

export interface CombinedFit {
  readonly law: CombinedLaw
  /** Σ of weighted squares of log K. */
  readonly squares: number
  readonly scale: number
  readonly degrees: number
  readonly misfit: boolean
}

/** How far around the swept batch sizes b* is looked for, as a factor. */
const REACH = 16
const PARAMETERS = 3

/**
 * Fits the combined law to log K by weighted least squares.
 *
 * For given b0 and b* the steps S follow in closed form, so two numbers are searched: b* on a logarithmic scan, and for each b*
 * the b0 that suits it best. The same profile gives the interval: all b* whose squares exceed the smallest by at most t²·scale.
 *
 * @returns Null with fewer than 4 batch sizes: three constants need a point to spare.
 */
export function fitCombined(points: readonly MeasuredSteps[], noise: RelativeNoise): CombinedFit | null {
  if (noise.batches.length < 4) return null
  const profile = profileOf(points, noise)
  const best = minimise({ low: profile.low, high: profile.high, points: 48, value: (logBest) => profile.at(Math.exp(logBest)).squares })
  const found = profile.at(Math.exp(best.x))
  const pure = noise.batches.reduce((total, batch) => total + batch.squares / batch.relativeVariance, 0)
  const beyond = Math.max(found.squares - pure, 0)
  const spare = noise.batches.length - PARAMETERS
  const misfit = noise.degrees > 0 && pure > 0 && fisherTail(beyond / spare / (pure / noise.degrees), spare, noise.degrees) < 0.05
  const degrees = misfit || noise.degrees === 0 ? spare : points.length - PARAMETERS
  return { law: found.law, squares: found.squares, scale: (misfit ? beyond : found.squares) / degrees, degrees, misfit }
}

/** The interval of b* by its profile; an end that the points do not bound is null. */
export function combinedInterval({ points, noise, fit, confidence }: {
  readonly points: readonly MeasuredSteps[]
  readonly noise: RelativeNoise
  readonly fit: CombinedFit
  readonly confidence: number
}): { readonly low: number | null; readonly high: number | null } {
  const profile = profileOf(points, noise)
  const limit = fit.squares + studentQuantile(confidence, fit.degrees) ** 2 * fit.scale
  const inside = (logBest: number) => profile.at(Math.exp(logBest)).squares <= limit
  const centre = Math.log(fit.law.criticalBatchSize)
  const end = (outer: number) => {
    if (inside(outer)) return null
    let [within, without] = [centre, outer]
    for (let i = 0; i < 30; i++) {
      const middle = (within + without) / 2
      if (inside(middle)) within = middle
      else without = middle
    }
    return Math.exp(within)
  }
  return { low: end(profile.low), high: end(profile.high) }
}

/** For each b*, the law with the best b0 and S. */
function profileOf(points: readonly MeasuredSteps[], noise: RelativeNoise) {
  const weights = new Map(noise.batches.map((batch) => [batch.batchSize, 1 / batch.relativeVariance]))
  const rows = points.map((point) => ({ batchSize: point.batchSize, log: Math.log(point.steps), weight: weights.get(point.batchSize) ?? 1 }))
  const total = rows.reduce((sum, row) => sum + row.weight, 0)
  const sizes = noise.batches.map((batch) => batch.batchSize)
  const [smallest, largest] = [sizes[0] ?? 1, sizes.at(-1) ?? 1]
  const solve = (asymptote: number, criticalBatchSize: number) => {
    const shape = { limitSteps: 1, asymptote, criticalBatchSize }
    const residuals = rows.map((row) => row.log - Math.log(combinedSteps(shape, row.batchSize)))
    const mean = residuals.reduce((sum, residual, i) => sum + rows[i]!.weight * residual, 0) / total
    return { squares: residuals.reduce((sum, residual, i) => sum + rows[i]!.weight * (residual - mean) ** 2, 0), law: { ...shape, limitSteps: Math.exp(mean) } }
  }
  return {
    low: Math.log(smallest / REACH),
    high: Math.log(largest * REACH),
    at: (criticalBatchSize: number) => {
      const ceiling = Math.min(smallest, criticalBatchSize) * (1 - 1e-6)
      // b0 runs over shares of its ceiling, evenly in log(1/(1 − share)) near it and in the share itself near 0.
      const best = minimise({ low: -14, high: 14, points: 28, value: (z) => solve(ceiling / (1 + Math.exp(-z)), criticalBatchSize).squares })
      return solve(ceiling / (1 + Math.exp(-best.x)), criticalBatchSize)
    },
  }
}
