import { expect, test } from 'vitest'
import { runConfig } from '../../contract/run-config.ts'
import type { Target } from '../../contract/run-config.ts'
import { crossing } from '../crossing.ts'
import type { Evaluation, StudiedRun } from '../study.ts'
import { isReadSparsely } from './left-out.ts'

const own: Target = { criterion: 'train-loss', value: 0.4 }

/** A run on 1000 examples with a point every 100, of which these steps were evaluated; the loss falls from 2 by half every 10 points. */
function madeRun(batchSize: number, steps: readonly number[], when: 'always' | 'near-target' = 'near-target'): StudiedRun {
  const evaluations: Evaluation[] = steps.map((step) => {
    const loss = 2 ** (1 - (step * batchSize) / 1000)
    return { step, examples: step * batchSize, wallMs: step, values: { 'train/loss': loss, 'validation/loss': loss } }
  })
  const last = steps.at(-1) ?? 0
  const config = runConfig.parse({ batchSize, target: own, evaluation: { when } })
  return { id: 'run', key: 'run', config, status: 'finished', steps: last, examples: last * batchSize, wallMs: last, functionEvaluations: 0, censored: false, evaluations }
}
const isSparse = (run: StudiedRun, target: Target = own) => isReadSparsely(run, crossing(run.evaluations, target), { target, trainExamples: 1000 })

/** 0.4 is met at 2322 examples, 0.8 at 1322, 1.6 at 322. */
const every = Array.from({ length: 25 }, (_, point) => 5 * point)
const without = (...points: readonly number[]) => every.filter((step) => !points.includes(step / 5))

test('a run whose every point was evaluated is read as it is, at any target', () => {
  const run = madeRun(20, every)
  for (const value of [0.4, 0.8, 1.6]) expect(isSparse(run, { criterion: 'train-loss', value })).toBe(false)
  expect(isSparse(run, { criterion: 'validation-loss', value: 0.8 })).toBe(false)
})

test('points left out far above the run’s own target do not matter to it', () => {
  expect(isSparse(madeRun(20, without(8, 9, 10)))).toBe(false)
})

test('they do to an easier target that comes after them, and to another criterion', () => {
  const run = madeRun(20, without(8, 9, 10))
  expect(isSparse(run, { criterion: 'train-loss', value: 0.8 })).toBe(true)
  expect(isSparse(run, { criterion: 'validation-loss', value: 0.4 })).toBe(true)
  expect(isSparse(run, { criterion: 'train-loss', value: 1.6 })).toBe(false)
})

test('a crossing of the own target next to a point that was left out is told', () => {
  expect(isSparse(madeRun(20, without(23)))).toBe(true)
})

test('a run that never came to its own target is no matter, but may have met an easier one', () => {
  const run = madeRun(20, every.slice(0, 15).filter((step) => step !== 35))
  expect(isSparse(run)).toBe(false)
  expect(isSparse(run, { criterion: 'train-loss', value: 0.7 })).toBe(true)
})

test('batches larger than the interval have a point at every step', () => {
  const steps = Array.from({ length: 10 }, (_, step) => step)
  const easier: Target = { criterion: 'train-loss', value: 0.8 }
  expect(isSparse(madeRun(300, steps), easier)).toBe(false)
  expect(isSparse(madeRun(300, steps.filter((step) => step !== 3)), easier)).toBe(true)
})

test('batches that do not divide the interval have no more points than multiples of it', () => {
  // 75, 150, 225, 300, 375, 450: the steps that pass 100, 200, 300 and 400.
  expect(isSparse(madeRun(75, [0, 2, 3, 4, 6, 7, 8, 10, 11, 12, 14, 15, 16, 18]), { criterion: 'train-loss', value: 0.9 })).toBe(false)
})

test('a run that was told to make each is not looked at', () => {
  expect(isSparse(madeRun(20, without(23), 'always'))).toBe(false)
})
