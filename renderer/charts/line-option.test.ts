import { describe, expect, it } from 'vitest'
import { createFormats } from '../format.ts'
import { chartColors, divergingRgb, orderedColors } from './colors.ts'
import { lineOption } from './line-option.ts'
import type { LineChart } from './line-option.ts'

const context = { colors: chartColors('light'), formats: createFormats('en') }
const chart = (change: Partial<LineChart>): LineChart => ({
  lines: [{ name: 'b = 8', color: '#112233', curve: { x: [0, 1, 2], mean: [1, -1, 3], min: [1, -1, 3], max: [1, -1, 3], count: [1, 1, 1] } }],
  xName: 'examples',
  yName: 'loss',
  xScale: 'linear',
  yScale: 'linear',
  smoothing: 0,
  ...change,
})

describe('lineOption', () => {
  it('draws every value on linear axes', () => {
    const { option, hidden } = lineOption(context, chart({}))
    expect(hidden).toBe(0)
    expect(option.series).toMatchObject([{ type: 'line', data: [[0, 1], [1, -1], [2, 3]] }])
  })

  it('says how many values a logarithmic axis cannot show', () => {
    const { option, hidden } = lineOption(context, chart({ yScale: 'log' }))
    expect(hidden).toBe(1)
    expect(option.series).toMatchObject([{ data: [[0, 1], [2, 3]] }])
  })

  it('smooths before it leaves anything out', () => {
    const { option } = lineOption(context, chart({ yScale: 'log', smoothing: 0.5 }))
    // The debiased means of 1, −1, 3 are 1, −1/3, 11/7: the third still knows of the second.
    const smoothed = Array.isArray(option.series) ? option.series.at(-1) : undefined
    expect(smoothed).toMatchObject({ data: [[0, 1], [2, expect.closeTo(11 / 7, 12)]] })
  })

  it('keeps the raw line under the smoothed one', () => {
    expect(lineOption(context, chart({ smoothing: 0.9 })).option.series).toHaveLength(2)
  })

  it('draws a band where a point stands for several values', () => {
    const lines = [{ name: 'b', color: '#112233', curve: { x: [0, 1], mean: [1, 2], min: [0, 1], max: [3, 4], count: [5, 5] } }]
    expect(lineOption(context, chart({ lines })).option.series).toMatchObject([{ type: 'custom' }, { type: 'line' }])
  })

  it('draws stairs where a value holds until the next', () => {
    const { curve } = chart({}).lines[0]!
    expect(lineOption(context, chart({ lines: [{ name: 'b', color: '#112233', curve, isHeld: true }] })).option.series).toMatchObject([{ type: 'line', step: 'end' }])
  })

  it('lays levels across the lines, within the axis, and only where a logarithmic one has a place for them', () => {
    const references = [{ name: 'threshold', value: 9, color: '#445566', dash: 'dashed' as const }, { name: 'floor', value: 0, color: '#445566', dash: 'dotted' as const }]
    expect(lineOption(context, chart({ references })).option.series).toMatchObject([{ name: 'b = 8' }, { name: 'threshold', data: [[0, 9], [2, 9]], silent: true }, { name: 'floor' }])
    const { option } = lineOption(context, chart({ references, yScale: 'log' }))
    expect(option.series).toHaveLength(2)
    expect(Reflect.get(Object(option.yAxis), 'max')).toBeGreaterThan(9)
  })

  it('never writes HTML into a tooltip', () => {
    expect(lineOption(context, chart({})).option.tooltip).toMatchObject({ renderMode: 'richText' })
  })
})

describe('divergingRgb', () => {
  it('is near the ground at 0, and dark or light at its ends', () => {
    expect(divergingRgb(0, chartColors('light'))).toEqual([0xf1, 0xf3, 0xf4])
    expect(divergingRgb(-1, chartColors('dark'))).toEqual([0xa9, 0xd3, 0xff])
    expect(divergingRgb(3, chartColors('dark'))).toEqual(divergingRgb(1, chartColors('dark')))
  })
})

describe('orderedColors', () => {
  it('gives as many different colours as asked for, in both modes', () => {
    for (const mode of ['light', 'dark'] as const) expect(new Set(orderedColors(12, chartColors(mode))).size).toBe(12)
  })
})
