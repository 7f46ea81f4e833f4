import { describe, expect, test } from 'vitest'
import { encodeMatrix } from './channel-matrix.ts'

function cells(values: string): number[] {
  return [...new Int8Array(Uint8Array.from(Buffer.from(values, 'base64')).buffer)]
}

describe('a logged matrix of correlations', () => {
  test('is its upper triangle, one byte a pair', () => {
    const { size, group, values } = encodeMatrix([1, 0.5, -1, 0.5, 1, 0, -1, 0, 1], 3)
    expect([size, group, cells(values)]).toEqual([3, 1, [64, -127, 0]])
  })

  test('of many channels is told in groups of neighbours, by means of |ρ|, their diagonal too', () => {
    const channels = 300
    const matrix = Float32Array.from({ length: channels ** 2 }, (_, at) => {
      const [i, j] = [Math.floor(at / channels), at % channels]
      if (i === j) return 1
      return Math.floor(i / 2) === Math.floor(j / 2) ? -0.8 : 0.25 * (j % 2)
    })
    const { size, group, values } = encodeMatrix(matrix, channels)
    expect([size, group, cells(values).length]).toEqual([150, 2, (150 * 151) / 2])
    expect(cells(values).slice(0, 3)).toEqual([Math.round(127 * 0.8), Math.round(127 * 0.125), Math.round(127 * 0.125)])
  })

  test('does not wrap values that rounding put beyond 1', () => {
    expect(cells(encodeMatrix([1, 1.0000001, 1.0000001, 1], 2).values)).toEqual([127])
  })
})
