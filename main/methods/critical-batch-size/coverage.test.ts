import { describe, expect, it } from 'vitest'
import { Random } from '../../training/random.ts'
import { combinedSteps } from './combined-law.ts'
import { fitLaws } from './fit-laws.ts'
import { preferLaw } from './fitted.ts'
import { iidukaSteps } from './iiduka-law.ts'
import { mccandlishSteps } from './mccandlish-law.ts'

/**
 * Synthetic sweeps with a known answer: how often does the 95 % interval hold it, and how often is the right law named? The numbers
 * stand in the README's table; seeds are fixed, so they do not move.
 */
function simulate(options: { readonly sizes: readonly number[]; readonly seeds: number; readonly scatter: number; readonly trend?: number; readonly steps: (batchSize: number) => number; readonly truth: number; readonly sweeps: number }) {
  const random = Random.seeded(11, `${options.seeds} ${options.scatter} ${options.sizes.length}`)
  let held = 0
  const chosen = { iiduka: 0, mccandlish: 0, combined: 0 }
  for (let sweep = 0; sweep < options.sweeps; sweep++) {
    const points = options.sizes.flatMap((batchSize) => Array.from({ length: options.seeds }, (_, seed) => ({ batchSize, seed, steps: options.steps(batchSize) * Math.exp(options.scatter * (batchSize / (options.sizes[0] ?? 1)) ** (options.trend ?? 0) * random.normal()) })))
    const preferred = preferLaw(fitLaws(points, 0.95)!)
    chosen[preferred.law] += 1 / options.sweeps
    if ((preferred.interval.low ?? 0) <= options.truth && options.truth <= (preferred.interval.high ?? Infinity) && preferred.criticalBatchSize !== null) held += 1 / options.sweeps
  }
  return { held, chosen }
}

const sizes = [112, 128, 160, 256, 512, 1024, 2048, 4096]
const withMinimum = (batchSize: number) => iidukaSteps({ a: 0.001, s: 0.1 }, batchSize)
const both = (batchSize: number) => combinedSteps({ limitSteps: 320, asymptote: 5.4, criticalBatchSize: 23.9 }, batchSize)
const without = (batchSize: number) => mccandlishSteps({ minSteps: 1000, bend: 200 }, batchSize)

describe('the 95 % interval of b*', () => {
  it.each([
    { seeds: 1, scatter: 0.1 },
    { seeds: 2, scatter: 0.05 },
    { seeds: 2, scatter: 0.1 },
    { seeds: 3, scatter: 0.2 },
  ])('holds the true b* about 95 % of the time with $seeds seeds that scatter by $scatter, the law being true', ({ seeds, scatter }) => {
    const { held, chosen } = simulate({ sizes, seeds, scatter, steps: withMinimum, truth: 200, sweeps: 150 })
    expect(chosen.iiduka).toBeGreaterThan(0.95)
    // Three standard errors of 150 sweeps on either side of 0.94.
    expect(held).toBeGreaterThan(0.88)
    expect(held).toBeLessThan(0.999)
  })

  it.each([
    { seeds: 2, scatter: 0.05 },
    { seeds: 3, scatter: 0.1 },
  ])('holds it about as often where the combined law is true, with $seeds seeds that scatter by $scatter', ({ seeds, scatter }) => {
    const { held, chosen } = simulate({ sizes: [8, 16, 32, 64, 128, 256, 512], seeds, scatter, steps: both, truth: 23.9, sweeps: 150 })
    expect(chosen.combined).toBeGreaterThan(0.98)
    // Three standard errors of 150 sweeps on either side of 0.94.
    expect(held).toBeGreaterThan(0.88)
    expect(held).toBeLessThan(0.999)
  })
})

describe('where small batches scatter more, as in training', () => {
  it('the interval still holds the true b* about 95 % of the time', () => {
    const { held } = simulate({ sizes: [16, 32, 64, 128, 256, 512, 1024], seeds: 3, scatter: 0.3, trend: -0.75, steps: (batchSize) => combinedSteps({ limitSteps: 123, asymptote: 12, criticalBatchSize: 42 }, batchSize), truth: 42, sweeps: 150 })
    expect(held).toBeGreaterThan(0.88)
  })
})

describe('the choice of the law', () => {
  it('finds no minimum in nine of ten sweeps that have none', () => {
    const { chosen } = simulate({ sizes: [16, 32, 64, 128, 256, 512, 1024, 2048], seeds: 2, scatter: 0.1, steps: without, truth: NaN, sweeps: 150 })
    expect(chosen.mccandlish).toBeGreaterThan(0.95)
    expect(chosen.iiduka).toBeLessThan(0.01)
  })
})
