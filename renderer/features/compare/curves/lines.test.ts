import { describe, expect, it } from 'vitest'
import { chartColors } from '../../../charts/colors.ts'
import { createFormats } from '../../../format.ts'
import { drawLine } from './draw-line.ts'
import type { LineStyle, Pen } from './draw-line.ts'
import { drawnLines } from './drawn-lines.ts'
import { curveRows } from './curve-rows.ts'
import { curvesOption } from './curves-option.ts'
import { createScale } from './scale.ts'
import { madeLine } from './test/made-lines.ts'
import { answerFor, bucketsFor } from './use-curves.ts'
import { around, valuesAt } from './values-at.ts'
import { yRange } from './y-range.ts'

const style: LineStyle = { color: '#0b6b88', width: 1, bandOpacity: 0, isHeld: false, runs: 1, hasRaw: true }
const base64 = (numbers: Float32Array | Float64Array) => btoa(String.fromCharCode(...new Uint8Array(numbers.buffer)))
const packed = (values: readonly number[]) => ({ kind: 'float64' as const, base64: base64(Float64Array.from(values)) })

/** Notes each stroke as its points, dashes with it. */
function notingPen(): Pen & { readonly strokes: string[] } {
  const strokes: string[] = []
  let path: string[] = []
  let dash: readonly number[] = []
  const add = (x: number, y: number) => void path.push(`${Math.round(x)},${Math.round(y)}`)
  return {
    strokes,
    strokeStyle: '',
    fillStyle: '',
    lineWidth: 1,
    lineJoin: 'round',
    lineCap: 'round',
    beginPath: () => void (path = []),
    closePath: () => {},
    moveTo: (x, y) => {
      path.push('M')
      add(x, y)
    },
    lineTo: add,
    arc: (x, y) => add(x, y),
    stroke: () => void strokes.push(`${dash.length > 0 ? 'dashed ' : ''}${path.join(' ')}`),
    fill: () => void strokes.push(`fill ${path.join(' ')}`),
    setLineDash: (lengths) => void (dash = [...lengths]),
  }
}
const scales = { x: createScale('linear', { from: 0, to: 10 }, { from: 0, to: 100 }), y: createScale('linear', { from: 0, to: 10 }, { from: 100, to: 0 }) }

describe('the lines of an answer', () => {
  it('have each their part of the columns', () => {
    const said = { runs: 1, runsPlaced: 1, values: 2, notFinite: 0, notPositive: 0, beforeAxis: 0 }
    const column = packed([1, 2, 3])
    const lines = drawnLines({ lines: [{ ...said, id: 'a', points: 2 }, { ...said, id: 'b', points: 1 }], columns: { x: column, mean: column, min: column, max: column, count: { kind: 'float32', base64: base64(Float32Array.of(4, 5, 6)) }, smoothed: null, low: null, high: null, runs: null } })
    expect(lines.map(({ x, count }) => [[...x], [...count]])).toEqual([[[1, 2], [4, 5]], [[3], [6]]])
  })

  it('take fewer buckets the more there are', () => {
    expect([bucketsFor(900, 1), bucketsFor(900, 100), bucketsFor(900, 1000)]).toEqual([900, 640, 120])
  })

  it('come from the detailed answer wherever that reaches', () => {
    const question = { key: 'k', axis: 'step', scale: 'linear', smoothing: 0, spread: 'deviation', lines: [] } as const
    const [whole, part] = [null, { from: 10, to: 30 }].map((range) => ({ question, lines: [], range, extent: null }))
    expect(answerFor({ from: 15, to: 25 }, whole!, part!)).toBe(part)
    expect(answerFor({ from: 25, to: 35 }, whole!, part!)).toBe(whole)
    expect(answerFor(null, whole!, part!)).toBe(whole)
  })
})

describe('drawing a line', () => {
  it('goes from point to point, and in stairs where values hold', () => {
    const line = madeLine('a', [[0, 0], [5, 5], [10, 0]])
    const [plain, held] = [notingPen(), notingPen()]
    drawLine(plain, line, { ...scales, style })
    drawLine(held, line, { ...scales, style: { ...style, isHeld: true } })
    expect(plain.strokes).toEqual(['M 0,100 50,50 100,100'])
    expect(held.strokes).toEqual(['M 0,100 50,100 50,50 100,50 100,100'])
  })

  it('breaks where a value has no place on a logarithmic axis', () => {
    const pen = notingPen()
    drawLine(pen, madeLine('a', [[0, 1], [2, 1], [4, -1], [6, 10], [8, 10]]), { x: scales.x, y: createScale('log', { from: 1, to: 10 }, { from: 100, to: 0 }), style })
    expect(pen.strokes).toEqual(['M 0,100 20,100 M 60,0 80,0'])
  })

  it('keeps the raw line behind a smoothed one', () => {
    const pen = notingPen()
    drawLine(pen, madeLine('a', [[0, 0], [10, 10]], { smoothed: Float64Array.of(5, 5) }), { ...scales, style })
    expect(pen.strokes).toEqual(['M 0,100 100,0', 'M 0,50 100,50'])
  })

  it('is dashed where not all runs of a group have a value', () => {
    const pen = notingPen()
    drawLine(pen, madeLine('g', [[0, 0], [5, 0], [10, 0]], { runs: Float64Array.of(3, 3, 2) }), { ...scales, style: { ...style, runs: 3 } })
    expect(pen.strokes).toEqual(['M 0,100 50,100', 'dashed M 50,100 100,100'])
  })
})

describe('the vertical axis', () => {
  const view = { from: 0, to: 10 }
  const spiked = madeLine('a', Array.from({ length: 100 }, (_, i) => [i / 10, i === 50 ? 1000 : 1 + (i % 2)] as const))

  it('reaches to the ends of what every point stands for', () => {
    const line = madeLine('a', [[1, 2], [2, 2]], { min: Float64Array.of(0, 2), max: Float64Array.of(2, 12) })
    const { from, to } = yRange({ lines: [line], view, scale: 'linear', ignoreOutliers: false })
    expect(from).toBeCloseTo(-0.6, 12)
    expect(to).toBeCloseTo(12.6, 12)
  })

  it('leaves outliers out when told, and counts them', () => {
    const range = yRange({ lines: [spiked], view, scale: 'linear', ignoreOutliers: true })
    expect(range.to).toBeLessThan(3)
    expect(range.outside).toBe(1)
    expect(yRange({ lines: [spiked], view, scale: 'linear', ignoreOutliers: false }).to).toBeGreaterThan(1000)
  })

  it('is that of the values above 0 on a logarithmic axis, and has room around a constant', () => {
    const log = yRange({ lines: [madeLine('a', [[1, -5], [2, 0], [3, 0.1], [4, 10]])], view, scale: 'log', ignoreOutliers: false })
    expect(log.from).toBeCloseTo(0.1 / 100 ** 0.05, 12)
    expect(yRange({ lines: [madeLine('a', [[1, 4]])], view, scale: 'linear', ignoreOutliers: false })).toEqual({ from: 3.6, to: 4.4, outside: 0 })
  })

  it('knows only what is looked at', () => {
    expect(yRange({ lines: [madeLine('a', [[1, 1], [99, 500]])], view, scale: 'linear', ignoreOutliers: false }).to).toBeLessThan(2)
  })
})

describe('what is read at the cross-hair', () => {
  const lines = [madeLine('a', [[0, 1], [10, 2], [20, 3]]), madeLine('b', [[0, 5]])]

  it('is the nearest point of each line within reach', () => {
    expect(valuesAt(lines, { x: 12, reach: 1, isHeld: false })).toEqual([{ id: 'a', index: 1, x: 10, value: 2 }])
    expect(valuesAt(lines, { x: 0.5, reach: 1, isHeld: false }).map(({ value }) => value)).toEqual([1, 5])
  })

  it('is the last value before it where values hold', () => {
    expect(valuesAt([lines[0]!], { x: 19, reach: 1, isHeld: true })[0]?.value).toBe(2)
  })

  it('shows the rows around the one pointed at, greatest first', () => {
    const values = Array.from({ length: 50 }, (_, i) => ({ id: String(i), index: 0, x: 0, value: i }))
    const { rows, left } = around(values, '20', 10)
    expect(rows.map(({ value }) => value)).toEqual([25, 24, 23, 22, 21, 20, 19, 18, 17, 16])
    expect(left).toBe(40)
  })
})

describe('taking a chart along', () => {
  const named = [{ line: madeLine('run-1', [[1, 0.5], [2, -1]]), style, name: 'a, "b"' }]

  it('writes what each point stands for', () => {
    expect(curveRows({ lines: named, axis: 'step', key: 'train/loss' }).split('\n')).toEqual(['line,name,metric,step,mean,min,max,smoothed,low,high,runs,values', 'run-1,"a, ""b""",train/loss,1,0.5,0.5,0.5,,,,,1', 'run-1,"a, ""b""",train/loss,2,-1,-1,-1,,,,,1'])
  })

  it('draws names, axes and units, without values that a logarithmic axis has no place for', () => {
    const option = curvesOption({ colors: chartColors('light'), formats: createFormats('en') }, { lines: named, x: { kind: 'linear', from: 0, to: 2 }, y: { kind: 'log', from: 0.1, to: 1 }, xName: 'steps', yName: 'Loss (nats)', isClock: false, isHeld: false })
    expect(option).toMatchObject({ xAxis: { name: 'steps', min: 0, max: 2 }, yAxis: { name: 'Loss (nats)', type: 'log' }, legend: { data: [{ name: 'a, "b"' }] }, series: [{ type: 'line', data: [[1, 0.5]] }] })
  })
})
