import { describe, expect, it } from 'vitest'
import type { Chart } from '../contract/report-document.ts'
import { named, numbers, series } from './blocks.ts'
import { drawnSeries, leftOutInWords, rangeAlong } from './chart-points.ts'
import { chartScale, linearTicks, logTicks } from './chart-scale.ts'
import { latexChart } from './latex-chart.ts'
import { svgChart } from './svg-chart.ts'

const chart = (change: Partial<Chart> = {}): Chart => ({ title: 'Made', x: numbers('Step'), y: numbers('Loss', 'log'), series: [series({ name: 'a', x: [1, 2, 3, 4], y: [10, 0, -1, Number.NaN], low: [5, 1, 1, 1], high: [20, 1, 1, 1] })], marks: [], ...change })

describe('what of a chart is drawn', () => {
  it('is no value at or below 0 on a logarithmic axis, and none that is not finite; the others are counted', () => {
    const { drawn, leftOut } = drawnSeries(chart())
    expect([drawn[0]?.points, leftOut]).toEqual([[{ x: 1, y: 10, low: 5, high: 20 }], 3])
    expect(leftOutInWords(leftOut)).toBe(' Not drawn: 3 values that are not finite, or not above 0 on a logarithmic axis.')
    expect(leftOutInWords(0)).toBe('')
  })

  it('spans intervals and marks', () => {
    expect(rangeAlong(chart({ y: numbers('Loss'), series: [series({ name: 'a', x: [1], y: [10], low: [0], high: [20] })], marks: [{ axis: 'y', value: 40, label: '' }] }), 'y')).toEqual({ low: -2, high: 42 })
    expect(rangeAlong(chart({ series: [] }), 'x')).toBeNull()
    expect(rangeAlong(chart({ x: named('', ['a', 'b']) }), 'x')).toEqual({ low: -0.5, high: 1.5 })
  })
})

describe('ticks', () => {
  it('are round', () => {
    expect(linearTicks(0, 1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1])
    expect(linearTicks(-4.2, 2.1)).toEqual([-4, -2, 0, 2])
    expect(logTicks(0.9, 1200)).toEqual([1, 10, 100, 1000])
    expect(logTicks(25_000, 120_000)).toEqual([30_000, 40_000, 50_000, 60_000, 70_000, 80_000, 90_000, 100_000])
    expect(logTicks(1e-12, 1e12).length).toBeLessThan(10)
  })

  it('stand where the values are', () => {
    const { place, ticks } = chartScale({ axis: numbers('', 'log'), low: 1, high: 10_000, from: 0, to: 400 })
    expect(ticks.map(({ value, label }) => [place(value), label])).toEqual([[0, '1'], [100, '10'], [200, '100'], [300, '1000'], [400, '10 000']])
  })
})

const hostile = '</text><script>alert(1)</script>\\input{x}_&%'

describe('a chart as SVG', () => {
  it('has a point, an interval and a mark for each that can be drawn, and no markup from names', () => {
    const { html } = svgChart(chart({ title: hostile, x: numbers(hostile), series: [series({ name: hostile, x: [1, 2], y: [1, 2], low: [0.5, null], high: [2, null] }), series({ name: 'line', drawn: 'line', colour: 1, x: [1, 2], y: [3, 4] })], marks: [{ axis: 'x', value: 1.5, label: hostile }] }))
    expect(html.match(/<path class="point"/g)).toHaveLength(3) // the third is the legend's
    expect(html.match(/<path class="interval"/g)).toHaveLength(1)
    expect(html.match(/<polyline class="line"/g)).toHaveLength(1)
    expect(html.match(/<line class="mark"/g)).toHaveLength(1)
    expect(html).not.toMatch(/<script|NaN|Infinity|undefined/)
  })

  it('says so where there is nothing to draw', () => {
    expect(svgChart(chart({ series: [] })).html).toContain('Nothing to draw.')
  })
})

describe('a chart for pgfplots', () => {
  it('has its data, errors as distances, and names as text', () => {
    const tex = latexChart(chart({ series: [series({ name: hostile, x: [1], y: [10], low: [5], high: [20] }), series({ name: 'b', colour: 1, x: [2], y: [3] })] }))
    expect(tex).toContain('ymode=log')
    expect(tex).toContain('table[x=x, y=y, y error plus=plus, y error minus=minus, row sep=\\\\] {\nx y plus minus\\\\\n1 10 10 5\\\\\n}')
    expect(tex).toContain('\\addlegendentry{\\textless{}/text\\textgreater{}')
    expect(tex).not.toContain('\\input{')
  })

  it('leaves no power of ten beside labels that are whole', () => {
    expect(latexChart(chart({ x: numbers('Examples'), y: numbers('Loss'), series: [series({ name: 'a', x: [0, 60_000], y: [1, 2] })] }))).toMatch(/xticklabels=\{[^\n]*\{60 000\}[^]*scaled ticks=false/)
  })

  it('draws a faint line through the values behind a smoothed one', () => {
    const faint = chart({ y: numbers('Loss'), series: [series({ name: 'a', drawn: 'line', isFaint: true, x: [1, 2], y: [3, 4] })] })
    expect(latexChart(faint)).toContain('LoupeColourA, opacity=0.3, no marks')
    expect(svgChart(faint).html).toContain('<polyline class="line faint"')
  })

  it('draws a band as an area beneath its line', () => {
    const tex = latexChart(chart({ y: numbers('Loss'), series: [series({ name: 'a', drawn: 'line', interval: 'band', x: [1, 2], y: [3, 4], low: [2, 3], high: [4, 5] })] }))
    expect(tex).toContain('x y\\\\\n1 2\\\\\n2 3\\\\\n2 5\\\\\n1 4\\\\\n} -- cycle;')
  })
})
