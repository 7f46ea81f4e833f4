import { describe, expect, it } from 'vitest'
import { datasetConfig } from '../contract/dataset-config.ts'
import { examplesOf, examplesReader } from './dataset-examples.ts'

const numbers = (values: readonly number[]) => ({ inputs: { shape: [2, 2], type: 'float32' as const, values: Float32Array.from(values) }, labels: { shape: [2], type: 'int32' as const, values: Int32Array.from([1, 0]) }, count: 2 })
const table = { shape: [2], classNames: ['no', 'yes'], train: numbers([5, 5, 6, 6]), test: numbers([1, 2, 3, 4]), validation: numbers([-1, 0, 0, 8]) }

describe('examples of a data set', () => {
  it('stand in the order asked for, with their labels and the range of their values', () => {
    expect(examplesOf(table, { split: 'test', indices: [1, 0] })).toEqual({ shape: [2], classNames: ['no', 'yes'], count: 2, range: [1, 4], examples: [{ index: 1, label: 0, values: [3, 4] }, { index: 0, label: 1, values: [1, 2] }] })
    expect(examplesOf(table, { split: 'validation', indices: [1] })).toMatchObject({ range: [0, 8] })
    expect(examplesOf(table, { split: 'training', indices: [0] })).toMatchObject({ examples: [{ label: 1, values: [5, 5] }] })
  })

  it('span from 0 to the largest byte of all where they are bytes, so that a dark one stays dark', () => {
    const bytes = { ...numbers([]), inputs: { shape: [2, 2], type: 'uint8' as const, values: Uint8Array.from([7, 8, 9, 10]) } }
    expect(examplesOf({ ...table, test: bytes }, { split: 'test', indices: [0] })).toMatchObject({ range: [0, 10], examples: [{ values: [7, 8] }] })
  })

  it('are refused beyond the split, with what there is', () => {
    expect(() => examplesOf(table, { split: 'test', indices: [0, 2] })).toThrow(expect.objectContaining({ code: 'invalid-input', facts: { index: 2, count: 2, split: 'test' } }))
  })
})

describe('the reader of examples', () => {
  const noRun = () => {
    throw new Error('no run was asked for')
  }

  it('reads a data set without a run, several of them side by side', async () => {
    const read = examplesReader({ run: noRun })
    const asked = (name: 'digits' | 'breast-cancer') => read({ runId: null, dataset: datasetConfig.parse({ name }), split: 'training', indices: [0, 1] })
    const [digits, table] = await Promise.all([asked('digits'), asked('breast-cancer')])
    expect([digits.shape, digits.examples.length, table.shape]).toEqual([[8, 8, 1], 2, [30]])
    expect((await asked('digits')).examples).toEqual(digits.examples)
  })

  it('reads anew what could not be read, and keeps what was asked too much of', async () => {
    const read = examplesReader({ run: noRun })
    const missing = { runId: null, dataset: datasetConfig.parse({ name: 'file', path: '/nowhere/at/all.csv' }), split: 'test' as const, indices: [] }
    await expect(read(missing)).rejects.toThrow()
    await expect(read(missing)).rejects.toThrow()
    const digits = { runId: null, dataset: datasetConfig.parse({ name: 'digits' }), split: 'test' as const }
    await expect(read({ ...digits, indices: [1e6] })).rejects.toMatchObject({ code: 'invalid-input' })
    expect((await read({ ...digits, indices: [0] })).examples).toHaveLength(1)
  })
})
