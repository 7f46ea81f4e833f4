import { expect, test } from 'vitest'
import { describeDecorrelation } from './decorrelate-table.ts'

const row = { title: 'CNN', channels: 64, plainMs: 10, labelledMs: 11, doubledMs: 20, bothMs: 21 }
const how = { batchSize: 64, threads: 2 }

test('gives medians, what is added and the verdict', () => {
  const text = describeDecorrelation([row, row, { ...row, labelledMs: 11.2 }], how)
  expect(text).toContain('| CNN | 64 | 10.0 | 11.0 | +10.0 % (+10.0 % to +12.0 %) | 20.0 | 21.0 | +5.0 % (+5.0 % to +5.0 %) |')
  expect(text).toContain('**met**.')
})

test('says where an interval does not hold what its median does', () => {
  expect(describeDecorrelation([row, row, { ...row, labelledMs: 12 }], how)).toContain('**met** by the medians, not by every interval.')
  expect(describeDecorrelation([{ ...row, labelledMs: 9.9 }, { ...row, labelledMs: 12 }, { ...row, labelledMs: 12 }], how)).toContain('**not met**.')
})
