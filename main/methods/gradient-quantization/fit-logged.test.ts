import { describe, expect, it } from 'vitest'
import type { BitHistogram } from '../../contract/gradient-records.ts'
import { bitHistogram, placeOf } from './bit-histogram.ts'
import { fitHistogram, judgeHistogram } from './fit-histogram.ts'
import { laplace } from './distributions/laplace.ts'
import { fitLogged } from './fit-logged.ts'
import { drawn } from './test/drawn.ts'

/** A histogram as the log has it: only bins that hold something. */
function logged(values: Float32Array): BitHistogram {
  const { mantissaBits, zeros, counts } = bitHistogram(values, { mantissaBits: 4 })
  const bins = Array.from({ length: counts.length }, (_, bin) => bin).filter((bin) => (counts[placeOf(bin, 4)] ?? 0) > 0)
  return { mantissaBits, zeros, bins, counts: bins.map((bin) => counts[placeOf(bin, 4)] ?? 0) }
}

describe('fits of a logged histogram', () => {
  it('are those of the whole histogram', () => {
    const values = Float32Array.from([...drawn('laplace', { count: 20_000, seed: 3, location: 1e-4, scale: 1e-3 }), ...new Float32Array(500)])
    const { count, zeros, best, fits } = fitLogged(logged(values), { ratio: 0.01, side: 'both' })
    const { mantissaBits, counts, ...counted } = bitHistogram(values, { mantissaBits: 4 })
    const whole = { mantissaBits, counts, count: counted.count, zeros: counted.zeros } // the log has no means of bins
    const { laplace: constants } = fitHistogram(whole)
    expect([count, zeros, best]).toEqual([20_500, 500, 'laplace'])
    expect(fits.map(({ distribution }) => distribution)).toEqual(['normal', 'laplace', 'cauchy', 'student-t'])
    expect(fits[1]).toEqual({ distribution: 'laplace', constants, ...judgeHistogram(whole, { family: laplace, constants, ratio: 0.01, side: 'both' }) })
    expect(fits[1]?.achievedRatio).toBeGreaterThan(0.008)
    expect(fits[1]?.achievedRatio).toBeLessThan(0.012)
  })

  it('judge the families without a ratio, too, and then give no threshold', () => {
    const histogram = logged(drawn('normal', { count: 5000, seed: 1 }))
    const [asked, unasked] = [fitLogged(histogram, { ratio: 0.01, side: 'upper' }), fitLogged(histogram, { ratio: null, side: 'upper' })]
    expect(unasked.best).toBe('normal')
    expect(unasked.fits.map(({ aic, ks }) => [aic, ks])).toEqual(asked.fits.map(({ aic, ks }) => [aic, ks]))
    expect(unasked.fits.map(({ threshold, achievedRatio }) => [threshold, achievedRatio])).toEqual([1, 2, 3, 4].map(() => [null, null]))
  })

  it('give no threshold where the ratio asks for more than the non-zeros', () => {
    const values = Float32Array.from([...drawn('normal', { count: 100, seed: 1 }), ...new Float32Array(900)])
    expect(fitLogged(logged(values), { ratio: 0.2, side: 'both' }).fits.map(({ threshold }) => threshold)).toEqual([null, null, null, null])
  })

  it('are none for nothing, for too few values and for values without spread', () => {
    const empty = { mantissaBits: 4, bins: [], counts: [], zeros: 7 }
    expect(fitLogged(empty, { ratio: 0.01, side: 'both' })).toEqual({ count: 7, zeros: 7, best: null, fits: [] })
    expect(fitLogged(logged(Float32Array.of(1, 2, 3, 4, 5, 6, 7)), { ratio: 0.5, side: 'both' }).best).toBeNull()
    expect(fitLogged(logged(new Float32Array(100).fill(0.5)), { ratio: 0.5, side: 'both' })).toMatchObject({ count: 100, best: null, fits: [] })
  })
})
