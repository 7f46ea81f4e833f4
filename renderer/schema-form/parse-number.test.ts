import { describe, expect, it } from 'vitest'
import { parseNumber, parseNumbers } from './parse-number.ts'

describe('parseNumber', () => {
  it.each([
    ['0.1', 0.1],
    [' 1e-3 ', 0.001],
    ['60,000', 60_000],
    ['1_000_000', 1_000_000],
    ['１２８', 128],
    ['.5', 0.5],
    ['-2', -2],
  ])('reads %s', (text, number) => {
    expect(parseNumber(text)).toBe(number)
  })

  it.each(['', 'abc', '1,2', '0x10', '1e', 'Infinity', 'NaN', '1 2'])('does not take "%s" for a number', (text) => {
    expect(parseNumber(text)).toBeNull()
  })
})

describe('parseNumbers', () => {
  it('takes commas, spaces and semicolons between numbers', () => {
    expect(parseNumbers('8, 16;32  64、128')).toEqual([8, 16, 32, 64, 128])
  })

  it('takes no text for no numbers', () => {
    expect(parseNumbers('  ')).toEqual([])
  })

  it('refuses the whole when one is not a number', () => {
    expect(parseNumbers('8, x, 32')).toBeNull()
  })
})
