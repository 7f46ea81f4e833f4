import { describe, expect, it } from 'vitest'
import type { BitHistogram } from '../contract/gradient-records.ts'
import { decodeHistograms, encodeHistograms } from './histogram-codec.ts'
import { madeHistogram } from './made-gradients.ts'

const none = madeHistogram([])

/** Counts of normal values over the bits of float32, as a gradient's are: some 300 bins on each side. */
function likeAGradient(elements: number): BitHistogram {
  const [bins, counts]: [number[], number[]] = [[], []]
  for (const sign of [0, 4096]) {
    for (let bin = 1600; bin < 1950; bin++) {
      const [low, high] = [valueOf(bin), valueOf(bin + 1)]
      const count = Math.round((elements * Math.exp(-((low / 0.01) ** 2) / 2) * (high - low)) / (0.01 * Math.sqrt(2 * Math.PI)) + 3 * Math.sin(bin * 12.9898) ** 2)
      if (count === 0) continue
      bins.push(bin + sign)
      counts.push(count)
    }
  }
  return { mantissaBits: 4, bins, counts, zeros: 17 }
}
const valueOf = (bin: number) => (1 + (bin % 16) / 16) * 2 ** (Math.floor(bin / 16) - 127)

describe('histograms in the log', () => {
  it('read back as they were written: runs of bins, gaps, large counts, the last bin of all, nothing at all', () => {
    const gradient = { mantissaBits: 4, bins: [0, 1, 2, 900, 902, 8191], counts: [1, 127, 128, 16_384, 2 ** 31, 2 ** 40], zeros: 2 ** 33 }
    const values = { mantissaBits: 10, bins: [524_287], counts: [0], zeros: 0 }
    const written = { gradient, values, error: { mantissaBits: 0, bins: [], counts: [], zeros: 5 } }
    expect(decodeHistograms(encodeHistograms(written))).toEqual(written)
  })

  it('take some 0.5 to 2 kB a record, and what an error mirrors is not written twice', () => {
    const gradient = likeAGradient(30_000)
    expect(gradient.bins.length).toBeGreaterThan(400)
    const [one, three] = [encodeHistograms({ gradient, values: none, error: none }).length, encodeHistograms({ gradient, values: gradient, error: gradient }).length]
    expect(one).toBeLessThan(700)
    expect(three - one).toBeLessThan(200)
  })

  it.each([
    ['bins that fall', { mantissaBits: 4, bins: [3, 2], counts: [1, 1], zeros: 0 }],
    ['a bin twice', { mantissaBits: 4, bins: [2, 2], counts: [1, 1], zeros: 0 }],
    ['a bin that float32 does not have', { mantissaBits: 4, bins: [8192], counts: [1], zeros: 0 }],
    ['counts that are too few', { mantissaBits: 4, bins: [1, 2], counts: [1], zeros: 0 }],
    ['a count below 0', { mantissaBits: 4, bins: [1], counts: [-1], zeros: 0 }],
    ['zeros that are not a number', { mantissaBits: 4, bins: [], counts: [], zeros: Number.NaN }],
    ['too many mantissa bits', { mantissaBits: 11, bins: [], counts: [], zeros: 0 }],
  ])('are refused with %s', (_, gradient) => {
    expect(() => encodeHistograms({ gradient, values: none, error: none })).toThrow(expect.objectContaining({ code: 'invalid-input', message: expect.stringContaining('histogram of the gradient') }))
  })

  it('are said to be corrupt where bytes are not what was written', () => {
    const written = encodeHistograms({ gradient: madeHistogram([7, 8]), values: none, error: none })
    for (const bytes of [new Uint8Array(0), Uint8Array.of(2, ...written.subarray(1)), written.subarray(0, written.length - 2), Uint8Array.of(1, 0xff, 0xff)]) {
      expect(() => decodeHistograms(bytes)).toThrow(expect.objectContaining({ code: 'log-corrupt' }))
    }
  })
})
