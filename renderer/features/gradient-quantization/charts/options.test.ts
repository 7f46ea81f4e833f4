import { describe, expect, it } from 'vitest'
import { chartColors } from '../../../charts/colors.ts'
import type { EChartsOption } from '../../../charts/echarts.ts'
import { createFormats } from '../../../format.ts'
import { cutStairs, densityOption } from './density-option.ts'
import { quantileOption } from './quantile-option.ts'
import { ratioOption } from './ratio-option.ts'
import { splitOption } from './split-option.ts'
import { stepEnds, stretchesOf, stripOption } from './strip-option.ts'
import { tailOption } from './tail-option.ts'

const context = { colors: chartColors('light'), formats: createFormats('en') }
const seriesOf = (option: EChartsOption) => (Array.isArray(option.series) ? option.series : [])
const named = (option: EChartsOption, name: string) => seriesOf(option).filter((one) => one.name === name)
const tooltip = (option: EChartsOption, shown: unknown) => {
  const formatter: unknown = Reflect.get(option.tooltip ?? {}, 'formatter')
  return typeof formatter === 'function' ? String(formatter(shown)) : ''
}
const stairs = [{ low: -2, high: -1, density: 0.1 }, { low: -1, high: 1, density: 0.4 }, { low: 1, high: 2, density: 0.1 }]
const density = (change: Partial<Parameters<typeof densityOption>[1]> = {}) =>
  densityOption(context, { stairs, lines: [{ name: 'Laplace', color: '#000000', dash: 'solid', places: [[-2, 0.1], [0, 0.5], [2, 0.1]] }], limits: { lower: -1.5, upper: 1.5 }, from: -3, to: 3, logY: false, texts: { x: 'value', y: 'density', values: 'values', sent: 'sent', threshold: 'threshold' }, ...change })

describe('the density of a layer', () => {
  it('fills what is sent, cutting the bars that a threshold cuts', () => {
    const { rest, sent } = cutStairs(stairs, { lower: -1.5, upper: 1.5 })
    expect(rest.map(({ low, high }) => [low, high])).toEqual([[-1.5, -1], [-1, 1], [1, 1.5]])
    expect(sent.map(({ low, high }) => [low, high])).toEqual([[-2, -1.5], [1.5, 2]])
    expect(cutStairs(stairs, { lower: null, upper: 1 }).sent).toEqual([{ low: 1, high: 2, density: 0.1 }])
    expect(cutStairs(stairs, null).sent).toEqual([])
  })

  it('draws both thresholds under one name, and none where nothing is sent by a threshold', () => {
    expect(named(density(), 'threshold').map((one) => Reflect.get(one, 'data'))).toEqual([[[-1.5, 0], [-1.5, 0.47]], [[1.5, 0], [1.5, 0.47]]])
    expect(named(density({ limits: null }), 'threshold')).toEqual([])
    expect(named(density({ limits: { lower: null, upper: 1 } }), 'threshold')).toHaveLength(1)
  })

  it('has the span asked for, and stands on a foot below its lowest bar on a logarithmic axis', () => {
    expect(density().xAxis).toMatchObject({ min: -3, max: 3 })
    expect(density({ logY: true }).yAxis).toMatchObject({ type: 'log', min: 0.05, max: 0.8 })
  })

  it('tells the density of the bar at the pointer beside those of the fits', () => {
    expect(tooltip(density(), [{ axisValue: 0.5 }])).toBe('value: 0.5\nvalues   0.4\nLaplace   0.5')
  })
})

describe('the tails of a layer', () => {
  it('are drawn on two logarithmic axes, with the threshold inside and the ratio as a level', () => {
    const option = tailOption(context, { found: [[0.1, 1], [1, 0.1], [2, 0]], lines: [], thresholds: [5], asked: 0.01, texts: { x: 'd', y: 's', values: 'values', threshold: 'threshold', asked: 'asked' } })
    expect([Reflect.get(option.xAxis ?? {}, 'type'), Reflect.get(option.yAxis ?? {}, 'type')]).toEqual(['log', 'log'])
    expect(Reflect.get(option.xAxis ?? {}, 'max')).toBeCloseTo(5.4)
    expect(Reflect.get(named(option, 'values')[0] ?? {}, 'data')).toEqual([[0.1, 1], [1, 0.1]])
    expect(named(option, 'asked')).toHaveLength(1)
  })
})

describe('the quantiles of a layer', () => {
  it('have a diagonal over both axes, which span the same', () => {
    const option = quantileOption(context, { lines: [], from: -1, to: 1, texts: { x: 'expected', y: 'found', diagonal: 'same' } })
    expect(Reflect.get(named(option, 'same')[0] ?? {}, 'data')).toEqual([[-1.12, -1.12], [1.12, 1.12]])
    expect(option.xAxis).toMatchObject({ min: -1.12, max: 1.12 })
    expect(option.yAxis).toMatchObject({ min: -1.12, max: 1.12 })
  })
})

describe('shares over the steps', () => {
  const lines = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `layer ${index}`, color: '#123456', places: [[1, 1 + index], [2, 1 + index]] as const, isChosen: index === 3 }))
  const chart = (count: number) => ratioOption(context, { lines: lines(count), band: [{ x: 0, low: 0.8, high: 1.25 }, { x: 2, low: 0.8, high: 1.25 }], until: 2, texts: { x: 'steps', y: 'share', band: 'band' } })

  it('name every line where they are few, only the chosen one where they are many', () => {
    expect(Reflect.get(chart(3).legend ?? {}, 'data')).toEqual(['band', 'layer 0', 'layer 1', 'layer 2'])
    expect(Reflect.get(chart(60).legend ?? {}, 'data')).toEqual(['band', 'layer 3'])
  })

  it('tell the largest and the smallest at the pointer where they are many', () => {
    const shown = lines(60).map(({ name, places }) => ({ seriesType: 'line', seriesName: name, value: [...places[0]] }))
    const text = tooltip(chart(60), shown)
    expect(text.split('\n')).toHaveLength(10)
    expect(text).toContain('layer 59   60')
    expect(text).toContain('layer 0   1')
  })
})

describe('distributions over the steps', () => {
  const rows = [{ name: 'a', kinds: ['x', 'x', 'y', 'x'] }, { name: 'b', kinds: [null, 'x', 'x', null] }]

  it('draw neighbouring steps of one kind as one, the last as long as the one before', () => {
    const steps = [100, 200, 300, 400]
    expect(stepEnds(steps)).toEqual([200, 300, 400, 500])
    expect(stretchesOf({ steps, ends: stepEnds(steps), rows, kind: 'x' })).toEqual([{ row: 0, from: 100, to: 300 }, { row: 0, from: 400, to: 500 }, { row: 1, from: 200, to: 400 }])
  })

  it('name the layer, the distribution and the steps at the pointer', () => {
    const option = stripOption(context, { steps: [100, 200], rows, kinds: [{ id: 'x', name: 'Laplace', color: '#000000' }], texts: { x: 'steps' } })
    expect(tooltip(option, { seriesName: 'Laplace', value: [100, 300, 1] })).toBe('b: Laplace\nsteps 100 – 300')
  })
})

describe('the split of the time', () => {
  it('stacks its parts and tells the share of each', () => {
    const option = splitOption(context, { parts: [{ name: 'compute', color: '#111111', places: [[100, 3]] }, { name: 'fit', color: '#222222', places: [[100, 1]] }], until: 100, texts: { x: 'steps', y: 'ms', sum: 'together' } })
    expect(seriesOf(option).map((one) => Reflect.get(one, 'stack'))).toEqual(['whole', 'whole'])
    expect(tooltip(option, [{ dataIndex: 0 }])).toBe('steps: 100\ncompute   3 ms (75%)\nfit   1 ms (25%)\ntogether   4 ms')
  })
})
