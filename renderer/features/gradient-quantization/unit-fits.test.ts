import { describe, expect, it } from 'vitest'
import type { BitHistogram } from '../../../main/contract/gradient-records.ts'
import { binOf } from '../../../main/methods/gradient-quantization/bit-histogram.ts'
import { askedRatio, relativeErrorOf, sentOverAsked, sideOf } from './asked.ts'
import { exchangeConfig } from '../../../main/contract/exchange-config.ts'
import { fitUnit } from './unit-fits.ts'
import { densityPlaces, expectedTail, foundTail, quantilePlaces, windowOf } from './unit-curves.ts'
import { logged, record } from './test/made-records.ts'

/** Laplace with b = 2 at its own quantiles, so that the likeliest constants are known. */
const laplace = Array.from({ length: 40_000 }, (_, rank) => {
  const share = (rank + 0.5) / 40_000
  return share < 0.5 ? 2 * Math.log(2 * share) : -2 * Math.log(2 * (1 - share))
})
const fits = fitUnit(logged(laplace), { ratio: 0.01, side: 'both' })
const byName = (name: string) => fits.fits.find(({ family }) => family === name)

describe('the fits of a logged unit', () => {
  it('find the family that the values come from, and its constants', () => {
    expect(fits.best).toBe('laplace')
    expect(byName('laplace')?.constants.scale).toBeCloseTo(2, 2)
    expect(byName('normal')?.constants.scale).toBeCloseTo(2 * Math.SQRT2, 2)
  })

  it('take the threshold at the ratio and count what it would send', () => {
    const threshold = byName('laplace')?.threshold
    expect(threshold?.distance).toBeCloseTo(2 * 4.6052, 1)
    expect((threshold?.kept ?? 0) / (threshold?.asked ?? 1)).toBeCloseTo(1, 1)
    // A normal fit on a Laplace sends 2.62 times too many at 1 %.
    const normal = byName('normal')?.threshold
    expect((normal?.kept ?? 0) / (normal?.asked ?? 1)).toBeGreaterThan(2.4)
  })

  it('ask more of the non-zeros where there are zeros, and nothing where there are too many', () => {
    const half = fitUnit({ ...logged(laplace), zeros: 40_000 }, { ratio: 0.01, side: 'both' })
    expect(half.count).toBe(80_000)
    expect(half.fits[1]?.threshold?.distance).toBeCloseTo(-2 * Math.log(0.02), 1)
    expect(fitUnit({ ...logged(laplace), zeros: 40_000_000 }, { ratio: 0.01, side: 'both' }).fits[0]?.threshold).toBeNull()
  })

  it('leave values alone that are too few or all the same', () => {
    const one: BitHistogram = { mantissaBits: 4, bins: [binOf(0.5, 4)], counts: [1000], zeros: 0 }
    expect(fitUnit(one, { ratio: 0.01, side: 'both' })).toMatchObject({ fits: [], best: null })
    expect(fitUnit(logged([1, 2, 3]), { ratio: null, side: 'both' }).best).toBeNull()
    expect(fitUnit(logged([]), { ratio: null, side: 'both' }).count).toBe(0)
  })
})

describe('the curves of a unit', () => {
  const curve = byName('laplace')!.curve // fitted above

  it('show all but the outermost values, and the thresholds', () => {
    const { from, to } = windowOf(fits.bars, [-20, 20])
    expect(from).toBeLessThan(-20)
    expect(to).toBeGreaterThan(20)
    expect(windowOf(fits.bars, []).to).toBeLessThan(20)
  })

  it('have the peak of the density on a place of their own', () => {
    const places = densityPlaces(curve, { from: -10, to: 10 })
    expect(Math.max(...places.map(([, y]) => y))).toBeCloseTo(1 / 4, 2)
    expect(places.map(([x]) => x)).toEqual(places.map(([x]) => x).toSorted((a, b) => a - b))
  })

  it('agree in the tails where the family is the right one', () => {
    const expected = new Map(expectedTail(curve, fits.bars, 0))
    for (const [distance, share] of foundTail(fits.bars, 0).filter(([, one]) => one > 1e-3)) expect(share / (expected.get(distance) ?? 0)).toBeCloseTo(1, 1)
  })

  it('lie on the diagonal of a quantile plot where the family is the right one', () => {
    for (const [expected, found] of quantilePlaces(curve, fits.bars).slice(20, -20)) expect(found).toBeCloseTo(expected, 0)
  })
})

describe('what was asked of a unit', () => {
  const exchange = exchangeConfig.parse({ compressor: { kind: 'fitted', ratio: 0.02, side: 'upper' } })

  it('is what was logged, which a warm-up may have raised, else the ratio of the settings', () => {
    expect(askedRatio(record({ elements: 1000, asked: 250 }), exchange)).toBe(0.25)
    expect(askedRatio(record({ elements: 1000, asked: null }), exchange)).toBe(0.02)
    expect(askedRatio(record({ elements: 1000, asked: null }), exchangeConfig.parse({ compressor: { kind: 'dense' } }))).toBeNull()
    expect(sideOf(exchange)).toBe('upper')
  })

  it('is compared with what was sent only where something was asked for', () => {
    expect(sentOverAsked({ kept: 30, asked: 20 })).toBe(1.5)
    expect(sentOverAsked({ kept: 30, asked: null })).toBeNull()
    expect(sentOverAsked({ kept: 30, asked: 0 })).toBeNull()
  })

  it('leaves a relative error that both histograms give', () => {
    expect(relativeErrorOf(record({ values: [3, 4, -3], error: [3, 0, 3] }))).toBeCloseTo(Math.sqrt(18 / 34), 1)
    expect(relativeErrorOf(record({ values: [0], error: [0] }))).toBeNull()
  })
})
