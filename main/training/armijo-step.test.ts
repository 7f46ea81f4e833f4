import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunConfigInput } from '../contract/run-config.ts'
import { openTensorFlow } from '../tensorflow/open.ts'
import { openReference } from '../tensorflow/reference.ts'
import { createTrainer } from './create-trainer.ts'
import { makeTestDataset } from './test-dataset.ts'
import { recordRun } from './test-run.ts'
import type { Trainer } from './trainer.ts'

const base: RunConfigInput = { model: { kind: 'mlp', hidden: [8] }, batchSize: 10, maxExamples: 240, evaluation: { everyExamples: 240 }, checkpointEveryExamples: 240 }
const noisy: RunConfigInput['model'] = { kind: 'cnn', channels: [4], kernelSize: 3, dense: 8, normalization: 'batch', dropout: 0.5 }
const stepsPerEpoch = 6 // 60 examples

interface Searched {
  readonly steps: readonly number[]
  readonly tries: readonly number[]
}

/** Where each search must have begun, given what it found: each try but the last shrank it by δ. */
function startsOf({ steps, tries }: Searched, delta: number): number[] {
  return steps.map((step, i) => step / delta ** (tries[i]! - 1))
}

function expectStarts(received: readonly number[], expected: (step: number) => number): void {
  expect(received).toHaveLength(24)
  received.forEach((start, step) => expect(start / expected(step)).toBeCloseTo(1, 4))
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

describe.each([
  ['the reference', openReference],
  ['TensorFlow', openTensorFlow],
])('on %s', (_, open) => {
  let trainer: Trainer
  beforeAll(async () => {
    trainer = await createTrainer({ runtime: await open(), dataset: makeTestDataset({ shape: [4, 4, 1] }) })
  })
  afterAll(() => trainer.close())

  async function search(optimizer: Partial<Extract<NonNullable<RunConfigInput['optimizer']>, { kind: 'armijo' }>>, changed: RunConfigInput = {}) {
    const { values, result } = await recordRun({ trainer, config: { ...base, ...changed, optimizer: { kind: 'armijo', delta: 0.5, ...optimizer } } })
    return { steps: values('armijo/step-size'), tries: values('armijo/tries'), fallbacks: values('armijo/fallback'), result }
  }

  test('begins each search at the last step size times 2^(batch/examples)', async () => {
    const found = await search({ resetRule: 'grow', initialStep: 0.5, maxStep: 2 })
    expectStarts(startsOf(found, 0.5), (step) => (step === 0 ? 0.5 : Math.min(found.steps[step - 1]! * 2 ** (10 / 60), 2)))
  })

  test('begins each search at the last step size', async () => {
    const found = await search({ resetRule: 'keep' })
    expectStarts(startsOf(found, 0.5), (step) => (step === 0 ? 1 : found.steps[step - 1]!))
  })

  test('begins each search at the initial step size', async () => {
    expectStarts(startsOf(await search({ resetRule: 'initial', initialStep: 3 }), 0.5), () => 3)
  })

  test('begins each search at twice the mean of the epoch before, at most the largest', async () => {
    const found = await search({ resetRule: 'epoch-mean', maxStep: 1.5 }, { compute: { stepsPerCall: 3 } })
    expectStarts(startsOf(found, 0.5), (step) => {
      const epoch = Math.floor(step / stepsPerEpoch)
      return epoch === 0 ? 1 : Math.min(2 * mean(found.steps.slice((epoch - 1) * stepsPerEpoch, epoch * stepsPerEpoch)), 1.5)
    })
  })

  test('counts the forward evaluations of all steps, one more each for an independent batch', async () => {
    const same = await search({ resetRule: 'initial', initialStep: 0.001 })
    expect(same.tries).toEqual(Array.from({ length: 24 }, () => 1)) // so small a step is accepted at once
    expect(same.result.functionEvaluations).toBe(24)
    const independent = await search({ resetRule: 'initial', initialStep: 1e-6, c: 1e-4, searchBatch: 'independent', maxTries: 1 })
    expect(independent.tries).toEqual(Array.from({ length: 24 }, () => 2))
  })

  test('takes the fallback step, counts it and warns where no try is accepted', async () => {
    const config: RunConfigInput = { ...base, optimizer: { kind: 'armijo', initialStep: 1000, maxStep: 1000, resetRule: 'initial', maxTries: 1, fallbackStep: 1e-4 } }
    const { values, warnings } = await recordRun({ trainer, config })
    const fallbacks = values('armijo/fallback').filter((fallback) => fallback === 1).length
    expect(fallbacks).toBeGreaterThan(12)
    expect(values('armijo/step-size').filter((step) => Math.abs(step - 1e-4) < 1e-8)).toHaveLength(fallbacks)
    expect(warnings).toEqual(['armijo-fallback'])
  })

  test('compares the same dropout mask in all tries of a step', async () => {
    const { fallbacks } = await search({ maxTries: 20 }, { model: noisy })
    expect(mean(fallbacks)).toBe(0) // another mask a try would refuse even the smallest step half of the time
  })

  test('moves the running statistics once a step, as SGD does', async () => {
    const once: RunConfigInput = { ...base, model: noisy, maxExamples: 10, checkpointEveryExamples: 10 }
    const [armijo, sgd] = [await recordRun({ trainer, config: { ...once, optimizer: { kind: 'armijo', initialStep: 1000, maxStep: 1000 } } }), await recordRun({ trainer, config: { ...once, optimizer: { kind: 'sgd' } } })]
    expect(armijo.values('armijo/tries')[0]).toBeGreaterThan(1)
    const statistics = ({ checkpoints }: typeof sgd) => Object.entries(checkpoints[0]!.variables).filter(([name]) => name.startsWith('statistics/'))
    expect(statistics(sgd).length).toBeGreaterThan(0)
    expect(statistics(armijo)).toEqual(statistics(sgd))
  })
})
