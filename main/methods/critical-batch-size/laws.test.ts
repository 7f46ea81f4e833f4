import { describe, expect, it } from 'vitest'
import { combinedBend, combinedEfficientRange, combinedExamples, combinedSteps } from './combined-law.ts'
import { asymptote, boundOfConstantStep, criticalBatchSize, efficientMultiples, examplesRatio, iidukaExamples, iidukaLaw, iidukaSteps } from './iiduka-law.ts'
import { mccandlishEfficientHigh, mccandlishExamples, mccandlishSteps } from './mccandlish-law.ts'
import { noiseFloor, stepsOfLast, stepsOfMean, type Quadratic } from './quadratic.ts'

describe('the law with a minimum', () => {
  const law = iidukaLaw({ c1: 10, c2: 1, squaredTarget: 0.01 })

  it('has b0 100 and b* 200 for C1 10, C2 1, ε² 0.01', () => {
    expect(law.a).toBeCloseTo(0.001, 15)
    expect(law.s).toBeCloseTo(0.1, 15)
    expect(asymptote(law)).toBeCloseTo(100, 9)
    expect(criticalBatchSize(law)).toBeCloseTo(200, 9)
  })

  it.each([
    [150, 3000, 450_000],
    [200, 2000, 400_000],
    [300, 1500, 450_000],
    [400, 1333.33, 533_333],
    [800, 1142.86, 914_286],
  ])('needs at batch size %d %d steps and %d examples', (batchSize, steps, examples) => {
    expect(iidukaSteps(law, batchSize)).toBeCloseTo(steps, 2)
    expect(iidukaExamples(law, batchSize)).toBeCloseTo(examples, -1)
  })

  it('never reaches the target at or below b0', () => {
    expect(iidukaSteps(law, 99)).toBe(Infinity)
    expect(iidukaSteps(law, 100)).toBe(Infinity)
  })

  it('R2: steps fall with the batch size and are convex', () => {
    const steps = [120, 140, 160, 180, 200].map((size) => iidukaSteps(law, size))
    const falls = steps.slice(1).map((value, i) => steps[i]! - value)
    expect(falls.every((fall) => fall > 0)).toBe(true)
    expect(falls.slice(1).every((fall, i) => fall < falls[i]!)).toBe(true)
  })

  it('R4: examples are convex with their minimum at b*', () => {
    const at = (size: number) => iidukaExamples(law, size)
    expect(at(199)).toBeGreaterThan(at(200))
    expect(at(201)).toBeGreaterThan(at(200))
    for (const size of [120, 200, 400, 900]) expect(at(size - 5) + at(size + 5)).toBeGreaterThan(2 * at(size))
  })

  it.each([
    [0.75, 1.125],
    [1.5, 1.125],
    [2, 4 / 3],
    [3, 1.8],
  ])('costs at %d·b* %d times the least', (r, ratio) => {
    expect(examplesRatio(r)).toBeCloseTo(ratio, 12)
  })

  it('costs the same at r and r/(2r − 1)', () => {
    for (const r of [0.6, 0.75, 1.2, 2, 5]) expect(examplesRatio(r / (2 * r - 1))).toBeCloseTo(examplesRatio(r), 12)
    expect(examplesRatio(0.5)).toBe(Infinity)
  })

  it('stays within 20 % from 0.710 to 1.690 times b*', () => {
    const { low, high } = efficientMultiples(0.2)
    expect(low).toBeCloseTo(0.7101, 4)
    expect(high).toBeCloseTo(1.6899, 4)
    expect(examplesRatio(low)).toBeCloseTo(1.2, 12)
    expect(examplesRatio(high)).toBeCloseTo(1.2, 12)
  })

  it('doubles b* where ε² is halved', () => {
    expect(criticalBatchSize(iidukaLaw({ c1: 10, c2: 1, squaredTarget: 0.005 }))).toBeCloseTo(400, 9)
  })

  it('is not given by theory for a step of 2/L and more', () => {
    expect(boundOfConstantStep({ smoothness: 1, step: 2, gap: 1, variance: 1, squaredTarget: 1 })).toBeNull()
    expect(boundOfConstantStep({ smoothness: 1, step: 2.5, gap: 1, variance: 1, squaredTarget: 1 })).toBeNull()
  })
})

describe('the law without a minimum', () => {
  const law = { minSteps: 1000, bend: 200 }

  it('doubles steps and examples at the bend', () => {
    expect(mccandlishSteps(law, 200)).toBe(2000)
    expect(mccandlishExamples(law, 200)).toBe(400_000)
    expect(mccandlishExamples(law, 100)).toBe(300_000)
  })

  it('needs more examples with every larger batch', () => {
    const examples = [1, 10, 100, 1000].map((size) => mccandlishExamples(law, size))
    expect(examples).toEqual([...examples].sort((one, other) => one - other))
  })

  it('stays within 20 % of the smallest batch up to 1.2·(b + B_c) − B_c', () => {
    const high = mccandlishEfficientHigh(law, 50, 0.2)
    expect(high).toBeCloseTo(100, 12)
    expect(mccandlishExamples(law, high) / mccandlishExamples(law, 50)).toBeCloseTo(1.2, 12)
  })
})

describe('the law that holds both', () => {
  it('is the law with a minimum where B = 0', () => {
    const law = { limitSteps: 1000, asymptote: 100, criticalBatchSize: 200 }
    expect(combinedBend(law)).toBeCloseTo(0, 12)
    expect(combinedSteps(law, 300)).toBeCloseTo(1500, 9)
    expect(combinedSteps(law, 100)).toBe(Infinity)
  })

  it('tends to the law without one where b0 goes to 0', () => {
    const asymptoteSize = 1e-9
    const law = { limitSteps: 1000, asymptote: asymptoteSize, criticalBatchSize: asymptoteSize * (1 + Math.sqrt(1 + 200 / asymptoteSize)) }
    expect(combinedBend(law)).toBeCloseTo(200, 6)
    expect(combinedSteps(law, 100)).toBeCloseTo(3000, 4)
  })

  it('has its least examples at b*, and 20 % more at both ends of the efficient range', () => {
    const law = { limitSteps: 320, asymptote: 5.4, criticalBatchSize: 23.9 }
    const best = combinedExamples(law, 23.9)
    expect(combinedExamples(law, 23.5)).toBeGreaterThan(best)
    expect(combinedExamples(law, 24.3)).toBeGreaterThan(best)
    const { low, high } = combinedEfficientRange(law, 0.2)
    expect(combinedExamples(law, low) / best).toBeCloseTo(1.2, 9)
    expect(combinedExamples(law, high) / best).toBeCloseTo(1.2, 9)
    expect(low).toBeLessThan(23.9)
    expect(high).toBeGreaterThan(23.9)
  })
})

describe('the exact quadratic', () => {
  const problem: Quadratic = { smoothness: 1, step: 0.1, variance: 100, squaredGradient: 100, squaredTarget: 0.05 }
  const sizes = Array.from({ length: 1900 }, (_, i) => 106 + i)
  const minimiser = (steps: (size: number) => number) => sizes.reduce((best, size) => (steps(size) * size < steps(best) * best ? size : best))

  it('has the constants C1 526.316, C2 5.26316, b0 105.263, b* 210.526', () => {
    // f0 − f* = m0/2L = 50.
    const bound = boundOfConstantStep({ smoothness: 1, step: 0.1, gap: 50, variance: 100, squaredTarget: 0.05 })
    expect(bound?.c1).toBeCloseTo(526.316, 3)
    expect(bound?.c2).toBeCloseTo(5.26316, 5)
    expect(asymptote(iidukaLaw(bound!))).toBeCloseTo(105.263, 3)
    expect(criticalBatchSize(iidukaLaw(bound!))).toBeCloseTo(210.526, 3)
    expect(noiseFloor(problem, 100)).toBeCloseTo(0.0526316, 7)
  })

  it('by the mean of the squared gradients is cheapest at 211', () => {
    expect(minimiser((size) => stepsOfMean(problem, size))).toBe(211)
    expect(stepsOfMean(problem, 211) * 211).toBeCloseTo(4_431_050, -2)
    expect(stepsOfMean(problem, 150)).toBeCloseTo(35_281.7, 0)
    const law = iidukaLaw(boundOfConstantStep({ smoothness: 1, step: 0.1, gap: 50, variance: 100, squaredTarget: 0.05 })!)
    expect(iidukaExamples(law, 211)).toBeCloseTo(4_432_133, -2)
    expect(iidukaSteps(law, 150)).toBeCloseTo(35_294.1, 0)
  })

  it('by the last squared gradient is cheapest at 116, not at 210', () => {
    expect(minimiser((size) => stepsOfLast(problem, size))).toBe(116)
    expect(stepsOfLast(problem, 116) * 116).toBeCloseTo(5494, -1)
    expect(stepsOfLast(problem, 105)).toBe(Infinity)
  })
})
