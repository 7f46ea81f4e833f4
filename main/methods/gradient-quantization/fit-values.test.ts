import { describe, expect, it } from 'vitest'
import { LoupeError } from '../../contract/errors.ts'
import type { Constants } from './distributions/distribution.ts'
import { maximumLikelihood } from './distributions/distribution.ts'
import { families, familyOf } from './distributions/families.ts'
import { takeSample } from './distributions/sample.ts'
import { thresholdDistance } from './distributions/threshold.ts'
import { fitValues } from './fit-values.ts'
import { drawn } from './test/drawn.ts'
import type { Source } from './test/drawn.ts'

const unit = (degreesOfFreedom: number | null = null): Constants => ({ location: 0, scale: 1, degreesOfFreedom })

describe('values of a family’s own', () => {
  const cases: readonly (readonly [Source, string])[] = [['normal', 'normal'], ['laplace', 'laplace'], ['cauchy', 'cauchy'], ['student-t-4', 'student-t']]
  it.each(cases)('a million of %s: the %s threshold keeps what is asked', (source, family) => {
    const values = drawn(source, { count: 1_000_000, seed: 1 })
    for (const [ratio, chance] of [[0.1, 0.009], [0.01, 0.03], [0.001, 0.095]] as const) {
      const { fits, status } = fitValues(values, { ratio, among: [familyOf(family)] })
      expect(status).toBe('fitted')
      expect(Math.abs(fits[0]!.achievedRatio / ratio - 1)).toBeLessThan(chance + (family === 'student-t' ? 0.05 : 0.002))
    }
  })
})

describe('the best family', () => {
  const cases: readonly (readonly [Source, string])[] = [['normal', 'normal'], ['laplace', 'laplace'], ['student-t-4', 'student-t']]
  it.each(cases)('for values of %s is %s, by AIC', (source, family) => {
    const { fits, best } = fitValues(drawn(source, { count: 50_000, seed: 3 }), { ratio: 0.01 })
    expect(best).toBe(family)
    expect(fits.map(({ distribution }) => distribution)).toEqual(families.map(({ id }) => id))
    expect(Math.min(...fits.map(({ aic }) => aic))).toBe(fits.find(({ distribution }) => distribution === best)!.aic)
  })

  it('for values of Cauchy is Cauchy or the Student-t that equals it', () => {
    const { fits, best } = fitValues(drawn('cauchy', { count: 50_000, seed: 3 }), { ratio: 0.01 })
    expect(['cauchy', 'student-t']).toContain(best)
    expect(fits.find(({ distribution }) => distribution === 'student-t')!.constants.degreesOfFreedom).toBeLessThan(1.03)
  })
})

describe('values of another family', () => {
  /** As good as a population: the quantiles at (i + ½)/n. */
  const population = (id: string, degrees: number | null = null) => {
    const curve = familyOf(id).at(unit(degrees))
    return { curve, sample: takeSample(Float64Array.from({ length: 200_000 }, (_, i) => curve.quantile((i + 0.5) / 200_000))) }
  }
  const table: readonly (readonly [string, number | null, string, readonly number[]])[] = [
    ['normal', null, 'laplace', [0.662, 0.0238, 3.6e-5]],
    ['laplace', null, 'normal', [0.977, 2.62, 9.53]],
    ['student-t', 3, 'normal', [0.652, 2.1, 10.7]],
    ['student-t', 3, 'laplace', [0.848, 1.48, 4.7]],
  ]
  it.each(table)('%s (ν %s) fitted by %s keeps %j times what is asked at 0.1, 0.01 and 0.001', (truth, degrees, by, expected) => {
    const { curve, sample } = population(truth, degrees)
    const family = familyOf(by)
    const fitted = family.at(family.fit(sample, maximumLikelihood).constants)
    ;[0.1, 0.01, 0.001].forEach((ratio, i) => {
      const achieved = (2 * curve.cdf(-thresholdDistance(fitted, { ratio, side: 'both' }))) / ratio
      expect(Math.abs(achieved / expected[i]! - 1)).toBeLessThan(0.05)
    })
  })
})

describe('exact zeros', () => {
  const nonZeros = drawn('laplace', { count: 80_000, seed: 2 })
  const values = Float32Array.from([...nonZeros, ...new Float32Array(20_000)])

  it('stay out of the fit, and the threshold asks for more of the others', () => {
    const mixed = fitValues(values, { ratio: 0.01 })
    const alone = fitValues(nonZeros, { ratio: 0.0125 })
    expect(mixed).toMatchObject({ count: 100_000, zeros: 20_000, best: 'laplace' })
    mixed.fits.forEach((fit, i) => {
      expect(fit.constants).toEqual(alone.fits[i]!.constants)
      expect(fit.threshold).toBeCloseTo(alone.fits[i]!.threshold, 12)
      expect(fit.kept).toBe(alone.fits[i]!.kept)
      expect(fit.achievedRatio).toBe(fit.kept / 100_000)
    })
  })

  it('pull all scales down where they are taken for values like others', () => {
    const ignored = fitValues(values, { ratio: 0.01, zeroHandling: 'ignore' })
    expect(ignored.zeros).toBe(0)
    const scaleOf = (fits: typeof ignored.fits, id: string) => fits.find(({ distribution }) => distribution === id)!.constants.scale
    expect(scaleOf(ignored.fits, 'laplace')).toBeLessThan(0.85 * scaleOf(fitValues(values, { ratio: 0.01 }).fits, 'laplace'))
  })

  it('of which there are too many leave nothing to choose from', () => {
    const found = fitValues([...new Array<number>(60).fill(0), ...Array.from(drawn('normal', { count: 40, seed: 1 }))], { ratio: 0.5 })
    expect(found).toMatchObject({ status: 'too-many-zeros', zeros: 60, best: null, fits: [] })
  })
})

describe('what cannot be fitted', () => {
  it('has no spread where all values are equal', () => {
    expect(fitValues(new Float32Array(100).fill(0.25), { ratio: 0.1 })).toMatchObject({ status: 'no-spread', best: null, fits: [] })
    expect(fitValues(new Float32Array(100), { ratio: 0.1 })).toMatchObject({ status: 'no-spread', zeros: 100, fits: [] })
  })

  it('is too small under 8 values, or where less than one is to be kept', () => {
    expect(fitValues([1, 2, 3, 4, 5, 6, 7], { ratio: 0.5 })).toMatchObject({ status: 'too-small', fits: [] })
    const few = fitValues(drawn('normal', { count: 500, seed: 1 }), { ratio: 0.001 })
    expect(few.status).toBe('too-small')
    expect(few.fits).toHaveLength(4)
  })

  it('has NaN or infinite values, which are counted', () => {
    const attempt = () => fitValues([1, NaN, 2, Infinity, -Infinity, 3], { ratio: 0.5 })
    expect(attempt).toThrow(/3 of 6 values are NaN or infinite/)
    expect(attempt).toThrow(expect.objectContaining({ code: 'not-finite', facts: { notFinite: 3, count: 6 } }))
  })

  it('has no values, or a ratio that is none', () => {
    expect(() => fitValues([], { ratio: 0.5 })).toThrow(LoupeError)
    expect(() => fitValues([1, 2, 3], { ratio: 0 })).toThrow(/above 0/)
  })

  it('leaves out a family that most values being equal gives no scale, and says so', () => {
    const tied = [...Array.from({ length: 90 }, () => 1), ...Array.from({ length: 10 }, (_, i) => i / 7)]
    const { fits, warnings, status } = fitValues(tied, { ratio: 0.1 })
    expect(status).toBe('fitted')
    expect(fits.map(({ distribution }) => distribution)).toEqual(['normal', 'laplace'])
    expect(warnings.join()).toMatch(/cauchy finds no spread.*student-t finds no spread/)
  })

  it('falls back to Cauchy where a Student-t does not converge, and says so', () => {
    const stuck = { ...familyOf('student-t'), fit: () => ({ constants: unit(3), steps: 200, hasConverged: false }) }
    const values = drawn('laplace', { count: 1000, seed: 1 })
    const { fits, warnings } = fitValues(values, { ratio: 0.1, among: [stuck, familyOf('cauchy')] })
    expect(fits[0]!.constants).toEqual({ ...fits[1]!.constants, degreesOfFreedom: 1 })
    expect(fits[0]!.threshold).toBeCloseTo(fits[1]!.threshold, 9)
    expect(warnings).toEqual([expect.stringMatching(/student-t did not converge in 200 steps/)])
  })
})

describe('a threshold of everything', () => {
  it('is 0, and keeps every value', () => {
    const values = drawn('student-t-3', { count: 1000, seed: 1 })
    for (const fit of fitValues(values, { ratio: 1 }).fits) {
      expect(fit.threshold).toBeCloseTo(0, 12)
      expect(fit.achievedRatio).toBe(1)
    }
  })
})
