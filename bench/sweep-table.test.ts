import { expect, it } from 'vitest'
import { criticalBatchSizeConfig } from '../main/methods/critical-batch-size/config.ts'
import { describeSweeps } from './sweep-table.ts'
import type { SweepRow } from './sweep-table.ts'

const config = criticalBatchSizeConfig.parse({ method: 'critical-batch-size' })
const row = (side: SweepRow['side'], seconds: number, examples: number, steps = 12.5): SweepRow => ({
  ...{ round: 1, side, seconds, evaluations: 40 },
  runs: [{ batchSize: 8, seed: 1, steps: null, examples: examples / 2, censored: true }, { batchSize: 16, seed: 1, steps, examples: examples / 2, censored: false }],
})
const describe = (rows: readonly SweepRow[], notes: readonly string[] = []) => describeSweeps(rows, { config, threads: 2, notes })

it('divides medians, for the sweep and for each example, with and without the evaluations left out', () => {
  const text = describe([row('ours', 100, 1000), row('ours-always', 200, 1000), row('torch', 300, 2000, 17)])
  expect(text).toContain('medians: 3.00 for the whole sweep, 1.50 for each example trained; with each evaluation made, 1.50 for the whole sweep, 0.75 for each example trained.')
  expect(text).toContain('| 1 | Loupe, always | 200.0 | 40 | 2 | 1 | 1000 |')
  expect(text).toContain("In all 2 of Loupe's sweeps the 2 runs gave the same K, to the last digit.")
})

it('says which runs have another K where evaluations are left out', () => {
  expect(describe([row('ours', 1, 10, 12.500001), row('ours-always', 1, 10)])).toContain('**K is not the same** in all of Loupe\'s sweeps: batch 16, seed 1.')
  const short = { ...row('ours', 1, 10), runs: row('ours', 1, 10).runs.slice(1) }
  expect(describe([row('ours-always', 1, 10), short])).toContain("sweeps: batch 8, seed 1.")
})

it('gives no ratio without PyTorch', () => {
  const text = describe([row('ours', 1, 10)], ['PyTorch is not here.'])
  expect(text).not.toContain('medians')
  expect(text.endsWith('PyTorch is not here.')).toBe(true)
})
