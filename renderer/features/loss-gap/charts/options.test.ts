import { describe, expect, it } from 'vitest'
import { chartColors } from '../../../charts/colors.ts'
import type { EChartsOption } from '../../../charts/echarts.ts'
import { createFormats } from '../../../format.ts'
import { wrapped } from '../reason-text.ts'
import { conditionOption } from './condition-option.ts'
import { controlOption } from './control-option.ts'
import { realisationOption } from './realisation-option.ts'
import { stepLine, valueAtStep } from './step-line.ts'

const context = { colors: chartColors('light'), formats: createFormats('en') }
const seriesOf = (option: EChartsOption) => (Array.isArray(option.series) ? option.series : [])
const marks = { grow: 'grown', shrink: 'shrunk', rollback: 'rolled back' }
const control = (change: Partial<Parameters<typeof controlOption>[1]> = {}) =>
  controlOption(context, {
    raw: { x: [0, 50, 100], mean: [2, 1, 0.5], min: [2, 1, 0.5], max: [2, 1, 0.5], count: [1, 1, 1] },
    smoothed: [[50, 1.2], [100, 0.8]],
    batches: [[0, 16], [50, 32]],
    marks: [{ kind: 'grow', x: 50, toBatch: 32, text: '16 → 32: flat' }],
    until: 100,
    logY: false,
    texts: { x: 'examples', y: 'gap', batch: 'batch', raw: 'raw', smoothed: 'smoothed', marks },
    ...change,
  })

describe('the chart of what a controller did', () => {
  it('draws the batch size in steps to the end of the run, on an axis of its own', () => {
    expect(seriesOf(control()).find(({ name }) => name === 'batch')).toMatchObject({ step: 'end', yAxisIndex: 1, data: [[0, 16], [50, 32], [100, 32]] })
  })

  it('marks each kind of change by a shape of its own', () => {
    const option = control({ marks: (['grow', 'shrink', 'rollback'] as const).map((kind, index) => ({ kind, x: 10 * index, toBatch: 16, text: '' })) })
    const scatters = seriesOf(option).filter(({ type }) => type === 'scatter')
    expect(scatters.map((one) => [one.name, Reflect.get(one, 'symbol'), Reflect.get(one, 'symbolRotate')])).toEqual([['grown', 'triangle', undefined], ['shrunk', 'triangle', 180], ['rolled back', 'diamond', undefined]])
  })

  it('says why at the pointer, and only near the mark', () => {
    const formatter: unknown = Reflect.get(control().tooltip ?? {}, 'formatter')
    const at = (x: number) => (typeof formatter === 'function' ? String(formatter([{ seriesType: 'line', seriesName: 'raw', axisValue: x, value: [x, 1] }])) : '')
    expect(at(50)).toContain('grown: 16 → 32: flat')
    expect(at(50)).toContain('batch   32')
    expect(at(80)).not.toContain('flat')
  })

  it('leaves out what a logarithmic axis cannot show', () => {
    const option = control({ logY: true, raw: { x: [0, 50], mean: [-1, 1], min: [-1, 1], max: [-1, 1], count: [1, 1] } })
    expect(seriesOf(option).find(({ name }) => name === 'raw')).toMatchObject({ data: [[50, 1]] })
  })
})

describe('the chart of a condition', () => {
  it('fills the side on which the condition is met', () => {
    const option = conditionOption(context, { values: [[0, -3], [10, -1]], thresholds: [{ side: 'grow', met: 'above', places: [[0, -2]] }, { side: 'diverge', met: 'below', places: [[0, 3]] }], until: 10, scale: 'linear', texts: { x: 'x', y: 'y', value: 't', grow: 'grow', diverge: 'diverge' } })
    expect(seriesOf(option).map((one) => [one.name, Reflect.get(Reflect.get(one, 'areaStyle') ?? {}, 'origin')])).toEqual([['grow', 'end'], ['diverge', 'start'], ['t', undefined]])
  })

  it('cuts off a t of a million, so that the thresholds stay in sight', () => {
    const option = conditionOption(context, { values: [[0, -1e6]], thresholds: [], until: 10, scale: 'linear', texts: { x: 'x', y: 'y', value: 't', grow: '', diverge: '' } })
    expect(seriesOf(option)[0]).toMatchObject({ data: [[0, -25]] })
  })
})

describe('the chart of how a batch was made', () => {
  it('piles up powers of two to the batch size', () => {
    const option = realisationOption(context, { shapes: [{ x: 0, batchSize: 128, microBatch: 32, loops: 2, replicas: 2, bytesFree: 2 ** 21 }], until: 10, texts: { x: 'x', y: 'b', micro: 'micro', loops: 'loops', replicas: 'replicas', free: 'free' } })
    const [micro, loops, replicas, free] = seriesOf(option)
    expect([micro, loops, replicas].map((one) => Reflect.get(one ?? {}, 'data'))).toEqual([[[0, 5], [10, 5]], [[0, 1], [10, 1]], [[0, 1], [10, 1]]])
    expect(free).toMatchObject({ yAxisIndex: 1, data: [[0, 2], [10, 2]] })
  })
})

describe('stairs', () => {
  it('hold from each place on', () => {
    expect(valueAtStep([[0, 16], [50, 32]], 49)).toBe(16)
    expect(valueAtStep([[0, 16], [50, 32]], 50)).toBe(32)
    expect(stepLine({ name: 'a', places: [], until: 5, color: '#000000' })).toMatchObject({ data: [] })
  })
})

describe('wrapped', () => {
  it('breaks at words, and at the marks of a Japanese sentence', () => {
    expect(wrapped('one two three', 8)).toBe('one two\nthree')
    expect(wrapped('あいう、えおか。き', 5)).toBe('あいう、\nえおか。き')
  })
})
