import { describe, expect, it } from 'vitest'
import { createFormats } from '../../../format.ts'
import { axisTicks, clockTicks, linearTicks } from './axis-ticks.ts'
import { createScale, distance, movedBy, widenedBy, zoomedAt } from './scale.ts'

const formats = createFormats('en')
const texts = (kind: 'linear' | 'log', from: number, to: number) => {
  const { values, text } = axisTicks(kind, { from, to }, { wanted: 6, formats })
  return values.map(text)
}

describe('scales', () => {
  it('place values and read pixels back, on both kinds of axis', () => {
    const linear = createScale('linear', { from: 0, to: 10 }, { from: 50, to: 150 })
    expect([linear.pixel(0), linear.pixel(5), linear.value(100)]).toEqual([50, 100, 5])
    const log = createScale('log', { from: 0.01, to: 100 }, { from: 0, to: 400 })
    expect(log.pixel(1)).toBeCloseTo(200, 12)
    expect(log.value(300)).toBeCloseTo(10, 12)
  })

  it('have no place on a logarithmic axis for what is not above 0', () => {
    const log = createScale('log', { from: 0.01, to: 100 }, { from: 0, to: 400 })
    expect(Number.isFinite(log.pixel(0))).toBe(false)
    expect(Number.isFinite(log.pixel(-1))).toBe(false)
  })

  it('move and zoom in powers on a logarithmic axis', () => {
    const moved = movedBy('log', { from: 1, to: 100 }, 0.5)
    expect([moved.from, moved.to].map((at) => Math.round(at * 1e6) / 1e6)).toEqual([10, 1000])
    expect(zoomedAt('linear', { from: 0, to: 100 }, { share: 0.25, factor: 0.5 })).toEqual({ from: 12.5, to: 62.5 })
    expect(widenedBy('linear', { from: 10, to: 20 }, 0.5)).toEqual({ from: 5, to: 25 })
    expect(distance('linear', { from: 5, to: 15 }, { from: 0, to: 10 })).toBe(0.5)
  })
})

describe('ticks', () => {
  it('stand at round numbers', () => {
    expect(linearTicks({ from: 0.02, to: 0.31 }, 6)).toEqual([0.05, 0.1, 0.15, 0.2, 0.25, 0.3])
    expect(linearTicks({ from: 3, to: 3 }, 6)).toEqual([3])
  })

  it('all differ in what they say', () => {
    for (const [from, to] of [[0, 2.4], [0.51234, 0.51239], [123_450, 123_500], [0, 9999], [0, 6.4e7], [-1e-5, 1e-5]] as const) {
      const said = texts('linear', from, to)
      expect(new Set(said).size, said.join()).toBe(said.length)
    }
    expect(texts('linear', 0, 2.4)).toEqual(['0', '0.5', '1', '1.5', '2'])
    expect(texts('linear', 0, 6.4e7)).toContain('20M')
  })

  it('are powers on a logarithmic axis, and round numbers where that shows less than a decade', () => {
    expect(texts('log', 0.001, 1000)).toEqual(['0.001', '0.01', '0.1', '1', '10', '100', '1,000'])
    expect(texts('log', 1.01, 1.09).length).toBeGreaterThan(2)
  })

  it('are times of day, and dates where days begin', () => {
    const midnight = new Date(2026, 10, 25).getTime()
    const { values, text } = clockTicks({ from: midnight - 7_200_000, to: midnight + 7_200_000 }, { wanted: 5, formats })
    expect(values.map(text)).toEqual(['22:00', '23:00', 'Nov 25, 2026', '01:00', '02:00'])
  })
})
