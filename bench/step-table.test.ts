import { expect, it } from 'vitest'
import { stepTables } from './step-table.ts'

it('leaves out sides that never ran and says where Loupe does worst', () => {
  const tables = stepTables([
    { model: 'MLP', batch: 16, ours: 1, torchEager: 2, torchCompile: null, jax: null, tfjsNode: null },
    { model: 'MLP', batch: 64, ours: 2, torchEager: 1, torchCompile: null, jax: null, tfjsNode: null },
  ])
  expect(tables.split('\n')).toEqual([
    '| model | batch | Loupe | PyTorch eager |',
    '|---|---:|---:|---:|',
    '| MLP | 16 | 1.00 | 2.00 |',
    '| MLP | 64 | 2.00 | 1.00 |',
    '',
    "Peer's time divided by Loupe's: above 1 Loupe is faster.",
    '',
    '| peer | geometric mean | worst cell | best cell |',
    '|---|---:|---|---|',
    '| PyTorch eager | 1.00 | 0.50 (MLP, batch 64) | 2.00 (MLP, batch 16) |',
    '| best peer of each cell | 1.00 | 0.50 (MLP, batch 64) | 2.00 (MLP, batch 16) |',
  ])
})

it('takes the fastest peer of each cell', () => {
  const tables = stepTables([
    { model: 'MLP', batch: 16, ours: 1, torchEager: 2, torchCompile: 4, jax: null, tfjsNode: null },
    { model: 'MLP', batch: 64, ours: 1, torchEager: 6, torchCompile: 3, jax: 8, tfjsNode: null },
  ])
  expect(tables).toContain('| best peer of each cell | 2.45 | 2.00 (MLP, batch 16) | 3.00 (MLP, batch 64) |') // the root of 2 times 3
})
