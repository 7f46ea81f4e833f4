import { expect, it } from 'vitest'
import { criticalBatchSizeConfig } from '../main/methods/critical-batch-size/config.ts'
import { describeSweeps } from './sweep-table.ts'
import type { SweepRow } from './sweep-table.ts'

const config = criticalBatchSizeConfig.parse({ method: 'critical-batch-size' })

it('divides medians, for the sweep and for each example', () => {
  const row = (round: number, side: SweepRow['side'], seconds: number, examples: number): SweepRow => ({ round, side, seconds, runs: 16, censored: 0, examples })
  const text = describeSweeps([row(1, 'ours', 100, 1000), row(1, 'torch', 300, 2000)], { config, threads: 2, notes: [] })
  expect(text).toContain('medians: 3.00 for the whole sweep, 1.50 for each example trained.')
})

it('gives no ratio without PyTorch', () => {
  const text = describeSweeps([{ round: 1, side: 'ours', seconds: 1, runs: 4, censored: 0, examples: 10 }], { config, threads: 2, notes: ['PyTorch is not here.'] })
  expect(text).not.toContain('medians')
  expect(text.endsWith('PyTorch is not here.')).toBe(true)
})
