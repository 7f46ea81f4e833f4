import { describe, expect, it } from 'vitest'
import { decodeMatrix, reordered, strongestPairs } from './channel-matrix.ts'
import type { DecodedMatrix } from './channel-matrix.ts'
import { clusteredOrder, leadingOrder, orderOf } from './channel-order.ts'
import { correlationHistogram } from './correlation-histogram.ts'

const base64 = (...bytes: readonly number[]) => btoa(String.fromCharCode(...bytes.map((byte) => (byte + 256) % 256)))
const square = (rows: readonly (readonly number[])[]): DecodedMatrix => ({ size: rows.length, group: 1, values: Float32Array.from(rows.flat()) })
/** Two blocks of channels that are alike, laid among each other, and one channel by itself. */
const blocks = square(
  ['a', 'b', 'a', 'c', 'b', 'a', 'b'].map((own, row, all) => all.map((other, column) => (row === column ? 1 : own !== other ? 0.05 : own === 'a' ? 0.9 : -0.8))),
)

describe('a matrix of a record', () => {
  it('is the upper triangle of signed bytes, with ones on the diagonal', () => {
    expect([...decodeMatrix({ size: 3, group: 1, values: base64(127, 0, -127) }).values]).toEqual([1, 1, 0, 1, 1, -1, 0, -1, 1])
  })

  it('tells its diagonal too where channels are in groups', () => {
    expect([...decodeMatrix({ size: 2, group: 4, values: base64(127, 0, 127) }).values]).toEqual([1, 0, 0, 1])
  })

  it('is 0 where its text ends early', () => {
    expect([...decodeMatrix({ size: 2, group: 1, values: '' }).values]).toEqual([1, 0, 0, 1])
  })

  it('keeps what belongs together in another order', () => {
    expect([...reordered(square([[1, 2, 3], [2, 4, 5], [3, 5, 6]]), [2, 0, 1]).values]).toEqual([6, 3, 5, 3, 1, 2, 5, 2, 4])
  })

  it('has its strongest pairs by size, whatever their sign', () => {
    expect(strongestPairs(square([[1, 0.25, -0.75], [0.25, 1, 0.5], [-0.75, 0.5, 1]]), 2)).toEqual([{ first: 0, second: 2, correlation: -0.75 }, { first: 1, second: 2, correlation: 0.5 }])
  })
})

describe('the order of channels', () => {
  const lettersIn = (order: readonly number[]) => order.map((channel) => 'abacbab'[channel]).join('')

  it('puts those beside each other that vary together, of either sign', () => {
    const order = clusteredOrder(blocks)
    expect(order.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(lettersIn(order)).toMatch(/aaa/)
    expect(lettersIn(order)).toMatch(/bbb/)
  })

  it('holds every channel once where all are alike, none are, or there are few', () => {
    for (const value of [1, 0]) expect(clusteredOrder(square(Array.from({ length: 9 }, (_, i) => Array.from({ length: 9 }, (__, j) => (i === j ? 1 : value))))).toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
    expect(clusteredOrder(square([[1]]))).toEqual([0])
    expect(clusteredOrder(square([]))).toEqual([])
    expect(clusteredOrder(square([[1, 0.5], [0.5, 1]])).toSorted()).toEqual([0, 1])
  })

  it('is the tree of average linkage: the joined ones are as scipy joins them', () => {
    // scipy.cluster.hierarchy.linkage(squareform(1 - abs(r)), 'average') joins 1-3, then 0-4, then 2 to 1-3, then both.
    const rho = [[1, 0.1, 0.2, 0.15, 0.7], [0.1, 1, 0.5, 0.9, 0.1], [0.2, 0.5, 1, 0.6, 0.1], [0.15, 0.9, 0.6, 1, 0.05], [0.7, 0.1, 0.1, 0.05, 1]]
    const text = clusteredOrder(square(rho)).join('')
    expect(['132', '312', '213', '231'].some((part) => text.includes(part))).toBe(true)
    expect(text.includes('04') || text.includes('40')).toBe(true)
  })

  it('goes by the leading direction from those that rise to those that fall', () => {
    const sides = [1, -1, 0.5, -0.5]
    const order = leadingOrder(square(sides.map((one, row) => sides.map((other, column) => (row === column ? 1 : one * other)))))
    expect([order.join(), order.toReversed().join()]).toContain('0,2,3,1')
  })

  it('is the channels’ own unless asked otherwise', () => {
    expect(orderOf(blocks, 'own')).toEqual([0, 1, 2, 3, 4, 5, 6])
  })
})

describe('the histogram of correlations', () => {
  it('counts each pair once and lays chance beside it', () => {
    const bars = correlationHistogram(square([[1, 0, 1], [0, 1, -1], [1, -1, 1]]), 12)
    expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(3)
    expect([bars[0]?.count, bars[42]?.count, bars[84]?.count]).toEqual([1, 1, 1])
    expect(bars.reduce((sum, { expected }) => sum + (expected ?? 0), 0)).toBeCloseTo(3, 10)
    expect(bars[42]?.expected).toBeGreaterThan(bars[10]?.expected ?? 0)
  })

  it('has E ρ² = 1/(N − 1) where chance alone is at work, and every ρ as likely at N = 4', () => {
    const bars = correlationHistogram(square([[1, 0], [0, 1]]), 64)
    expect(bars.reduce((sum, { from, to, expected }) => sum + (expected ?? 0) * ((from + to) / 2) ** 2, 0)).toBeCloseTo(0.015873, 3)
    const flat = correlationHistogram(square([[1, 0], [0, 1]]), 4)
    expect(flat[10]?.expected).toBeCloseTo(flat[42]?.expected ?? 0, 10)
  })

  it('knows no chance where samples are not independent', () => {
    expect(correlationHistogram(square([[1, 0], [0, 1]]), null)[0]?.expected).toBeNull()
  })
})
