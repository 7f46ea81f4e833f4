import { describe, expect, it } from 'vitest'
import { createFormats } from './format.ts'

const f = createFormats('en')

describe('formats', () => {
  it('writes whole numbers in full', () => {
    expect(f.count(12345.4)).toBe('12,345')
  })

  it('writes magnitudes with three digits', () => {
    expect([f.compact(1_234_567), f.compact(81_920), f.compact(950)]).toEqual(['1.23M', '81.9k', '950'])
  })

  it('keeps three significant digits, and powers of ten for very small and large', () => {
    expect([f.significant(0.012345), f.significant(3.14159), f.significant(1234.5), f.significant(0.00012345), f.significant(1.5e9), f.significant(0)]).toEqual(['0.0123', '3.14', '1,235', '1.23e-4', '1.50e9', '0'])
  })

  it('writes times in units that fit them', () => {
    expect([0.4, 59.6, 245, 7800, 200_000].map(f.duration)).toEqual(['0.4 s', '1 min 00 s', '4 min 05 s', '2 h 10 min', '2 d 8 h'])
  })

  it('writes bytes in decimal units', () => {
    expect([512, 2048, 814_208, 84e9].map(f.bytes)).toEqual(['512 B', '2.05 kB', '814 kB', '84.0 GB'])
  })

  it('writes a dash for what is no number', () => {
    expect([f.count(Number.NaN), f.significant(Number.POSITIVE_INFINITY), f.duration(-1), f.ms(Number.NaN)]).toEqual(['–', '–', '–', '–'])
  })

  it('writes shares as percentages', () => {
    expect([f.percent(0.1234), f.percent(0.1234, 1)]).toEqual(['12%', '12.3%'])
  })
})
