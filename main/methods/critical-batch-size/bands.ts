import type { FittedLine, Response } from './fit-line.ts'
import { studentQuantile } from '../student.ts'
import { lineVariance } from './weighted-line.ts'

/** A law's prediction at some batch sizes, with its pointwise confidence band. */
export interface Band {
  readonly batchSize: readonly number[]
  readonly value: readonly number[]
  readonly low: readonly number[]
  readonly high: readonly number[]
}

/** Where a band is open above (the target may never be reached), it is drawn up to this many times the law's value. */
const OPEN = 1000

/**
 * K(b) by a fitted law with its band: the line's own, ŷ ± t·se(ŷ), carried over to K.
 *
 * Batch sizes at which the law never reaches the target (b ≤ b0) are left out.
 */
export function stepsBand(options: { line: FittedLine; response: Response; confidence: number; batchSizes: readonly number[] }): Band {
  const { line } = options
  const t = studentQuantile(options.confidence, line.degrees)
  const rows = options.batchSizes.flatMap((batchSize) => {
    const y = line.intercept + line.slope / batchSize
    if (!(y > 0)) return []
    const margin = t * Math.sqrt(Math.max(lineVariance(line, 1 / batchSize), 0))
    const below = Math.max(y - margin, y / OPEN)
    const above = y + margin
    return [options.response === 'steps' ? { batchSize, value: y, low: below, high: above } : { batchSize, value: 1 / y, low: 1 / above, high: 1 / below }]
  })
  return columns(rows)
}

/** N(b) = b·K(b), band and all. */
export function examplesBand(band: Band): Band {
  return {
    batchSize: band.batchSize,
    value: band.value.map((value, i) => value * band.batchSize[i]!),
    low: band.low.map((value, i) => value * band.batchSize[i]!),
    high: band.high.map((value, i) => value * band.batchSize[i]!),
  }
}

/** Batch sizes at equal ratios from `low` to `high`, both included, for a curve on a logarithmic axis. */
export function logarithmicGrid(low: number, high: number, points: number): number[] {
  return Array.from({ length: points }, (_, i) => low * (high / low) ** (i / (points - 1)))
}

function columns(rows: readonly { batchSize: number; value: number; low: number; high: number }[]): Band {
  return {
    batchSize: rows.map((row) => row.batchSize),
    value: rows.map((row) => row.value),
    low: rows.map((row) => row.low),
    high: rows.map((row) => row.high),
  }
}
