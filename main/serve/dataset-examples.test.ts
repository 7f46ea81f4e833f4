import { describe, expect, it } from 'vitest'
import { examplesOf } from './dataset-examples.ts'

const numbers = (values: readonly number[]) => ({ inputs: { shape: [2, 2], type: 'float32' as const, values: Float32Array.from(values) }, labels: { shape: [2], type: 'int32' as const, values: Int32Array.from([1, 0]) }, count: 2 })
const table = { shape: [2], classNames: ['no', 'yes'], test: numbers([1, 2, 3, 4]), validation: numbers([-1, 0, 0, 8]) }

describe('examples of a data set', () => {
  it('stand in the order asked for, with their labels and the range of their values', () => {
    expect(examplesOf(table, { split: 'test', indices: [1, 0] })).toEqual({ shape: [2], classNames: ['no', 'yes'], range: [1, 4], examples: [{ index: 1, label: 0, values: [3, 4] }, { index: 0, label: 1, values: [1, 2] }] })
    expect(examplesOf(table, { split: 'validation', indices: [1] })).toMatchObject({ range: [0, 8] })
  })

  it('span from 0 to the largest byte of all where they are bytes, so that a dark one stays dark', () => {
    const bytes = { ...numbers([]), inputs: { shape: [2, 2], type: 'uint8' as const, values: Uint8Array.from([7, 8, 9, 10]) } }
    expect(examplesOf({ ...table, test: bytes }, { split: 'test', indices: [0] })).toMatchObject({ range: [0, 10], examples: [{ values: [7, 8] }] })
  })

  it('are refused beyond the split, with what there is', () => {
    expect(() => examplesOf(table, { split: 'test', indices: [0, 2] })).toThrow(expect.objectContaining({ code: 'invalid-input', facts: { index: 2, count: 2, split: 'test' } }))
  })
})
