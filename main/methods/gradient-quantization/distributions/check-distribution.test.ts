import { describe, expect, it } from 'vitest'
import { checkDistribution } from './check-distribution.ts'
import type { Distribution, StandardForm } from './distribution.ts'
import { maximumLikelihood, stretched } from './distribution.ts'
import { families, familyOf } from './families.ts'
import { medianDistance, medianOf, takeSample } from './sample.ts'

/** The logistic distribution, as somebody might add it. */
const logisticForm: StandardForm = {
  logDensity: (z) => -Math.abs(z) - 2 * Math.log1p(Math.exp(-Math.abs(z))),
  cdf: (z) => 1 / (1 + Math.exp(-z)),
  tailDistance: (tail) => Math.log((1 - tail) / tail),
}
const logistic: Distribution = {
  id: 'logistic',
  constants: ['location', 'scale'],
  isSymmetric: true,
  centre: 'mean',
  fit({ sorted }) {
    const location = medianOf(sorted)
    return { constants: { location, scale: medianDistance(sorted, location) / Math.log(3), degreesOfFreedom: null }, steps: 0, hasConverged: true }
  },
  at: (constants) => stretched(logisticForm, constants),
}
const changed = (form: Partial<StandardForm>): Distribution => ({ ...logistic, at: (constants) => stretched({ ...logisticForm, ...form }, constants) })

describe('a family that is added', () => {
  it('passes where it is symmetric with a centre, as the four do', () => {
    for (const family of [...families, logistic]) expect(checkDistribution(family)).toBe(family)
    const sample = takeSample([-3, -1, 0.5, 1, 3])
    expect(logistic.fit(sample, maximumLikelihood).constants.location).toBe(0.5)
    expect(familyOf('logistic', [...families, logistic])).toBe(logistic)
    expect(() => familyOf('logistic')).toThrow(/no distribution "logistic". Known: normal, laplace, cauchy, student-t/)
  })

  it('is refused where it says that it is not symmetric, or its curve says so', () => {
    expect(() => checkDistribution({ ...logistic, isSymmetric: false })).toThrow(/symmetric about its peak \(claim 4\)/)
    expect(() => checkDistribution(changed({ logDensity: (z) => -Math.exp(-z) - z }))).toThrow(/at a distance of .* \(claim 4\)/)
    expect(() => checkDistribution(changed({ cdf: (z) => Math.exp(-Math.exp(-z)) }))).toThrow(/beyond a distance of .* \(claim 4\)/)
    expect(() => checkDistribution(changed({ logDensity: (z) => Math.abs(z) }))).toThrow(/rises again .* \(claim 4\)/)
  })

  it('is refused where it has neither mean nor median', () => {
    expect(() => checkDistribution({ ...logistic, centre: null })).toThrow(/one mean or one median that can be computed \(claim 5\)/)
  })

  it('is refused where its threshold does not belong to its distribution function', () => {
    expect(() => checkDistribution(changed({ tailDistance: (tail) => -Math.log(tail) }))).toThrow(/inverse of the distribution function/)
  })
})
