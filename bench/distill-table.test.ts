import { expect, test } from 'vitest'
import { describeDistillation } from './distill-table.ts'

const row = { title: 'ViT', runs: 7, sumSeconds: 20, lanesSeconds: 10, chainsStepMs: 30, exitsStepMs: 15 }
const how = { depth: 4, students: [1, 2, 3], lanes: 2 }

test('gives medians, ratios and the verdict', () => {
  const text = describeDistillation([row, { ...row, lanesSeconds: 12 }, row], how)
  expect(text).toContain('| ViT | 20.0 | 10.0 | 0.50 (0.50 to 0.60) | 30.0 | 15.0 | 0.50 (0.50 to 0.50) |')
  expect(text).toContain('**met**')
  expect(describeDistillation([{ ...row, lanesSeconds: 21 }], how)).toContain('**not met**')
})
