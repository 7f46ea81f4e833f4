import { describe, expect, it } from 'vitest'
import reference from '../reference/fits.json' with { type: 'json' }
import { drawn } from '../test/drawn.ts'
import { cauchy } from './cauchy.ts'
import { maximumLikelihood } from './distribution.ts'
import type { Constants } from './distribution.ts'
import { families, familyOf } from './families.ts'
import { andersonDarling, kolmogorovSmirnov, logLikelihood } from './goodness.ts'
import { laplace } from './laplace.ts'
import { normal } from './normal.ts'
import { takeSample } from './sample.ts'
import { studentT } from './student-t.ts'
import { thresholdDistance } from './threshold.ts'
import type { Side } from './threshold.ts'

const unit = (degreesOfFreedom: number | null = null): Constants => ({ location: 0, scale: 1, degreesOfFreedom })
const quick = { estimator: 'quick', degreesOfFreedom: null } as const
const withDegrees = (degreesOfFreedom: number) => ({ ...maximumLikelihood, degreesOfFreedom })
const x = [-3, -1, 0, 1, 3]
const y = [-1, -0.5, -0.2, 0, 0.1, 0.3, 0.4, 0.8, 1.2, 5]

describe('against scipy', () => {
  it.each(reference.curves)('the curve of $family (ν $degreesOfFreedom) at $value agrees', ({ family, degreesOfFreedom, value, logDensity, cdf, distance }) => {
    const curve = familyOf(family).at(unit(degreesOfFreedom))
    expect(curve.logDensity(value)).toBeCloseTo(logDensity, 11)
    expect(curve.cdf(value) / cdf).toBeCloseTo(1, 11)
    expect(curve.tailDistance(10 ** -(Math.abs(value) + 0.4)) / distance).toBeCloseTo(1, 11)
  })

  const fits = reference.samples.flatMap(({ sample, values, fits }) => fits.map((fit) => ({ sample, values, ...fit })))
  it.each(fits)('the maximum likelihood of $family on $sample values agrees', ({ family, values, location, scale, degreesOfFreedom, ...expected }) => {
    const sample = takeSample(values)
    const isGiven = family === 'student-t-3'
    const distribution = familyOf(isGiven ? 'student-t' : family)
    const { constants, hasConverged } = distribution.fit(sample, isGiven ? withDegrees(3) : maximumLikelihood)
    expect(hasConverged).toBe(true)
    expect(Math.abs(constants.location - location) / scale).toBeLessThan(1e-6)
    expect(constants.scale / scale).toBeCloseTo(1, 5)
    if (degreesOfFreedom === null) expect(constants.degreesOfFreedom).toBeNull()
    else expect(constants.degreesOfFreedom! / degreesOfFreedom).toBeCloseTo(1, 4)
    const curve = distribution.at(constants)
    // No worse than what the optimiser found, and equal to it.
    expect(logLikelihood(curve, sample.sorted)).toBeGreaterThan(expected.logLikelihood - 1e-6)
    expect(logLikelihood(curve, sample.sorted)).toBeCloseTo(expected.logLikelihood, 5)
    expect(kolmogorovSmirnov(curve, sample.sorted)).toBeCloseTo(expected.ks, 6)
    expect(andersonDarling(curve, sample.sorted) / expected.andersonDarling).toBeCloseTo(1, 4)
    ;[0.1, 0.01, 0.001].forEach((ratio, i) => expect(thresholdDistance(curve, { ratio, side: 'both' }) / expected.thresholds[i]!).toBeCloseTo(1, 4))
  })
})

describe('thresholds in units of the scale', () => {
  const tables: readonly (readonly [Side, readonly number[], string, number | null, readonly number[]])[] = [
    ['both', [0.1, 0.01, 0.001], 'normal', null, [1.6449, 2.5758, 3.2905]],
    ['both', [0.1, 0.01, 0.001], 'laplace', null, [2.3026, 4.6052, 6.9078]],
    ['both', [0.1, 0.01, 0.001], 'cauchy', null, [6.3138, 63.6567, 636.6192]],
    ['both', [0.1, 0.01, 0.001], 'student-t', 2, [2.92, 9.9248, 31.5991]],
    ['both', [0.1, 0.01, 0.001], 'student-t', 3, [2.3534, 5.8409, 12.924]],
    ['both', [0.1, 0.01, 0.001], 'student-t', 4, [2.1318, 4.6041, 8.6103]],
    ['both', [0.1, 0.01, 0.001], 'student-t', 5, [2.015, 4.0321, 6.8688]],
    ['both', [0.1, 0.01, 0.001], 'student-t', 10, [1.8125, 3.1693, 4.5869]],
    ['upper', [0.05, 0.01, 0.001], 'normal', null, [1.6449, 2.3263, 3.0902]],
    ['upper', [0.05, 0.01, 0.001], 'laplace', null, [2.3026, 3.912, 6.2146]],
    ['lower', [0.05, 0.01, 0.001], 'cauchy', null, [6.3138, 31.8205, 318.3088]],
    ['lower', [0.05, 0.01, 0.001], 'student-t', 3, [2.3534, 4.5407, 10.2145]],
  ]
  it.each(tables)('%s at %j: %s (ν %s) %j', (side, ratios, family, degrees, expected) => {
    const curve = familyOf(family).at(unit(degrees))
    ratios.forEach((ratio, i) => expect(Math.abs(thresholdDistance(curve, { ratio, side }) - expected[i]!)).toBeLessThanOrEqual(5.1e-5))
  })

  it('a Student-t with one degree of freedom is Cauchy', () => {
    for (const ratio of [0.4, 0.1, 1e-3, 1e-5]) expect(studentT.at(unit(1)).tailDistance(ratio) / cauchy.at(unit()).tailDistance(ratio)).toBeCloseTo(1, 12)
    for (const value of [-40, -1, 0.3, 7]) {
      expect(studentT.at(unit(1)).logDensity(value)).toBeCloseTo(cauchy.at(unit()).logDensity(value), 12)
      expect(studentT.at(unit(1)).cdf(value)).toBeCloseTo(cauchy.at(unit()).cdf(value), 12)
    }
  })

  it('with 60 degrees of freedom it asks 1.57, 3.28 and 5.16 % more than the normal', () => {
    const excess = [0.1, 0.01, 0.001].map((ratio) => 100 * (studentT.at(unit(60)).tailDistance(ratio / 2) / normal.at(unit()).tailDistance(ratio / 2) - 1))
    expect(excess.map((share) => share.toFixed(2))).toEqual(['1.57', '3.28', '5.16'])
  })

  it('the closed forms for two and four degrees of freedom hold', () => {
    for (const ratio of [0.3, 0.01, 1e-4]) {
      const p = 1 - ratio / 2
      const a = 4 * p * (1 - p)
      const q = Math.cos(Math.acos(Math.sqrt(a)) / 3) / Math.sqrt(a)
      expect(studentT.at(unit(2)).tailDistance(ratio / 2) / ((2 * p - 1) / Math.sqrt(2 * p * (1 - p)))).toBeCloseTo(1, 10)
      expect(studentT.at(unit(4)).tailDistance(ratio / 2) / (2 * Math.sqrt(q - 1))).toBeCloseTo(1, 10)
    }
  })

  it('the quantile undoes the distribution function on both sides, for every family', () => {
    for (const family of families) {
      const curve = family.at({ location: 3, scale: 0.5, degreesOfFreedom: 2.5 })
      for (const probability of [0.002, 0.3, 0.5, 0.8, 0.99]) expect(curve.cdf(curve.quantile(probability))).toBeCloseTo(probability, 12)
      expect(curve.tailDistance(0.7)).toBeCloseTo(-curve.tailDistance(0.3), 12)
      expect(curve.tailDistance(0.5)).toBeCloseTo(0, 12)
    }
  })
})

describe('five values −3 to 3', () => {
  const sample = takeSample(x, 'ignore')
  it('have σ 2, b 1.6, γ 1.236860 and, for ν = 3, s 1.669986', () => {
    expect(normal.fit(sample, maximumLikelihood).constants).toEqual({ location: 0, scale: 2, degreesOfFreedom: null })
    expect(laplace.fit(sample, maximumLikelihood).constants).toEqual({ location: 0, scale: 1.6, degreesOfFreedom: null })
    expect(cauchy.fit(sample, maximumLikelihood).constants.scale).toBeCloseTo(1.23686, 6)
    expect(cauchy.fit(sample, quick).constants).toEqual({ location: 0, scale: 1, degreesOfFreedom: null })
    expect(studentT.fit(sample, withDegrees(3)).constants.scale).toBeCloseTo(1.669986, 6)
  })
})

describe('ten values with one far out', () => {
  const sample = takeSample(y, 'ignore')
  it('have the constants of the four families', () => {
    expect(normal.fit(sample, maximumLikelihood).constants.location).toBeCloseTo(0.61, 12)
    expect(normal.fit(sample, maximumLikelihood).constants.scale).toBeCloseTo(1.578259, 6)
    expect(laplace.fit(sample, maximumLikelihood).constants.location).toBeCloseTo(0.2, 12)
    expect(laplace.fit(sample, maximumLikelihood).constants.scale).toBeCloseTo(0.93, 12)
    expect(cauchy.fit(sample, maximumLikelihood).constants.scale).toBeCloseTo(0.435171, 6)
    expect(studentT.fit(sample, withDegrees(3)).constants.location).toBeCloseTo(0.175051, 6)
    expect(studentT.fit(sample, withDegrees(3)).constants.scale).toBeCloseTo(0.681462, 6)
  })
})

describe('the fit of a Student-t', () => {
  it('ends where the EM iteration stands still', () => {
    const sample = takeSample(drawn('mixed', { count: 2000, seed: 5, location: 0.4 }))
    const { location: m, scale: s, degreesOfFreedom } = studentT.fit(sample, maximumLikelihood).constants
    const nu = degreesOfFreedom!
    const weights = sample.sorted.map((value) => (nu + 1) / (nu + ((value - m) / s) ** 2))
    const sum = (values: Float64Array) => values.reduce((a, b) => a + b)
    expect(sum(weights.map((w, i) => w * sample.sorted[i]!)) / sum(weights)).toBeCloseTo(m, 8)
    expect(Math.sqrt(sum(weights.map((w, i) => w * (sample.sorted[i]! - m) ** 2)) / sample.sorted.length)).toBeCloseTo(s, 8)
  })

  it('stops ν at 60 for normal values and at 1 for heavier tails than Cauchy’s', () => {
    expect(studentT.fit(takeSample(drawn('normal', { count: 20_000, seed: 1 })), maximumLikelihood).constants.degreesOfFreedom).toBeCloseTo(60, 9)
    const heavier = drawn('cauchy', { count: 20_000, seed: 1 }).map((value) => value ** 3)
    expect(studentT.fit(takeSample(heavier), maximumLikelihood).constants.degreesOfFreedom).toBe(1)
  })

  it('finds no scale where most values are equal', () => {
    const tied = [...Array.from({ length: 90 }, () => 1), ...Array.from({ length: 10 }, (_, i) => i / 7)]
    expect(studentT.fit(takeSample(tied), maximumLikelihood).constants.scale).toBe(0)
    expect(cauchy.fit(takeSample(tied), maximumLikelihood).constants.scale).toBe(0)
  })
})

describe('the quick estimators', () => {
  it('come near those of maximum likelihood on values of their own family', () => {
    const [heavy, three] = [takeSample(drawn('cauchy', { count: 100_000, seed: 2, scale: 0.01 })), takeSample(drawn('student-t-3', { count: 100_000, seed: 2, scale: 0.01 }))]
    expect(cauchy.fit(heavy, quick).constants.scale / 0.01).toBeCloseTo(1, 1)
    const { scale, degreesOfFreedom } = studentT.fit(three, quick).constants
    expect(scale / 0.01).toBeCloseTo(1, 1)
    expect(Math.abs(degreesOfFreedom! - 3)).toBeLessThan(0.3)
    for (const family of [normal, laplace]) expect(family.fit(three, quick)).toEqual(family.fit(three, maximumLikelihood))
  })
})

describe('scaling and shifting', () => {
  it.each(families)('moves the constants of $id with the values', (family) => {
    const values = Float64Array.from(drawn('student-t-3', { count: 3000, seed: 4 }))
    const one = family.fit(takeSample(values), maximumLikelihood).constants
    const other = family.fit(takeSample(values.map((value) => 1e-5 * value + 2e-5)), maximumLikelihood).constants
    expect((other.location - 2e-5) / 1e-5).toBeCloseTo(one.location, 7)
    expect(other.scale / 1e-5).toBeCloseTo(one.scale, 7)
    if (one.degreesOfFreedom !== null) expect(other.degreesOfFreedom!).toBeCloseTo(one.degreesOfFreedom, 6)
  })
})
