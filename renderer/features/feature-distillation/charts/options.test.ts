import { describe, expect, it } from 'vitest'
import { chartColors } from '../../../charts/colors.ts'
import type { EChartsOption } from '../../../charts/echarts.ts'
import { createFormats } from '../../../format.ts'
import { studentLook } from '../looks.ts'
import { costOption } from './cost-option.ts'
import type { CostPoint } from './cost-option.ts'
import { markedLinesOption } from './marked-lines-option.ts'
import { similarityOption } from './similarity-option.ts'
import { lawError, sizeLawOption } from './size-law-option.ts'
import { studentLinesOption } from './student-lines.ts'

const context = { colors: chartColors('light'), formats: createFormats('en') }
const seriesOf = (option: EChartsOption) => (Array.isArray(option.series) ? option.series : [])
const named = (option: EChartsOption, name: string) => seriesOf(option).filter((one) => one.name === name)
const dataOf = (series: unknown): unknown => Reflect.get(Object(series), 'data')

describe('accuracy against cost', () => {
  const point = (name: string, cost: number, accuracy: number, change: Partial<CostPoint> = {}): CostPoint => ({ name, look: studentLook({ way: 'distilled', depth: 1 }, [1], context.colors), cost, accuracy, low: accuracy - 0.01, high: accuracy + 0.01, isPareto: true, isChosen: false, isWhole: false, ...change })
  const points = [point('b', 300, 0.8, { isChosen: true }), point('a', 100, 0.7), point('c', 200, 0.6, { isPareto: false })]
  const option = (limits: { readonly cost: number | null; readonly accuracy: number | null }) => costOption(context, { points, limits, format: String, texts: { x: 'cost', y: 'accuracy', front: 'front', limit: 'limit' } })

  it('draws the front as stairs through what nothing beats, the cheapest first', () => {
    const [front] = named(option({ cost: null, accuracy: null }), 'front')
    expect(dataOf(front)).toEqual([[100, 0.7], [300, 0.8]])
    expect(Reflect.get(Object(front), 'step')).toBe('end')
  })

  it('draws a line at each limit, within the axes', () => {
    expect(named(option({ cost: null, accuracy: null }), 'limit')).toEqual([])
    const limited = option({ cost: 1000, accuracy: 0.9 })
    const [from, to] = [Number(Reflect.get(Object(limited.xAxis), 'min')), Number(Reflect.get(Object(limited.xAxis), 'max'))]
    expect(named(limited, 'limit').map(dataOf)).toEqual([[[1000, expect.any(Number)], [1000, expect.any(Number)]], [[from, 0.9], [to, 0.9]]])
    expect([from < 100, to > 1000, Number(Reflect.get(Object(limited.yAxis), 'max')) > 0.9]).toEqual([true, true, true])
  })
})

describe('the law of size', () => {
  const points = [{ depth: 1, parameters: 100, error: 0.2, deviation: 0.01, n: 3 }, { depth: 2, parameters: 400, error: 0.1, deviation: null, n: 1 }]
  const draw = (fit: { scale: number; exponent: number; low: null; high: null; floor: number | null; r2: number } | null) => sizeLawOption(context, { lines: [{ name: 'Alone', color: '#000000', law: { way: 'alone', points, fit, reason: fit === null ? 'few-sizes' : null } }], texts: { x: 'parameters', y: 'error' } })

  it('is a straight line through its points on two logarithmic axes: 2 · 100^−½ is 0.2', () => {
    expect(lawError({ scale: 2, exponent: 0.5, low: null, high: null, floor: null, r2: 1 }, 100)).toBeCloseTo(0.2, 12)
    expect(lawError({ scale: 2, exponent: 0.5, low: null, high: null, floor: 0.05, r2: 1 }, 400)).toBeCloseTo(0.15, 12)
    const option = draw({ scale: 2, exponent: 0.5, low: null, high: null, floor: null, r2: 1 })
    expect([Reflect.get(Object(option.xAxis), 'type'), Reflect.get(Object(option.yAxis), 'type')]).toEqual(['log', 'log'])
    expect(seriesOf(option).map(({ type }) => type)).toEqual(['custom', 'line'])
  })

  it('has points alone where nothing was fitted', () => {
    expect(seriesOf(draw(null)).map(({ type }) => type)).toEqual(['custom'])
  })
})

describe('the similarity of features', () => {
  it('has a cell for every two blocks, from the first one at the lower left', () => {
    const option = similarityOption(context, { similarity: [[1, 0.5], [0.5, 1]], cuts: [1], texts: { x: 'block', y: 'block', legend: 'CKA', cell: (row, column, value) => `${row} ${column} ${value}` } })
    expect(dataOf(seriesOf(option)[0])).toEqual([[0, 0, 1], [1, 0, 0.5], [0, 1, 0.5], [1, 1, 1]])
    const formatter: unknown = Reflect.get(Object(Reflect.get(Object(seriesOf(option)[0]), 'tooltip')), 'formatter')
    expect(typeof formatter === 'function' ? formatter({ dataIndex: 1 }) : '').toBe('1 2 0.5')
  })

  it('has as many columns as the other model has blocks', () => {
    const option = similarityOption(context, { similarity: [[1, 0.5, 0.25]], cuts: [], columnCuts: [2], texts: { x: 'second', y: 'first', legend: 'CKA', cell: () => '' } })
    expect(dataOf(seriesOf(option)[0])).toEqual([[0, 0, 1], [1, 0, 0.5], [2, 0, 0.25]])
    expect([dataOf(option.xAxis), dataOf(option.yAxis)]).toEqual([['1', '2', '3'], ['1']])
  })
})

describe('lines with a mark', () => {
  const lines = [{ name: 'a', color: '#000000', places: [[0, 0], [10, 0.5]] as const }, { name: 'b', color: '#111111', places: [[0, 1], [10, 2]] as const }]
  const draw = (change: object) => markedLinesOption(context, { lines, at: 10, xFormat: String, yFormat: String, texts: { x: 'step', y: 'norm' }, ...change })

  it('leave out what a logarithmic axis has no place for', () => {
    expect(seriesOf(draw({ yScale: 'log' })).map(dataOf)).toEqual([[[10, 0.5]], [[0, 1], [10, 2]]])
    expect(seriesOf(draw({})).map(dataOf)).toEqual([[[0, 0], [10, 0.5]], [[0, 1], [10, 2]]])
  })

  it('stand on each other where they are shares, and bear the mark once', () => {
    expect(seriesOf(draw({ isStacked: true })).map((one) => [Reflect.get(one, 'stack'), Reflect.has(one, 'markLine')])).toEqual([['all', true], ['all', false]])
  })
})

describe('students over training', () => {
  it('are means over the seeds with their range, under a legend that stands outside', () => {
    const curve = (values: readonly number[]) => ({ x: [0, 1], mean: values, min: values, max: values, count: [1, 1] })
    const { option } = studentLinesOption(context, { students: [{ name: 'a', look: { color: '#000000', dash: [6, 4], symbol: 'circle' }, curves: [curve([0, 1]), curve([0, 3])] }], xName: 'x', yName: 'y' })
    expect(option.legend).toEqual({ show: false })
    const [, line] = seriesOf(option)
    expect([seriesOf(option).map(({ type }) => type), dataOf(line), Reflect.get(Object(Reflect.get(Object(line), 'lineStyle')), 'type')]).toEqual([['custom', 'line'], [[0, 0], [1, 2]], [6, 4]])
  })
})
