import { describe, expect, it } from 'vitest'
import { framesOf } from './charts-frames.ts'
import { chartTable, describeAims } from './charts-table.ts'
import type { ChartRound } from './charts-table.ts'

const frames = framesOf([16, 17, 17, 40], [60, 90])
const round = (side: ChartRound['side'], navigateMs: number): ChartRound => ({ side, runs: 100, points: 10_000, navigateMs, clickMs: side === 'Loupe' ? 210 : null, pan: frames, zoom: frames, detailMs: side === 'Loupe' ? 90 : null })

describe('the table of charts', () => {
  it('gives the middle and the 95th percentile of frames, and the longest task', () => {
    expect(frames).toEqual({ medianMs: 17, p95Ms: 40, longTasks: 2, longestTaskMs: 90 })
  })

  it('has a row for each side, and what the others take against Loupe', () => {
    const lines = chartTable([round('Loupe', 400), round('uPlot', 800), round('Loupe', 500)]).split('\n')
    expect(lines).toHaveLength(4)
    expect(lines[2]).toBe('| 100 × 10,000 | Loupe | 450 | 210 | 17.0 | 40.0 | 2.0 | 17.0 | 40.0 | 90.0 |  |')
    expect(lines[3]).toContain('| uPlot | 800 |')
    expect(lines[3]).toMatch(/\| 1\.8 \|$/)
  })

  it('says of each aim whether it is met', () => {
    const said = describeAims([round('Loupe', 600), round('Loupe', 610)])
    expect(said).toContain('click to curves: 210.0 ms (210.0 to 210.0), **met**')
    expect(said).toContain('**not met**')
    expect(describeAims([])).toBe('')
  })
})
