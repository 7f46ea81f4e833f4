import { expect, test } from 'vitest'
import { scheduleConfig } from '../contract/optimizer-config.ts'
import type { ScheduleConfig } from '../contract/optimizer-config.ts'
import { learningRateAt } from './schedule.ts'

function rate(schedule: Partial<ScheduleConfig>, examples: number, batchSize = 64): number {
  return learningRateAt({ schedule: scheduleConfig.parse(schedule), learningRate: 0.1, batchSize, examples, maxExamples: 1000 })
}

test('stays as written without a schedule', () => {
  expect(rate({}, 0)).toBe(0.1)
  expect(rate({}, 5000, 1024)).toBe(0.1)
})

test('rises linearly through the warm-up', () => {
  expect(rate({ warmupExamples: 400 }, 0)).toBe(0)
  expect(rate({ warmupExamples: 400 }, 100)).toBeCloseTo(0.025, 12)
  expect(rate({ warmupExamples: 400 }, 400)).toBe(0.1)
})

test('falls linearly to the factor over the whole run, and stays there', () => {
  expect(rate({ kind: 'linear' }, 500)).toBeCloseTo(0.055, 12) // 0.1·(1 − 0.9/2)
  expect(rate({ kind: 'linear' }, 1000)).toBeCloseTo(0.01, 12)
  expect(rate({ kind: 'linear' }, 2000)).toBeCloseTo(0.01, 12)
})

test('falls along half a cosine after the warm-up', () => {
  const schedule = { kind: 'cosine', warmupExamples: 200, decayFactor: 0.5 } as const
  expect(rate(schedule, 200)).toBeCloseTo(0.1, 12)
  expect(rate(schedule, 400)).toBeCloseTo(0.1 * (0.5 + 0.25 * (1 + Math.SQRT1_2)), 12) // a quarter of 800
  expect(rate(schedule, 600)).toBeCloseTo(0.075, 12)
  expect(rate(schedule, 1000)).toBeCloseTo(0.05, 12)
})

test('drops by the factor after each stretch', () => {
  const schedule = { kind: 'step', decayExamples: 300, decayFactor: 0.1 } as const
  expect(rate(schedule, 299)).toBeCloseTo(0.1, 12)
  expect(rate(schedule, 300)).toBeCloseTo(0.01, 12)
  expect(rate(schedule, 600)).toBeCloseTo(0.001, 12)
})

test('couples to the batch size', () => {
  expect(rate({ coupling: 'linear' }, 0, 256)).toBeCloseTo(0.4, 12)
  expect(rate({ coupling: 'sqrt' }, 0, 256)).toBeCloseTo(0.2, 12)
  expect(rate({ coupling: 'linear', referenceBatchSize: 128 }, 0, 64)).toBeCloseTo(0.05, 12)
})

test('has the same mean over a warm-up at every batch size when asked for the middle of each step', () => {
  for (const batchSize of [1, 8, 64]) {
    const steps = 640 / batchSize
    const rates = Array.from({ length: steps }, (_, step) => rate({ warmupExamples: 640 }, (step + 0.5) * batchSize, batchSize))
    expect(rates.reduce((sum, value) => sum + value, 0) / steps).toBeCloseTo(0.05, 12)
  }
})
