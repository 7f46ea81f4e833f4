import type { Band } from './bands.ts'
import { combinedSteps, type CombinedLaw } from './combined-law.ts'
import type { CombinedLawFit } from './fit-laws.ts'
import type { MeasuredSteps } from './relative-noise.ts'
import { studentQuantile } from '../student.ts'

/** Where a band opens without end it is drawn up to this many times the law's value, and down to as small a share of it. */
const OPEN = Math.log(1000)
/** Step of the finite differences, in the logarithm of a constant. */
const DIFFERENCE = 1e-4

/**
 * K(b) by the combined law with a pointwise band: log K̂ ± t·se, by the delta method.
 *
 * se² = scale·gᵀ(JᵀJ)⁻¹g, J and g the derivatives of log K by the logarithms of S, b0 and b*, at the runs and at b.
 */
export function combinedBand(options: { readonly fit: CombinedLawFit; readonly points: readonly MeasuredSteps[]; readonly confidence: number; readonly batchSizes: readonly number[] }): Band {
  const { law, scale, degrees } = options.fit
  const t = studentQuantile(options.confidence, degrees)
  const information = [0, 1, 2].map(() => [0, 0, 0])
  for (const { batchSize } of options.points) {
    const slopes = derivatives(law, batchSize)
    for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) information[i]![j]! += slopes[i]! * slopes[j]!
  }
  const drawn = options.batchSizes.filter((batchSize) => Number.isFinite(combinedSteps(law, batchSize)))
  const value = drawn.map((batchSize) => combinedSteps(law, batchSize))
  const margin = drawn.map((batchSize) => {
    const slopes = derivatives(law, batchSize)
    const solved = solve(information, slopes)
    const variance = solved === null ? Infinity : scale * solved.reduce((total, entry, i) => total + entry * slopes[i]!, 0)
    return Math.min(t * Math.sqrt(Math.max(variance, 0)), OPEN)
  })
  return { batchSize: drawn, value, low: value.map((steps, i) => steps * Math.exp(-margin[i]!)), high: value.map((steps, i) => steps * Math.exp(margin[i]!)) }
}

/** ∂log K/∂log S, ∂log K/∂log b0, ∂log K/∂log b*. A constant that may not grow any further is moved down only. */
function derivatives(law: CombinedLaw, batchSize: number): [number, number, number] {
  const logSteps = (change: Partial<CombinedLaw>) => Math.log(combinedSteps({ ...law, ...change }, batchSize))
  const here = logSteps({})
  return [1, (here - logSteps({ asymptote: law.asymptote * (1 - DIFFERENCE) })) / DIFFERENCE, (logSteps({ criticalBatchSize: law.criticalBatchSize * (1 + DIFFERENCE) }) - here) / DIFFERENCE]
}

/** Solves a 3 × 3 system by elimination with pivoting; null where it has no single answer. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] | null {
  const rows = matrix.map((row, i) => [...row, right[i]!])
  for (let column = 0; column < 3; column++) {
    const pivot = [0, 1, 2].slice(column).reduce((best, i) => (Math.abs(rows[i]![column]!) > Math.abs(rows[best]![column]!) ? i : best), column)
    ;[rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!]
    if (Math.abs(rows[column]![column]!) < 1e-12) return null
    for (let i = 0; i < 3; i++) {
      if (i === column) continue
      const factor = rows[i]![column]! / rows[column]![column]!
      for (let j = column; j < 4; j++) rows[i]![j]! -= factor * rows[column]![j]!
    }
  }
  return rows.map((row, i) => row[3]! / row[i]!)
}
