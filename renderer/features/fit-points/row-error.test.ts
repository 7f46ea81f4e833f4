import { describe, expect, it } from 'vitest'
import { LoupeError } from '../../../main/contract/errors.ts'
import { parsePoints } from '../../../main/methods/critical-batch-size/fit-points.ts'
import { i18n } from '../../i18n.ts'
import { examplePoints } from './example-points.ts'
import { lineSpan, rowError } from './row-error.ts'

function refused(csv: string, locale: 'en' | 'ja' = 'en') {
  i18n.global.locale.value = locale
  try {
    parsePoints(csv)
  } catch (error) {
    return error instanceof LoupeError ? rowError(error, i18n.global.t) : null
  }
  return null
}

describe('a row that does not read', () => {
  it.each([
    ['8,1,100\n16,1,oops', 2, 'Line 2: steps is “oops”. It must be a number above 0.'],
    ['8,1,0', 1, 'Line 1: steps is “0”. It must be a number above 0.'],
    ['batch,seed,steps\n\n8.5,1,10', 3, 'Line 3: batch is “8.5”. It must be a whole number of at least 1.'],
    ['8,-1,10', 1, 'Line 1: seed is “-1”. It must be a whole number of at least 0.'],
    ['8,1', 1, 'Line 1: steps is missing. It must be a number above 0.'],
    ['batch,steps', 1, 'Line 1: the header has no column “seed”. Name the columns batch,seed,steps.'],
    ['', 1, 'Line 1: no row with points follows. Write one row batch,seed,steps for each run.'],
  ])('is named with its line: %j', (csv, line, text) => {
    expect(refused(csv)).toEqual({ line, text })
  })

  it('is named in Japanese, too', () => {
    expect(refused('8,1,100\n16,1,oops', 'ja')?.text).toBe('2 行目：steps が「oops」です。 0 より大きい数にしてください。')
  })

  it('is not what is wrong when the failure is of another kind', () => {
    expect(rowError(new LoupeError('engine-stopped', 'gone'), i18n.global.t)).toBeNull()
    expect(rowError(null, i18n.global.t)).toBeNull()
  })

  it('is found in the text', () => {
    expect(lineSpan('one\ntwo\nthree', 2)).toEqual({ from: 4, to: 7 })
    expect(lineSpan('one\ntwo\nthree', 3)).toEqual({ from: 8, to: 13 })
    expect(lineSpan('one', 9)).toEqual({ from: 0, to: 3 })
  })
})

describe('the example', () => {
  it('reads as three seeds at each of seven batch sizes', () => {
    expect(parsePoints(examplePoints)).toHaveLength(21)
  })
})
