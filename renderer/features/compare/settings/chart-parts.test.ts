import { describe, expect, it } from 'vitest'
import { chartColors } from '../../../charts/colors.ts'
import { createFormats } from '../../../format.ts'
import { markedLines, markOf, namesOn, parallelLines } from './parallel-axes.ts'
import type { ParallelAxis } from './parallel-axes.ts'
import { lineRunOf, parallelOption } from './parallel-option.ts'
import { paretoFront } from './pareto-front.ts'
import { chosenRuns, runOf, scatterOption } from './scatter-option.ts'
import type { ScatterChart, ShownField } from './scatter-option.ts'
import { groupMeans, scatterPoints } from './scatter-points.ts'

const context = { colors: chartColors('light'), formats: createFormats('en') }

describe('points of runs', () => {
  it('leave out runs without a value and, on a logarithmic axis, those at 0 or below, and count both', () => {
    const x = [1, 10, 0, null, 5]
    const y = [0.5, Number.NaN, 0.7, 0.8, -1]
    expect(scatterPoints({ x, y, color: null, isLogX: false, isLogY: false })).toMatchObject({ points: [{ run: 0 }, { run: 2 }, { run: 4 }], withoutValue: 2, notPositive: 0 })
    expect(scatterPoints({ x, y, color: null, isLogX: true, isLogY: true })).toMatchObject({ points: [{ run: 0, x: 1, y: 0.5 }], withoutValue: 2, notPositive: 2 })
  })

  it('have means over seeds with the Student interval, of their own runs alone', () => {
    const { points } = scatterPoints({ x: [8, 8, 8, 16, 32], y: [1, 2, 3, 9, 7], color: null, isLogX: false, isLogY: false })
    // 2 ± 4.302653·1/√3
    expect(groupMeans(points, [[0, 1, 2], [3], [4]])).toEqual([{ runs: [0, 1, 2], x: 8, y: 2, low: expect.closeTo(2 - 2.48414, 4), high: expect.closeTo(2 + 2.48414, 4) }])
    expect(groupMeans(points.slice(0, 3), [[0, 1, 2], [3], [4]])).toEqual(groupMeans(points, [[0, 1, 2]]))
  })
})

describe('the Pareto front', () => {
  const points = [[1, 5], [2, 4], [2, 7], [3, 6], [4, 9], [4, 9]] as const

  it('has the points that no other beats, from left to right, in every direction', () => {
    expect(paretoFront(points, ['low', 'high'])).toEqual([0, 2, 4, 5])
    expect(paretoFront(points, ['low', 'low'])).toEqual([0, 1])
    expect(paretoFront(points, ['high', 'high'])).toEqual([4, 5])
    expect(paretoFront(points, ['high', 'low'])).toEqual([1, 3, 4, 5])
  })

  it('beats every other point, and none of its own', () => {
    const random = Array.from({ length: 200 }, (_, index) => [Math.sin(index * 12.9898) * 50, Math.cos(index * 78.233) * 50] as const)
    const front = new Set(paretoFront(random, ['low', 'high']))
    const beats = ([x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number]) => x1 <= x2 && y1 >= y2 && (x1 < x2 || y1 > y2)
    for (const [index, point] of random.entries()) expect(random.some((other) => beats(other, point))).toBe(!front.has(index))
  })

  it('is empty of nothing', () => {
    expect(paretoFront([], ['low', 'low'])).toEqual([])
  })
})

const shown = (name: string, more: Partial<ShownField> = {}): ShownField => ({ name, label: name, isNumber: true, isLog: false, text: String, ...more })
function chart(change: Partial<ScatterChart> = {}): ScatterChart {
  const points = [{ run: 0, x: 1, y: 2, color: 10 }, { run: 1, x: 3, y: 4, color: null }, { run: 2, x: 5, y: 6, color: 1000 }]
  return { points, means: [], front: null, x: shown('x'), y: shown('y'), color: null, titleOf: (run) => `run ${run}`, texts: { runs: 'runs', means: 'means', front: 'front', none: 'none', others: 'others', mean: String }, ...change }
}

describe('the scatter', () => {
  it('colours by a number, on a logarithmic scale where asked, and keeps runs without it', () => {
    const option = scatterOption(context, chart({ color: shown('c', { isLog: true }) }))
    expect(option.visualMap).toMatchObject({ min: 1, max: 3, dimension: 2 })
    expect(option.series).toMatchObject([{ name: 'runs', data: [[1, 2, 1, 0], [5, 6, 3, 2]] }, { name: 'none', data: [[3, 4, Number.NaN, 1]] }])
  })

  it('colours by a name, the commonest first, with a shape of its own', () => {
    const points = ['a', 'b', 'b'].map((color, run) => ({ run, x: run, y: run, color }))
    const option = scatterOption(context, chart({ points, color: shown('c', { isNumber: false }) }))
    expect(option.series).toMatchObject([{ name: 'b', symbol: 'circle' }, { name: 'a', symbol: 'triangle' }])
    expect(option.visualMap).toBeUndefined()
  })

  it('says which runs lie within the area drawn, and which one was clicked', () => {
    const option = scatterOption(context, chart({ color: shown('c') }))
    expect(chosenRuns({ batch: [{ areas: [{}], selected: [{ seriesIndex: 0, dataIndex: [1] }, { seriesIndex: 1, dataIndex: [0] }] }] }, option)).toEqual([1, 2])
    expect(chosenRuns({ batch: [{ areas: [], selected: [] }] }, option)).toBeNull()
    expect([runOf({ value: [1, 2, 0, 7] }), runOf({ value: [1] }), runOf(null)]).toEqual([7, null, null])
  })

  it('draws bars of means down to the edge of a logarithmic axis where their end is not above 0', () => {
    const option = scatterOption(context, chart({ means: [{ runs: [0, 1], x: 2, y: 3, low: -1, high: 7 }], y: shown('y', { isLog: true }) }))
    const series = Array.isArray(option.series) ? option.series : []
    expect(series.at(-1)).toMatchObject({ type: 'custom', data: [[2, 3, expect.any(Number), 7]] })
  })
})

const axis = (name: string, values: ParallelAxis['values'], more: Partial<ParallelAxis> = {}): ParallelAxis => ({ name, label: name, isNumber: true, isLog: false, values, text: String, ...more })

describe('parallel coordinates', () => {
  const axes = [axis('b', [8, 16, 0, 32]), axis('model', ['mlp', 'cnn', 'mlp', 'vit'], { isNumber: false }), axis('acc', [0.5, 0.9, 0.7, null])]

  it('draw the runs that have a place on every axis, and count the others', () => {
    expect(parallelLines(axes, 4)).toEqual({ lines: [{ run: 0, at: [8, 'mlp', 0.5] }, { run: 1, at: [16, 'cnn', 0.9] }, { run: 2, at: [0, 'mlp', 0.7] }], withoutValue: 1, notPositive: 0 })
    expect(parallelLines([{ ...axes[0]!, isLog: true }, axes[1]!], 4)).toMatchObject({ withoutValue: 0, notPositive: 1 })
  })

  it('keep what passes through a mark of every axis that has one, of names by their places', () => {
    const { lines } = parallelLines(axes, 4)
    const runs = (marks: Parameters<typeof markedLines>[2]) => markedLines(lines, axes, marks).map(({ run }) => run)
    expect(namesOn(lines, 1)).toEqual(['cnn', 'mlp'])
    expect(runs({})).toEqual([0, 1, 2])
    expect(runs({ acc: [[0.6, 1]] })).toEqual([1, 2])
    expect(runs({ acc: [[0.6, 1]], model: [[0.6, 1.4]] })).toEqual([2])
    expect(runs({ b: [[20, 7], [0, 0]] })).toEqual([0, 1, 2])
    expect(runs({ b: [[12, 20]], acc: [] })).toEqual([1])
  })

  it('read what ECharts says of marks and clicks', () => {
    expect(markOf({ parallelAxisId: 'b', intervals: [[1, 2]] })).toEqual({ name: 'b', intervals: [[1, 2]] })
    expect(markOf({ parallelAxisId: 'b' })).toBeNull()
    expect([lineRunOf({ value: [8, 'mlp', 0.5, 0.5, 3] }, 3), lineRunOf({ value: [8] }, 3)]).toEqual([3, null])
  })

  it('have an axis for each field in the order given, with logarithmic ones of their own span', () => {
    const { lines } = parallelLines(axes, 4)
    const option = parallelOption(context, { axes: [{ ...axes[2]!, isLog: true }, axes[1]!], lines: lines.map((line) => ({ ...line, at: [line.at[2]!, line.at[1]!] })), color: { ...shown('acc'), values: axes[2]!.values }, titleOf: String, texts: { runs: 'runs', none: 'none', others: 'others' } })
    expect(option.parallelAxis).toMatchObject([{ dim: 0, id: 'acc', type: 'log' }, { dim: 1, id: 'model', type: 'category', data: ['cnn', 'mlp'] }])
    expect(option.visualMap).toMatchObject({ dimension: 2, min: 0.5, max: 0.9 })
    expect(option.series).toMatchObject([{ data: [[0.5, 'mlp', 0.5, 0], [0.9, 'cnn', 0.9, 1], [0.7, 'mlp', 0.7, 2]] }])
  })
})
