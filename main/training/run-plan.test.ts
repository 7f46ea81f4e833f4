import { expect, test } from 'vitest'
import { LoupeError } from '../contract/errors.ts'
import { runConfig } from '../contract/run-config.ts'
import type { RunConfigInput } from '../contract/run-config.ts'
import { beginsEpoch, callLength, checkRun, isCheckpointDue, isEvaluationDue, meetsTarget, planAt, planRun } from './run-plan.ts'
import type { RunPlan } from './run-plan.ts'
import { chooseStepsPerCall } from './steps-per-call.ts'

const plan: RunPlan = { batchSize: 64, trainExamples: 1000, maxExamples: 2000, lastStep: 32, evaluateEveryExamples: 300, checkpointEveryExamples: 1000 }
/** Where a batch size of 64 is after so many steps. */
const at = (step: number) => ({ position: step * 64, batchSize: 64 })
const steps = (isDue: (step: number) => boolean) => Array.from({ length: 33 }, (_, step) => step).filter(isDue)

test('fills in ten epochs, ten evaluations and one checkpoint an epoch', () => {
  expect(planRun(runConfig.parse({ batchSize: 32 }), 1500)).toEqual({
    batchSize: 32,
    trainExamples: 1500,
    maxExamples: 15000,
    lastStep: 469, // 468.75
    evaluateEveryExamples: 150,
    checkpointEveryExamples: 1500,
  })
})

test('evaluates at the start, at the first step past each multiple and at the end', () => {
  expect(steps((step) => isEvaluationDue(plan, at(step)))).toEqual([0, 5, 10, 15, 19, 24, 29, 32])
  expect(steps((step) => isCheckpointDue(plan, at(step)))).toEqual([16, 32])
})

test('evaluates after every step of a batch larger than the interval', () => {
  expect([1, 2, 3].map((step) => isEvaluationDue(plan, { position: step * 512, batchSize: 512 }))).toEqual([true, true, true])
})

test('begins an epoch at the step that takes its first example at the latest', () => {
  expect(steps((step) => beginsEpoch(plan, at(step)))).toEqual([0, 16, 32])
})

test('makes calls that never cross an evaluation or a checkpoint', () => {
  for (const stepsPerCall of [1, 2, 4, 7]) {
    let step = 0
    while (step < plan.lastStep) {
      const length = callLength(plan, { ...at(step), stepsPerCall })
      for (let inside = step + 1; inside < step + length; inside++) {
        expect(isEvaluationDue(plan, at(inside)) || isCheckpointDue(plan, at(inside))).toBe(false)
      }
      step += length
    }
    expect(step).toBe(32)
  }
})

test('makes the same calls from wherever a run is resumed', () => {
  const from = (start: number) => {
    const starts: number[] = []
    for (let step = start; step < plan.lastStep; step += callLength(plan, { ...at(step), stepsPerCall: 2 })) starts.push(step)
    return starts
  }
  const whole = from(0)
  for (const start of whole) expect(from(start)).toEqual(whole.slice(whole.indexOf(start)))
})

test('unrolls many steps of a small model and one of a large one', () => {
  const small = { parameters: 3000, macsPerExample: 3000, activationBytesPerExample: 1000 }
  const large = { parameters: 3e5, macsPerExample: 4e7, activationBytesPerExample: 1e6 }
  const long: RunPlan = { ...plan, trainExamples: 54000, maxExamples: 540000, lastStep: 8438, evaluateEveryExamples: 5400, checkpointEveryExamples: 54000 }
  expect(chooseStepsPerCall(long, small)).toBe(28) // 84 steps between evaluations: 3 calls of 28
  expect(chooseStepsPerCall({ ...long, evaluateEveryExamples: 8000 }, small)).toBe(25) // 125: 5 calls of 25, where 32 leave 29 over
  expect(chooseStepsPerCall(long, large)).toBe(1)
  expect(chooseStepsPerCall({ ...long, batchSize: 4096 }, small)).toBe(1)
  expect(chooseStepsPerCall({ ...long, lastStep: 400 }, small)).toBe(1)
  expect(chooseStepsPerCall({ ...long, lastStep: 1000 }, small)).toBe(4)
})

test('is met at or below a loss, and at or above an accuracy', () => {
  expect(meetsTarget({ criterion: 'train-loss', value: 0.3 }, 0.3)).toBe(true)
  expect(meetsTarget({ criterion: 'gradient-mean', value: 0.3 }, 0.31)).toBe(false)
  expect(meetsTarget({ criterion: 'validation-accuracy', value: 0.9 }, 0.9)).toBe(true)
  expect(meetsTarget({ criterion: 'validation-accuracy', value: 0.9 }, 0.89)).toBe(false)
  expect(meetsTarget({ criterion: 'train-loss', value: 0.3 }, Number.NaN)).toBe(false)
})

test.each<[string, RunConfigInput, RegExp]>([
  ['a batch above the training examples', { batchSize: 101 }, /101.*100/],
  ['more shards than examples', { batchSize: 8, noiseScale: { enabled: true, smallBatch: 32, shards: 4 } }, /128.*100/],
  ['a validation target without validation examples', { batchSize: 8, target: { criterion: 'validation-loss', value: 1 } }, /validation-loss/],
])('refuses %s', (_, input, message) => {
  const none = { inputs: { shape: [0], type: 'float32', values: new Float32Array(0) }, labels: { shape: [0], type: 'int32', values: new Int32Array(0) }, count: 0 } as const
  const check = () => checkRun(runConfig.parse(input), { train: { ...none, count: 100 }, validation: none, shape: [2], classes: 2 })
  expect(check).toThrow(LoupeError)
  expect(check).toThrow(message)
})

test('counts the steps left by the batch size that the run has come to', () => {
  expect(planAt(plan, 128)).toEqual({ ...plan, batchSize: 128, lastStep: 16 })
  expect(planAt(plan, 64)).toBe(plan)
  // 1000 examples at batch 64, then batches of 250: the next border is the evaluation at 1200 examples, one step away.
  expect(callLength(plan, { position: 1000, batchSize: 250, stepsPerCall: 2 })).toBe(1)
  expect(callLength(plan, { position: 1000, batchSize: 100, stepsPerCall: 2 })).toBe(2)
})
