import { describe, expect, it } from 'vitest'
import { madeCheckpoint } from '../../test/support/demo/made-checkpoints.ts'
import type { HostArray } from '../tensorflow/runtime.ts'
import type { Checkpoint } from '../training/trainer.ts'
import { compareCheckpoints, inspectCheckpoint } from './inspect-checkpoint.ts'

const array = (shape: readonly number[], ...values: number[]): HostArray => ({ shape, type: 'float32', values: Float32Array.from(values) })
const of = (variables: Readonly<Record<string, HostArray>>): Checkpoint => ({ ...madeCheckpoint({ step: 1 }), variables })

const one = of({ 'parameters/kernel': array([2, 2], 3, 0, 4, 0), 'parameters/bias': array([1], 0), 'statistics/mean': array([1], 1), 'slots/momentum/kernel': array([1], 9), count: array([], 2) })
const other = of({ 'parameters/kernel': array([2, 2], 3, 0, 0, 0), 'parameters/bias': array([1], 2), 'statistics/mean': array([1], 5), 'slots/momentum/kernel': array([1], 8), count: array([], 2) })

describe('a look into a checkpoint', () => {
  it('tells of each variable what it is for, its shape and its numbers, and adds up groups', async () => {
    const { variables, groups, wallMs } = await inspectCheckpoint(one)
    expect(wallMs).toBe(9)
    expect(variables.map(({ name, group, shape, type, bytes, statistics }) => [name, group, shape, type, bytes, statistics.norm])).toEqual([
      ['parameters/kernel', 'parameters', [2, 2], 'float32', 16, 5],
      ['parameters/bias', 'parameters', [1], 'float32', 4, 0],
      ['statistics/mean', 'statistics', [1], 'float32', 4, 1],
      ['slots/momentum/kernel', 'slots', [1], 'float32', 4, 9],
      ['count', 'other', [], 'float32', 4, 2],
    ])
    expect(groups[0]).toEqual({ group: 'parameters', variables: 2, elements: 5, bytes: 20, norm: 5 })
  })
})

describe('a comparison of checkpoints', () => {
  it('has the numbers worked out by hand, over parameters alone in the total', async () => {
    const { variables, total, histogram, changes } = await compareCheckpoints({ id: 'a', ...one }, { id: 'b', ...other })
    expect(variables.map(({ name, relative, cosine }) => [name, relative, cosine])).toEqual([
      ['parameters/kernel', 0.8, 0.6],
      ['parameters/bias', null, null],
      ['statistics/mean', 4, 1],
    ])
    // a = (3, 0, 4, 0, 0), b = (3, 0, 0, 0, 2): b − a = (0, 0, −4, 0, 2).
    expect(total).toMatchObject({ elements: 5, normA: 5, difference: Math.sqrt(20), relative: Math.sqrt(20) / 5, cosine: 9 / (5 * Math.sqrt(13)), greatest: 4, equal: 3 })
    expect(changes).toEqual([
      { name: 'parameters/kernel', index: [1, 0], from: 4, to: 0 },
      { name: 'parameters/bias', index: [0], from: 0, to: 2 },
    ])
    expect([histogram.from, histogram.to, histogram.counts.length, histogram.counts[40], histogram.counts[0]]).toEqual([-4, 4, 81, 3, 1])
    expect(histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(5)
  })

  it('is all zeros between a checkpoint and itself', async () => {
    const made = madeCheckpoint({ step: 100 })
    const { total, histogram, changes } = await compareCheckpoints({ id: 'a', ...made }, { id: 'a', ...made })
    expect(total).toMatchObject({ difference: 0, relative: 0, greatest: 0 })
    expect(total.cosine).toBeCloseTo(1, 12)
    expect([histogram.counts, changes]).toEqual([[], []])
  })

  it('refuses models of another structure and says what differs', async () => {
    const made = madeCheckpoint({ step: 100 })
    const smaller = madeCheckpoint({ step: 100, without: 'parameters/dense1/bias' })
    await expect(compareCheckpoints({ id: 'a', ...made }, { id: 'b', ...smaller })).rejects.toMatchObject({ code: 'shape-mismatch', message: expect.stringContaining('only a has parameters/dense1/bias'), facts: { onlyFirst: ['parameters/dense1/bias'], onlySecond: [], otherShapes: [] } })
    const reshaped = { ...made, variables: { ...made.variables, 'parameters/classes/bias': array([5], 1, 2, 3, 4, 5) } }
    await expect(compareCheckpoints({ id: 'a', ...made }, { id: 'b', ...reshaped })).rejects.toMatchObject({ facts: { otherShapes: ['parameters/classes/bias: float32 [10] and float32 [5]'] } })
  })

  it('does not ask for the same optimizer', async () => {
    const made = madeCheckpoint({ step: 100 })
    await expect(compareCheckpoints({ id: 'a', ...made }, { id: 'b', ...madeCheckpoint({ step: 100, without: 'slots/momentum/dense1/kernel' }) })).resolves.toMatchObject({ total: { equal: made.variables['parameters/dense1/kernel']!.values.length + 16 + 160 + 16 + 10 } })
  })
})
