import { describe, expect, it } from 'vitest'
import type { LossCell } from '../../../../main/contract/loss-map.ts'
import { chartColors, inkOn } from '../../../charts/colors.ts'
import { createFormats } from '../../../format.ts'
import { hatch, lossMapOption, lossScale } from './loss-map-option.ts'

const cell = (batchSize: number, rate: number, mean: number | null): LossCell => ({ batchSize, rate, runs: 1, mean, sd: null, censored: 0, failed: 0, endedSooner: 0 })
const texts = { xName: 'b', yName: 'α', legend: (scale: string) => `loss, ${scale}`, cell: () => '' }

describe('the colours of losses', () => {
  it('go straight from the smallest to the largest where these are close', () => {
    const scale = lossScale([0.4, 0.6, 0.8])
    expect([scale.kind, scale.isCut]).toEqual(['linear', false])
    expect([0.4, 0.6, 0.8].map(scale.share)).toEqual([0, expect.closeTo(0.5, 12), 1])
  })

  it('go by factors where they are far apart, and end at ten times the smallest', () => {
    const scale = lossScale([0.4, 1.6, 444_261])
    expect([scale.kind, scale.high, scale.isCut]).toEqual(['log', 4, true])
    expect([0.4, 1.6, 444_261].map(scale.share)).toEqual([0, expect.closeTo(Math.log10(4), 12), 1])
  })

  it('are in the middle where all losses are the same', () => {
    expect(lossScale([0.5, 0.5]).share(0.5)).toBe(0.5)
  })
})

describe('the map of losses', () => {
  it('has one row a rate and one column a batch size, in order, with a colour legend that says the unit and where colours end', () => {
    const option = lossMapOption({ colors: chartColors('dark'), formats: createFormats('en') }, [cell(64, 0.3, 5), cell(16, 0.03, 0.4), cell(16, 0.3, null)], texts)
    expect(option).toMatchObject({
      xAxis: { data: ['16', '64'] },
      yAxis: { data: ['0.03', '0.3'] },
      visualMap: { text: ['≥ 4', 'loss, log   0.4'], textStyle: { color: chartColors('dark').muted } },
      series: [{ data: [[1, 1, 1], [0, 0, 0], [0, 1, 0]] }],
    })
  })

  it('is drawn with a text that reads on each colour', () => {
    expect([inkOn('#011959'), inkOn('#facdfa')]).toEqual(['#ffffff', '#000000'])
  })

  it('is hatched within a cell: every line ends on its edges', () => {
    const lines = hatch({ x: 10, y: 20, width: 50, height: 30 })
    expect(lines.length).toBe(11)
    for (const { x1, y1, x2, y2 } of lines) {
      expect(x2 - x1).toBeCloseTo(y1 - y2, 9)
      expect([x1 === 10 || y1 === 50, x2 === 60 || y2 === 20]).toEqual([true, true])
    }
  })
})
