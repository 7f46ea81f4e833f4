import { combinedBend, type CombinedLaw } from './combined-law.ts'
import { minimise } from './minimise.ts'
import type { RelativeNoise } from './relative-noise.ts'
import { fisherTail, studentQuantile } from '../student.ts'

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
export function fitCombined(noise: RelativeNoise): CombinedFit | null {
  if (noise.batches.length < 4) return null
  const profile = profileOf(noise)
  const best = minimise({ low: profile.low, high: profile.high, points: 32, precision: 1e-8, value: (logBest) => profile.at(Math.exp(logBest)).squares })
  const found = profile.at(Math.exp(best.x))
  const pure = pureSquares(noise)
  const beyond = Math.max(found.squares - pure, 0)
  const spare = noise.batches.length - PARAMETERS
  const runs = noise.batches.reduce((total, batch) => total + batch.runs, 0)
  const misfit = noise.degrees > 0 && pure > 0 && fisherTail(beyond / spare / (pure / noise.degrees), spare, noise.degrees) < 0.05
  const degrees = misfit || noise.degrees === 0 ? spare : runs - PARAMETERS
  return { law: found.law, squares: found.squares, scale: (misfit ? beyond : found.squares) / degrees, degrees, misfit }
}

/** The interval of b* by its profile; an end that the points do not bound is null. */
export function combinedInterval({ noise, fit, confidence }: {
  readonly noise: RelativeNoise
  readonly fit: CombinedFit
  readonly confidence: number
}): { readonly low: number | null; readonly high: number | null } {
  const profile = profileOf(noise)
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

/** The part of the squares that lies within batch sizes, which no law can change. */
function pureSquares(noise: RelativeNoise): number {
  return noise.batches.reduce((total, batch) => total + batch.squares / batch.relativeVariance, 0)
}

/** For each b*, the law with the best b0 and S. The runs of a batch size enter as their mean, which leaves the fit as it is. */
function profileOf(noise: RelativeNoise) {
  const rows = noise.batches.map((batch) => ({ batchSize: batch.batchSize, log: batch.meanLogSteps, weight: batch.runs / batch.relativeVariance }))
  const total = rows.reduce((sum, row) => sum + row.weight, 0)
  const pure = pureSquares(noise)
  const smallest = rows[0]?.batchSize ?? 1
  const largest = rows.at(-1)?.batchSize ?? 1
  const solve = (asymptote: number, criticalBatchSize: number) => {
    const bend = combinedBend({ asymptote, criticalBatchSize })
    // Weighted mean and squares of the residuals in one pass.
    let [sum, squares] = [0, 0]
    for (const row of rows) {
      const residual = row.log - Math.log((row.batchSize + bend) / (row.batchSize - asymptote))
      sum += row.weight * residual
      squares += row.weight * residual * residual
    }
    return { squares: Math.max(squares - (sum * sum) / total, 0) + pure, logSteps: sum / total }
  }
  return {
    low: Math.log(smallest / REACH),
    high: Math.log(largest * REACH),
    at: (criticalBatchSize: number) => {
      const ceiling = Math.min(smallest, criticalBatchSize) * (1 - 1e-6)
      // b0 runs over shares of its ceiling, evenly in the logit of the share: close both to the ceiling and to 0.
      const asymptoteAt = (logit: number) => ceiling / (1 + Math.exp(-logit))
      const best = minimise({ low: -14, high: 14, points: 16, precision: 1e-7, value: (logit) => solve(asymptoteAt(logit), criticalBatchSize).squares })
      const asymptote = asymptoteAt(best.x)
      const { squares, logSteps } = solve(asymptote, criticalBatchSize)
      return { squares, law: { limitSteps: Math.exp(logSteps), asymptote, criticalBatchSize } }
    },
  }
}
