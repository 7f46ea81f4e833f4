import { describe, expect, it } from 'vitest'
import { Random } from '../../training/random.ts'
import { stepsBand } from './bands.ts'
import { bootstrapInterval, bootstrapLines, percentileInterval } from './bootstrap.ts'
import { combinedInterval, fitCombined } from './fit-combined.ts'
import { fieller } from './fieller.ts'
import { fitLaws } from './fit-laws.ts'
import { fitLine } from './fit-line.ts'
import { correctedAkaike } from './goodness.ts'
import { iidukaSteps } from './iiduka-law.ts'
import { mccandlishSteps } from './mccandlish-law.ts'
import { stepsOfLast, stepsOfMean, type Quadratic } from './quadratic.ts'
import reference from './reference/fits.json' with { type: 'json' }
import { relativeNoise, type MeasuredSteps } from './relative-noise.ts'
import { fisherTail, studentQuantile } from '../student.ts'
import { weightedLine } from './weighted-line.ts'

const law = { a: 0.001, s: 0.1 }
const exact = (steps: (batchSize: number) => number, sizes: readonly number[]): MeasuredSteps[] => sizes.map((batchSize) => ({ batchSize, seed: 1, steps: steps(batchSize) }))

describe('against scipy', () => {
  it.each(reference.quantiles)('Student’s t at $confidence with $degrees degrees is $value', ({ confidence, degrees, value }) => {
    expect(studentQuantile(confidence, degrees)).toBeCloseTo(value, 9)
  })

  it.each(reference.tails)('the tail of F beyond $value is $probability', ({ value, numerator, denominator, probability }) => {
    expect(fisherTail(value, numerator, denominator)).toBeCloseTo(probability, 12)
  })

  it('the weighted line, its covariance and its χ² agree', () => {
    const line = weightedLine(reference.points.map(({ batchSize, steps }) => ({ x: 1 / batchSize, y: 1 / steps, weight: steps ** 2 })))!
    for (const key of ['intercept', 'slope', 'interceptVariance', 'slopeVariance', 'covariance', 'chiSquared'] as const) expect(line[key] / reference.weighted[key]).toBeCloseTo(1, 10)
  })

  it('the line with renewed weights and Fieller’s interval agree', () => {
    const noise = relativeNoise(reference.points)
    const line = fitLine(reference.points, { ...noise, batches: noise.batches.map((batch) => ({ ...batch, relativeVariance: 1 })) }, 'inverse-steps')!
    expect(line.misfit).toBe(false)
    expect(line.degrees).toBe(reference.renewed.degrees)
    expect(line.intercept / reference.renewed.intercept).toBeCloseTo(1, 10)
    expect(line.slope / reference.renewed.slope).toBeCloseTo(1, 10)
    const ends = fieller(
      { numerator: -line.slope, denominator: line.intercept, numeratorVariance: line.slopeVariance, denominatorVariance: line.interceptVariance, covariance: -line.covariance },
      studentQuantile(0.95, line.degrees),
    )
    expect(2 * ends.low!).toBeCloseTo(reference.renewed.low, 6)
    expect(2 * ends.high!).toBeCloseTo(reference.renewed.high, 6)
  })

  it('the combined law and its profile interval agree', () => {
    const noise = relativeNoise(reference.network)
    const fit = fitCombined(noise)!
    expect(fit.law.limitSteps).toBeCloseTo(reference.combined.limitSteps, 3)
    expect(fit.law.asymptote).toBeCloseTo(reference.combined.asymptote, 4)
    expect(fit.law.criticalBatchSize).toBeCloseTo(reference.combined.criticalBatchSize, 4)
    expect(fit.squares / reference.combined.squares).toBeCloseTo(1, 8)
    const { low, high } = combinedInterval({ noise, fit, confidence: 0.95 })
    expect(low!).toBeCloseTo(reference.combined.low, 4)
    expect(high!).toBeCloseTo(reference.combined.high, 4)
  })
})

describe('the fit of the law with a minimum', () => {
  it('returns a 0.001, s 0.1, b0 100 and b* 200 for exact points', () => {
    const fits = fitLaws(exact((size) => iidukaSteps(law, size), [150, 200, 300, 400, 800]), 0.95)!
    expect(fits.iiduka.law.a).toBeCloseTo(0.001, 12)
    expect(fits.iiduka.law.s).toBeCloseTo(0.1, 10)
    expect(fits.iiduka.asymptote).toBeCloseTo(100, 6)
    expect(fits.iiduka.criticalBatchSize).toBeCloseTo(200, 6)
    expect(fits.iiduka.aicc!).toBeLessThan(fits.mccandlish.aicc!)
    expect(fits.iiduka.crossValidation!).toBeLessThan(1e-6)
  })

  it('keeps b* where all steps are scaled by a factor', () => {
    const scaled = reference.points.map((point) => ({ ...point, steps: point.steps * 37 }))
    const [one, other] = [fitLaws(reference.points, 0.95)!, fitLaws(scaled, 0.95)!]
    expect(other.iiduka.criticalBatchSize!).toBeCloseTo(one.iiduka.criticalBatchSize!, 6)
    expect(other.iiduka.interval.high!).toBeCloseTo(one.iiduka.interval.high!, 6)
    expect(other.combined!.law.criticalBatchSize).toBeCloseTo(one.combined!.law.criticalBatchSize, 3)
  })

  it('doubles b* where ε² is halved', () => {
    const halved = fitLaws(exact((size) => iidukaSteps({ a: 0.0005, s: 0.1 }, size), [300, 400, 600, 800, 1600]), 0.95)!
    expect(halved.iiduka.criticalBatchSize).toBeCloseTo(400, 5)
  })

  it('refuses s ≤ 0: steps that grow with the batch have no critical batch size', () => {
    const fits = fitLaws(exact((size) => 1 / (0.001 + 0.01 / size), [10, 20, 40, 80]), 0.95)!
    expect(fits.iiduka.law.s).toBeLessThan(0)
    expect(fits.iiduka.criticalBatchSize).toBeNull()
    expect(fits.iiduka.asymptote).toBeNull()
  })

  it('needs 3 batch sizes, the combined law 4', () => {
    expect(fitLaws(exact((size) => iidukaSteps(law, size), [150, 200]), 0.95)).toBeNull()
    const three = fitLaws(exact((size) => iidukaSteps(law, size), [150, 200, 400]), 0.95)!
    expect(three.iiduka.criticalBatchSize).toBeCloseTo(200, 6)
    expect(three.combined).toBeNull()
  })

  it('weighs by Var(K)/K⁴, so that a long run near b0 does not outweigh the short ones', () => {
    // 10 % too many steps at one batch size move 1/K by 10 % of it: much at 2048, little at 110.
    const points = exact((size) => iidukaSteps(law, size), [110, 150, 200, 400, 800, 2048])
    const moved = fitLaws(points.map((point) => (point.batchSize === 110 ? { ...point, steps: point.steps * 1.1 } : point)), 0.95)!
    expect(Math.abs(moved.iiduka.criticalBatchSize! - 200)).toBeLessThan(3)
  })
})

describe('which law', () => {
  it('finds S_min 1000 and B_c 200 in exact points without a minimum', () => {
    const fits = fitLaws(exact((size) => mccandlishSteps({ minSteps: 1000, bend: 200 }, size), [50, 100, 200, 400, 800]), 0.95)!
    expect(fits.mccandlish.law.minSteps).toBeCloseTo(1000, 6)
    expect(fits.mccandlish.law.bend).toBeCloseTo(200, 6)
    expect(fits.mccandlish.aicc!).toBeLessThan(fits.iiduka.aicc!)
    expect(fits.mccandlish.crossValidation!).toBeLessThan(fits.iiduka.crossValidation!)
  })

  it('is b* 210 by the mean gradient and 116, not 210, by the last one', () => {
    const problem: Quadratic = { smoothness: 1, step: 0.1, variance: 100, squaredGradient: 100, squaredTarget: 0.05 }
    const sizes = [110, 120, 140, 180, 256, 512, 1024, 2048]
    expect(fitLaws(exact((size) => stepsOfMean(problem, size), sizes), 0.95)!.iiduka.criticalBatchSize).toBeCloseTo(210.5, 0)
    const last = fitLaws(exact((size) => stepsOfLast(problem, size), sizes), 0.95)!
    expect(last.combined!.aicc!).toBeLessThan(last.iiduka.aicc! - 2)
    expect(last.combined!.law.criticalBatchSize).toBeGreaterThan(111)
    expect(last.combined!.law.criticalBatchSize).toBeLessThan(121)
  })

  it('AICc is n·ln(RSS/n) + 2k + 2k(k + 1)/(n − k − 1)', () => {
    expect(correctedAkaike({ squares: 0.5, observations: 10, parameters: 3 })).toBeCloseTo(10 * Math.log(0.05) + 6 + 24 / 6, 12)
    expect(correctedAkaike({ squares: 0.5, observations: 4, parameters: 3 })).toBeNull()
    expect(correctedAkaike({ squares: Infinity, observations: 10, parameters: 3 })).toBeNull()
  })
})

describe('noise from seed to seed', () => {
  it('is pooled over batch sizes as one share of K where they scatter alike', () => {
    const noise = relativeNoise([10, 20].flatMap((batchSize) => [1, -1].map((sign, seed) => ({ batchSize, seed, steps: (1000 / batchSize) * Math.exp(0.1 * sign) }))))
    expect(noise.pooledVariance).toBeCloseTo(0.02, 12)
    expect(noise.degrees).toBe(2)
    expect(noise.batches.map((batch) => batch.relativeVariance)).toEqual([expect.closeTo(1, 12), expect.closeTo(1, 12)])
  })

  it('is pooled along a power of the batch size where small batches scatter more', () => {
    const scatter = (batchSize: number) => 0.3 * (batchSize / 16) ** -0.75
    const noise = relativeNoise([16, 64, 256, 1024].flatMap((batchSize) => [1, 0, -1].map((sign, seed) => ({ batchSize, seed, steps: 1000 * Math.exp(scatter(batchSize) * sign) }))))
    // Variance falls as b^-1.5, by 8 from one batch size to the next; the prior holds it back a little.
    const ratios = [0, 1, 2].map((i) => noise.batches[i]!.relativeVariance / noise.batches[i + 1]!.relativeVariance)
    for (const ratio of ratios) expect(ratio).toBeGreaterThan(6)
    for (const ratio of ratios) expect(ratio).toBeLessThan(8.5)
  })

  it('takes the common share where a batch size has one seed', () => {
    const noise = relativeNoise([{ batchSize: 10, seed: 1, steps: 100 }, { batchSize: 20, seed: 1, steps: 60 }, { batchSize: 20, seed: 2, steps: 70 }])
    expect(noise.batches[0]).toMatchObject({ runs: 1, squares: 0 })
    expect(noise.batches[0]!.relativeVariance).toBeCloseTo(8 / 8, 12)
  })

  it('widens the interval where the points are off the law by more than their seeds scatter', () => {
    const bent = (scatter: number) => [110, 150, 200, 400, 800, 2048].flatMap((batchSize, i) => [1, -1].map((sign, seed) => ({ batchSize, seed, steps: iidukaSteps(law, batchSize) * (i % 2 === 0 ? 1.1 : 0.9) * (1 + sign * scatter) })))
    const tight = fitLaws(bent(0.001), 0.95)!.iiduka
    expect(tight.line.misfit).toBe(true)
    expect(tight.line.degrees).toBe(4)
    expect(tight.interval.high! / tight.interval.low!).toBeGreaterThan(1.02)
  })
})

describe('the interval of a ratio', () => {
  const ratio = (numerator: number, denominator: number) => ({ numerator, denominator, numeratorVariance: 1, denominatorVariance: 1, covariance: 0 })

  it('solves |u − θv| = t·√(Var u + θ²Var v) at both ends', () => {
    const { low, high } = fieller(ratio(10, 5), 2)
    for (const end of [low!, high!]) expect(Math.abs(10 - end * 5)).toBeCloseTo(2 * Math.sqrt(1 + end * end), 9)
    expect(low! < 2 && 2 < high!).toBe(true)
  })

  it('is open above, “at least”, where the denominator may be 0 and the numerator may not', () => {
    const { low, high } = fieller(ratio(10, 1), 2)
    expect(high).toBeNull()
    // 10 − θ = 2√(1 + θ²): 3θ² + 20θ − 96 = 0.
    expect(low).toBeCloseTo((Math.sqrt(400 + 12 * 96) - 20) / 6, 9)
    expect(fieller(ratio(10, 2), 2)).toEqual({ low: 2.4, high: null })
  })

  it('has no ends where both may be 0', () => {
    expect(fieller(ratio(1, 1), 2)).toEqual({ low: null, high: null })
  })
})

describe('the bootstrap', () => {
  it('counts sweeps whose steps grow with the batch size as below all others, and leaves none out', () => {
    const falling = (count: number) => Array.from({ length: count }, (_, i) => ({ intercept: 1, slope: -(50 + i) }))
    const growing = (count: number) => Array.from({ length: count }, () => ({ intercept: -0.001, slope: 1 }))
    expect(bootstrapInterval(falling(101), 0.9)).toEqual({ low: 110, high: 290 })
    expect(bootstrapInterval([...falling(100), ...growing(1)], 0.9)).toEqual({ low: 108, high: 288 })
    expect(bootstrapInterval([...falling(80), ...growing(21)], 0.9)).toEqual({ low: null, high: 248 })
    expect(bootstrapInterval(growing(50), 0.9)).toBeNull()
    expect(bootstrapInterval([], 0.9)).toBeNull()
  })

  it('gives the same interval for the same seed and none without values', () => {
    const lines = () => bootstrapLines({ points: reference.points, response: 'inverse-steps', samples: 100, random: Random.seeded(3) }).map((line) => line.slope)
    expect(lines()).toEqual(lines())
    expect(percentileInterval([], 0.95)).toBeNull()
    expect(percentileInterval([1, 2, 3, 4, 5], 0.5)).toEqual({ low: 2, high: 4 })
  })

  it('resamples seeds within their batch size, stretched by √(n/(n − 1))', () => {
    const points = [100, 200, 400].flatMap((batchSize) => [1, -1].map((sign, seed) => ({ batchSize, seed, steps: iidukaSteps({ a: 0.001, s: 0.05 }, batchSize) * Math.exp(0.05 * sign) })))
    const slopes = bootstrapLines({ points, response: 'inverse-steps', samples: 200, random: Random.seeded(1) }).map((line) => -line.slope)
    const extreme = Math.exp(0.05 * Math.SQRT2)
    expect(new Set(slopes.map((slope) => slope.toFixed(9))).size).toBeLessThanOrEqual(27)
    expect(Math.max(...slopes) / 0.05).toBeGreaterThan(extreme)
  })
})

describe('the band', () => {
  it('holds the law’s value and is narrowest where the points are', () => {
    const line = fitLine(reference.points, relativeNoise(reference.points), 'inverse-steps')!
    const band = stepsBand({ line, response: 'inverse-steps', confidence: 0.95, batchSizes: [90, 110, 300, 1e6] })
    expect(band.batchSize).toEqual([110, 300, 1e6])
    band.value.forEach((value, i) => {
      expect(band.low[i]!).toBeLessThan(value)
      expect(band.high[i]!).toBeGreaterThan(value)
    })
    const width = (i: number) => band.high[i]! / band.low[i]!
    expect(width(1)).toBeLessThan(width(0))
    expect(width(1)).toBeLessThan(width(2))
  })
})
