import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { LoupeError } from '../contract/errors.ts'
import { chooseJit } from './choose-jit.ts'
import { emptyFeed } from './feeder.ts'
import type { TrainingCall } from './training-step.ts'

const feed = emptyFeed({ steps: 1, batchSize: 1, searchBatch: 'same' })

/** A call that only takes time. */
function sleeper(ms: number): TrainingCall {
  return { steps: 1, traceMs: 0, run: async () => wait(ms, { losses: [0], stepSizes: [0], search: null }), profile: async () => [] }
}

async function choose({ plainMs, clusteredMs, steps }: { plainMs: number; clusteredMs: number; steps: number }) {
  const asked: boolean[] = []
  const choice = await chooseJit({
    feed,
    steps,
    call: ({ jit }) => {
      asked.push(jit)
      return sleeper(jit ? clusteredMs : plainMs)
    },
  })
  return { ...choice, asked }
}

test('does not compile for a run that is soon over', async () => {
  expect(await choose({ plainMs: 10, clusteredMs: 1, steps: 100 })).toEqual({ jit: false, isMeasured: false, asked: [false] })
})

test('takes XLA for a long run where it is faster', async () => {
  expect(await choose({ plainMs: 30, clusteredMs: 10, steps: 1_000_000 })).toEqual({ jit: true, isMeasured: true, asked: [false, true] })
})

test('leaves XLA where it is slower', async () => {
  expect((await choose({ plainMs: 10, clusteredMs: 30, steps: 1_000_000 })).jit).toBe(false)
})

test('leaves XLA where it cannot compile the step', async () => {
  const failing: TrainingCall = { steps: 1, traceMs: 0, run: () => Promise.reject(new LoupeError('tensorflow', 'no kernel')), profile: async () => [] }
  expect(await chooseJit({ feed, steps: 1e7, call: ({ jit }) => (jit ? failing : sleeper(5)) })).toEqual({ jit: false, isMeasured: true })
})
