import { expect, test } from 'vitest'
import { scheduleConfig } from '../contract/optimizer-config.ts'
import { Feeder } from './feeder.ts'
import type { FeederOptions } from './feeder.ts'
import type { RunPlan } from './run-plan.ts'

const plan: RunPlan = { batchSize: 4, trainExamples: 10, maxExamples: 400, lastStep: 100, evaluateEveryExamples: 40, checkpointEveryExamples: 40 }
const options: FeederOptions = { plan, seed: 1, schedule: scheduleConfig.parse({}), learningRate: 0.1, searchBatch: 'same' }

function indices(feeder: Feeder, batchSize: number, calls: number): number[] {
  return Array.from({ length: calls }, (_, call) => [...feeder.prepare({ position: call * 2 * batchSize, batchSize, steps: 2 }).feed.indices.subarray(0, 2 * batchSize)]).flat()
}

test('feeds every batch size the same stream of examples', () => {
  const small = indices(new Feeder(options), 4, 10)
  const large = indices(new Feeder(options), 8, 5)
  expect(large).toEqual(small)
})

test('marks the steps that begin an epoch', () => {
  const feeder = new Feeder(options)
  const starts = Array.from({ length: 6 }, (_, step) => feeder.prepare({ position: 4 * step, batchSize: 4, steps: 1 }).feed.epochStarts[0])
  expect(starts).toEqual([1, 0, 0, 1, 0, 1]) // 10 examples end within the third batch and with the fifth
})

test('asks the schedule for the middle of each step', () => {
  const feeder = new Feeder({ ...options, schedule: scheduleConfig.parse({ warmupExamples: 100 }) })
  const { learningRates } = feeder.prepare({ position: 0, batchSize: 4, steps: 3 }).feed
  ;[0.002, 0.006, 0.01].forEach((rate, i) => expect(learningRates[i]).toBeCloseTo(rate, 8))
})

test('leaves the call before untouched while it prepares the next', () => {
  const feeder = new Feeder(options)
  const { feed } = feeder.prepare({ position: 0, batchSize: 4, steps: 2 })
  const before = structuredClone(feed)
  feeder.prepare({ position: 8, batchSize: 4, steps: 2 })
  expect(feed).toEqual(before)
})

test('draws the examples of an independent search apart', () => {
  const { feed } = new Feeder({ ...options, searchBatch: 'independent' }).prepare({ position: 0, batchSize: 4, steps: 2 })
  expect(feed.searchIndices).toHaveLength(8)
  expect(feed.searchIndices).not.toEqual(feed.indices)
})

test('goes on from the state after a call as if nothing had happened', () => {
  const whole = new Feeder({ ...options, searchBatch: 'independent' })
  whole.prepare({ position: 0, batchSize: 4, steps: 3 })
  const { after } = whole.prepare({ position: 12, batchSize: 4, steps: 3 })
  const resumed = new Feeder({ ...options, searchBatch: 'independent', resumeFrom: structuredClone(after) })
  expect(resumed.prepare({ position: 24, batchSize: 4, steps: 3 })).toEqual(whole.prepare({ position: 24, batchSize: 4, steps: 3 }))
})

test('feeds the examples after a change of the batch size as if it had always been so', () => {
  const changed = new Feeder(options)
  const first = [...changed.prepare({ position: 0, batchSize: 4, steps: 1 }).feed.indices]
  const then = [...changed.prepare({ position: 4, batchSize: 8, lastBatch: 4, steps: 2 }).feed.indices]
  expect([...first, ...then]).toEqual(indices(new Feeder(options), 4, 3).slice(0, 20))
})

test('prepares a call anew at another batch size, with the examples that the first try would have taken', () => {
  const feeder = new Feeder(options)
  const { after } = feeder.prepare({ position: 0, batchSize: 4, steps: 1 })
  const small = [...feeder.prepare({ position: 4, batchSize: 4, steps: 2 }).feed.indices]
  const large = [...feeder.rewind(after).prepare({ position: 4, batchSize: 8, lastBatch: 4, steps: 1 }).feed.indices]
  expect(large).toEqual(small)
})
