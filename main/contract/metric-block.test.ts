import { expect, it } from 'vitest'
import { rowsOfBlock, type MetricBlock } from './metric-block.ts'

const block: MetricBlock = {
  firstStep: 7,
  examples: Float64Array.of(56, 64, 72),
  wallMs: Float64Array.of(1, 2, 3),
  metrics: [
    { key: 'train/batch-loss', values: Float64Array.of(0.5, 0.25, Number.NaN) },
    { key: 'step/learning-rate', values: Float64Array.of(0.1, 0.1, 0.2) },
  ],
}

it('gives the rows of a block step by step, each metric in its order', () => {
  expect(rowsOfBlock(block)).toEqual([
    { key: 'train/batch-loss', step: 7, examples: 56, wallMs: 1, value: 0.5 },
    { key: 'step/learning-rate', step: 7, examples: 56, wallMs: 1, value: 0.1 },
    { key: 'train/batch-loss', step: 8, examples: 64, wallMs: 2, value: 0.25 },
    { key: 'step/learning-rate', step: 8, examples: 64, wallMs: 2, value: 0.1 },
    { key: 'train/batch-loss', step: 9, examples: 72, wallMs: 3, value: Number.NaN },
    { key: 'step/learning-rate', step: 9, examples: 72, wallMs: 3, value: 0.2 },
  ])
})
