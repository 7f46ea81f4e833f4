import { describe, expect, it } from 'vitest'
import { bitHistogram, isTooCoarse } from './bit-histogram.ts'
import type { Constants } from './distributions/distribution.ts'
import { maximumLikelihood } from './distributions/distribution.ts'
import { families, familyOf } from './distributions/families.ts'
import { medianOf, quantileOf, takeSample } from './distributions/sample.ts'
import { thresholdDistance } from './distributions/threshold.ts'
import { fitHistogram, grouped, judgeHistogram } from './fit-histogram.ts'
import type { HistogramFit, HistogramFitOptions } from './fit-histogram.ts'
import { fitValues } from './fit-values.ts'
import { drawn } from './test/drawn.ts'
import type { Source } from './test/drawn.ts'

/** The largest difference from maximum likelihood: location in scales; scale, degrees of freedom and thresholds at 0.1, 0.01 and 0.001 as shares. */
function difference(id: string, found: Constants, exact: Constants): { readonly constants: number; readonly degrees: number; readonly thresholds: number } {
  const family = familyOf(id)
  const threshold = (constants: Constants, ratio: number) => thresholdDistance(family.at(constants), { ratio, side: 'both' })
  return {
    constants: Math.max(Math.abs(found.location - exact.location) / exact.scale, Math.abs(found.scale / exact.scale - 1)),
    degrees: exact.degreesOfFreedom === null ? 0 : Math.abs(found.degreesOfFreedom! / exact.degreesOfFreedom - 1),
    thresholds: Math.max(...[0.1, 0.01, 0.001].map((ratio) => Math.abs(threshold(found, ratio) / threshold(exact, ratio) - 1))),
  }
}

/** The four families of a fit, but for those that have no such constants: Cauchy values have no mean and no mean distance, ν = 2 no variance. */
function compared(values: Float32Array, { mantissaBits, without = [], ...options }: HistogramFitOptions & { readonly mantissaBits: number; readonly without?: readonly string[] }) {
  const sample = takeSample(values)
  const found = fitHistogram(bitHistogram(values, { mantissaBits }), options)
  return families
    .filter(({ id }) => !without.includes(id))
    .map((family) => ({ id: family.id, ...difference(family.id, found[family.id as keyof HistogramFit], family.fit(sample, maximumLikelihood).constants) })) // the four ids
}

const without: Partial<Record<Source, readonly string[]>> = { cauchy: ['normal', 'laplace'], 'student-t-2': ['normal'] }
const sources: readonly Source[] = ['normal', 'laplace', 'cauchy', 'student-t-2', 'student-t-3', 'student-t-4', 'student-t-10', 'mixed']

describe('constants from a histogram of bits', () => {
  it.each(sources)('of 6 bits are within 1e-3 of maximum likelihood for 100,000 values of %s, whatever is fitted', (source) => {
    for (const [scale, shift] of [[1, 0], [0.0013, 0], [0.0039, 0.3]] as const) {
      const values = drawn(source, { count: 100_000, seed: 1, scale, location: shift * scale })
      for (const worst of compared(values, { mantissaBits: 6, without: without[source] ?? [] })) {
        expect(worst.constants, worst.id).toBeLessThan(1e-3)
        expect(worst.degrees, worst.id).toBeLessThan(1e-3)
        expect(worst.thresholds, worst.id).toBeLessThan(1e-3)
      }
    }
  })

  it.each(['normal', 'laplace', 'cauchy', 'student-t-3'] as const)('of 6 bits are so for a million values of %s', (source) => {
    for (const worst of compared(drawn(source, { count: 1_000_000, seed: 2, scale: 0.002 }), { mantissaBits: 6, without: without[source] ?? [] })) {
      expect(Math.max(worst.constants, worst.degrees, worst.thresholds), worst.id).toBeLessThan(1e-3)
    }
  })

  it('of 5 bits are so but for the degrees of freedom, of 4 bits within twice that', () => {
    for (const source of sources) {
      const values = drawn(source, { count: 100_000, seed: 3, scale: 0.0026 })
      for (const worst of compared(values, { mantissaBits: 5, without: without[source] ?? [] })) {
        expect(Math.max(worst.constants, worst.thresholds), `${source} ${worst.id}`).toBeLessThan(1e-3)
        expect(worst.degrees, source).toBeLessThan(2e-3)
      }
      for (const worst of compared(values, { mantissaBits: 4, without: without[source] ?? [] })) {
        expect(Math.max(worst.constants, worst.thresholds), `${source} ${worst.id}`).toBeLessThan(2e-3)
        expect(worst.degrees, source).toBeLessThan(4e-3)
      }
    }
  })

  it('hold for tails beyond Cauchy’s, for none, and for two sides of different width', () => {
    const heavier = drawn('cauchy', { count: 100_000, seed: 1 }).map((value) => value ** 3)
    const flat = drawn('cauchy', { count: 100_000, seed: 1 }).map(Math.atan)
    const skewed = drawn('normal', { count: 100_000, seed: 1 }).map((value) => (value > 0 ? 3 * value : value))
    for (const worst of [heavier, flat, skewed].flatMap((values) => compared(values, { mantissaBits: 6, without: ['normal', 'laplace'] }))) {
      expect(Math.max(worst.constants, worst.degrees, worst.thresholds), worst.id).toBeLessThan(1e-3)
    }
  })

  it('need no more than 2 steps of Newton and 6 of scoring for the families, fat tails and mixtures', () => {
    const all = [...sources.map((source) => drawn(source, { count: 100_000, seed: 1 })), drawn('cauchy', { count: 100_000, seed: 1 }).map((value) => value ** 3)]
    for (const worst of all.flatMap((values) => compared(values, { mantissaBits: 6, newtonSteps: 2, scoringSteps: 6, without: ['normal', 'laplace'] }))) {
      expect(Math.max(worst.constants, worst.degrees, worst.thresholds), worst.id).toBeLessThan(1e-3)
    }
  })

  it('leave exact zeros out', () => {
    const values = drawn('student-t-4', { count: 50_000, seed: 4 })
    expect(fitHistogram(bitHistogram(Float32Array.from([...values, ...new Float32Array(9000)])))).toEqual(fitHistogram(bitHistogram(values)))
  })

  it('scale with the values, exactly by powers of two', () => {
    const values = drawn('student-t-4', { count: 20_000, seed: 4 })
    const one = fitHistogram(bitHistogram(values))
    const other = fitHistogram(bitHistogram(values.map((value) => value / 1024)))
    for (const id of ['normal', 'laplace', 'cauchy', 'student-t'] as const) expect(other[id].scale * 1024).toBeCloseTo(one[id].scale, 12)
  })

  it('are blurred for values far from 0, which is said', () => {
    const values = drawn('normal', { count: 100_000, seed: 4, location: 1000 })
    const { normal } = fitHistogram(bitHistogram(values))
    expect(isTooCoarse(normal, 6)).toBe(true)
    expect(Math.abs(normal.scale - 1)).toBeGreaterThan(0.1)
  })

  it('take given degrees of freedom', () => {
    const values = drawn('laplace', { count: 100_000, seed: 4 })
    const found = fitHistogram(bitHistogram(values), { degreesOfFreedom: 3 })['student-t']
    const exact = familyOf('student-t').fit(takeSample(values), { ...maximumLikelihood, degreesOfFreedom: 3 }).constants
    expect(found.degreesOfFreedom).toBe(3)
    expect(difference('student-t', found, exact).thresholds).toBeLessThan(1e-3)
  })
})

describe('quantiles of a histogram', () => {
  it('are those of the values to the width of a bin', () => {
    const values = drawn('laplace', { count: 100_000, seed: 4, location: 0.5 })
    const { sorted } = takeSample(values)
    const { quantile, size } = grouped(bitHistogram(values))
    expect(size).toBe(100_000)
    expect(Math.abs(quantile(0.5) - medianOf(sorted))).toBeLessThan(0.5 / 64)
    for (const share of [0.01, 0.25, 0.75, 0.99]) expect(Math.abs(quantile(share) / quantileOf(sorted, share) - 1)).toBeLessThan(1 / 64)
  })
})

describe('the judgement from a histogram', () => {
  it.each(sources)('of %s names the best family, its likelihood, distance and achieved ratio as the values do', (source) => {
    const values = Float32Array.from([...drawn(source, { count: 100_000, seed: 5 }), ...new Float32Array(10_000)])
    const histogram = bitHistogram(values)
    const found = fitHistogram(histogram)
    const exact = fitValues(values, { ratio: 0.01 })
    const judged = exact.fits.map((fit) => {
      const family = familyOf(fit.distribution)
      const judgement = judgeHistogram(histogram, { family, constants: found[fit.distribution as keyof HistogramFit], ratio: 0.01, side: 'both' })! // the four ids
      if ((without[source] ?? []).includes(fit.distribution)) return { id: fit.distribution, aic: judgement.aic }
      expect(Math.abs(judgement.logLikelihood / fit.logLikelihood - 1)).toBeLessThan(1e-4)
      expect(Math.abs(judgement.ks - fit.ks)).toBeLessThan(2e-3)
      expect(Math.abs(judgement.threshold / fit.threshold - 1)).toBeLessThan(1e-3)
      expect(Math.abs(judgement.achievedRatio - fit.achievedRatio)).toBeLessThan(3e-5 + 0.01 * fit.achievedRatio)
      return { id: fit.distribution, aic: judgement.aic }
    })
    expect(judged.reduce((a, b) => (b.aic < a.aic ? b : a)).id).toBe(exact.best)
  })

  it('keeps everything at a ratio of 1, and has no threshold where zeros leave too few', () => {
    const values = drawn('normal', { count: 1000, seed: 5 })
    const histogram = bitHistogram(values)
    const constants = fitHistogram(histogram).normal
    expect(judgeHistogram(histogram, { family: familyOf('normal'), constants, ratio: 1, side: 'both' })!.achievedRatio).toBe(1)
    expect(judgeHistogram(bitHistogram(Float32Array.from([...values, ...new Float32Array(2000)])), { family: familyOf('normal'), constants, ratio: 0.5, side: 'both' })).toBeNull()
  })
})
