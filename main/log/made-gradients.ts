import type { BitHistogram, GradientRecord } from '../contract/gradient-records.ts'

/** A histogram with these bins, each holding its place in the list and one. */
export function madeHistogram(bins: readonly number[], zeros = 0): BitHistogram {
  return { mantissaBits: 4, bins: [...bins], counts: bins.map((_, index) => index + 1), zeros }
}

/** What worker 0 logs of `stem` at a step, but for what is said otherwise. */
export function madeGradients(step: number, change: Partial<GradientRecord> = {}): GradientRecord {
  return {
    step,
    worker: 0,
    unit: 'stem',
    elements: 2304,
    histograms: { gradient: madeHistogram([1900, 1901, 1902, 1950, 5996]), values: madeHistogram([1900, 1901], 12), error: madeHistogram([]) },
    compression: { kept: 23, asked: 23.04, lower: -0.5, upper: 0.5, distribution: 'laplace', location: 0, scale: 0.1, degreesOfFreedom: null, status: 'fitted' },
    ...change,
  }
}
