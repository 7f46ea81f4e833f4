import { expect, test } from 'vitest'
import { runConfig } from '../../contract/run-config.ts'
import type { RunConfigInput } from '../../contract/run-config.ts'
import { createModel } from '../models/index.ts'
import { couplingWarnings } from './coupling.ts'

function warn(config: RunConfigInput) {
  const parsed = runConfig.parse(config)
  return couplingWarnings({ config: parsed, model: createModel(parsed.model, [8, 8, 3], 10) })
}

const policy = { kind: 'loss-gap' } as const
const resnet = (normalization: 'batch' | 'group') => ({ kind: 'resnet', blocksPerStage: 1, normalization }) as const

test('says that batch norm makes cut batches other than whole ones, and when they are cut', () => {
  const [warning, ...more] = warn({ model: resnet('batch'), batchPolicy: policy })
  expect(more).toEqual([])
  expect(warning).toMatchObject({ code: 'cut-batch-norm', facts: { devices: 1, largestMicroBatch: null, batchMax: 1024 } })
  expect(warning?.message).toContain('batches that do not fit into memory in one piece (batchMax is 1024) are cut')
  const message = (realisation: object) => warn({ model: resnet('batch'), batchPolicy: { ...policy, realisation } })[0]?.message
  expect(message({ largestMicroBatch: 64 })).toContain('batches above 64 (largestMicroBatch) are cut')
  expect(message({ devices: 4 })).toContain('shared out over up to 4 devices')
  expect(message({ devices: 4, devicesAtStart: 2 })).toContain('shared out over 2 devices from the start')
})

test('says that dropout draws other masks', () => {
  expect(warn({ model: { kind: 'cnn', dropout: 0.2, normalization: 'batch' }, batchPolicy: policy }).map(({ code }) => code)).toEqual(['cut-batch-norm', 'cut-dropout'])
  expect(warn({ model: { kind: 'mlp', dropout: 0.2 }, batchPolicy: policy })[0]).toMatchObject({ code: 'cut-dropout', facts: { dropout: 0.2 } })
})

test('says nothing where the maths are the same, or the batch is never cut', () => {
  expect(warn({ model: resnet('group'), batchPolicy: policy })).toEqual([])
  expect(warn({ model: { kind: 'vit' }, batchPolicy: policy })).toEqual([])
  expect(warn({ model: resnet('batch'), batchPolicy: null })).toEqual([])
})
