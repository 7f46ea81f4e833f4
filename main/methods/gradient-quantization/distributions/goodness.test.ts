import { describe, expect, it } from 'vitest'
import { drawn } from '../test/drawn.ts'
import { maximumLikelihood } from './distribution.ts'
import { families } from './families.ts'
import { akaike, andersonDarling, kolmogorovSmirnov, quantilePairs, tailRanks } from './goodness.ts'
import { laplace } from './laplace.ts'
import { normal } from './normal.ts'
import { takeSample } from './sample.ts'
import { studentT } from './student-t.ts'

const unit = { location: 0, scale: 1, degreesOfFreedom: null }

describe('the Kolmogorov-Smirnov distance', () => {
  it('is the largest of all gaps, though most are skipped', () => {
    for (const family of families) {
      const { sorted } = takeSample(drawn('student-t-3', { count: 5000, seed: 6 }))
      const curve = family.at({ location: 0.1, scale: 1.2, degreesOfFreedom: 3 })
      const gaps = Array.from(sorted, (value, i) => Math.max((i + 1) / 5000 - curve.cdf(value), curve.cdf(value) - i / 5000))
      expect(kolmogorovSmirnov(curve, sorted)).toBe(Math.max(...gaps))
    }
  })

  it('is half where all values are the location, and 1 where all lie far out', () => {
    expect(kolmogorovSmirnov(normal.at(unit), new Float64Array([0, 0, 0]))).toBe(0.5)
    expect(kolmogorovSmirnov(normal.at(unit), new Float64Array([90]))).toBe(1)
  })
})

describe('the Anderson-Darling distance', () => {
  it('is about 1/n for values of the very distribution, and far more for another', () => {
    const { sorted } = takeSample(drawn('laplace', { count: 200_000, seed: 3 }))
    expect(andersonDarling(laplace.at(unit), sorted) * 200_000).toBeLessThan(4)
    expect(andersonDarling(normal.at({ ...unit, scale: Math.SQRT2 }), sorted) * 200_000).toBeGreaterThan(1000)
  })

  it('sees a wrong tail that Kolmogorov-Smirnov hardly sees', () => {
    const { sorted } = takeSample(drawn('normal', { count: 100_000, seed: 3 }))
    const spoiled = Float64Array.from([...sorted, ...Array.from({ length: 500 }, (_, i) => 10 + i)])
    expect(kolmogorovSmirnov(normal.at(unit), spoiled) / kolmogorovSmirnov(normal.at(unit), sorted)).toBeLessThan(4)
    expect(andersonDarling(normal.at(unit), spoiled) / andersonDarling(normal.at(unit), sorted)).toBeGreaterThan(1000)
  })

  it('stays finite where a value lies beyond what floating point can tell', () => {
    expect(andersonDarling(normal.at(unit), new Float64Array([-1e300, 0, 1e300]))).toBeGreaterThan(100)
    expect(Number.isFinite(andersonDarling(normal.at(unit), new Float64Array([-1e300, 0, 1e300])))).toBe(true)
  })
})

describe('ranks for the tails', () => {
  it('are all there are while they are few, and else have both ends and more in the tails', () => {
    expect(tailRanks(4, 10)).toEqual([0, 1, 2, 3])
    const ranks = tailRanks(1_000_000, 201)
    expect(ranks.at(0)).toBe(0)
    expect(ranks.at(-1)).toBe(999_999)
    expect(ranks.length).toBeLessThanOrEqual(201)
    expect(ranks.filter((rank) => rank < 10_000).length).toBeGreaterThan(40)
    expect(new Set(ranks).size).toBe(ranks.length)
  })
})

describe('a Q-Q plot', () => {
  it('lies on the diagonal for values of the distribution', () => {
    const { sorted } = takeSample(drawn('normal', { count: 50_000, seed: 9 }))
    for (const { expected, found } of quantilePairs(normal.at(unit), sorted)) expect(Math.abs(expected - found)).toBeLessThan(Math.abs(expected) > 3 ? 0.6 : 0.06)
  })

  it('bends upwards on the right where the values have the heavier tail', () => {
    const sample = takeSample(drawn('student-t-3', { count: 50_000, seed: 9 }))
    const last = quantilePairs(normal.at(normal.fit(sample, maximumLikelihood).constants), sample.sorted).at(-1)!
    expect(last.found).toBeGreaterThan(2 * last.expected)
  })
})

describe('AIC', () => {
  it('charges two constants, and three for a Student-t', () => {
    expect(families.map((family) => akaike(family, -100))).toEqual([204, 204, 204, 206])
    expect(akaike(studentT, 0)).toBe(6)
  })
})
