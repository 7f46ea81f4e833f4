import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runConfig } from '../contract/run-config.ts'
import type { RunConfigInput } from '../contract/run-config.ts'
import { crossing } from '../methods/crossing.ts'
import { openTensorFlow } from '../tensorflow/open.ts'
import { openReference } from '../tensorflow/reference.ts'
import { createTrainer } from './create-trainer.ts'
import { leavesOut, noteEvaluated, takesEvaluation } from './near-target.ts'
import type { WatchedRun } from './near-target.ts'
import { planRun } from './run-plan.ts'
import { makeTestDataset } from './test-dataset.ts'
import { recordRun, withoutTimes } from './test-run.ts'
import type { RecordedRun } from './test-run.ts'
import type { Trainer } from './trainer.ts'

const near: RunConfigInput = { evaluation: { when: 'near-target' }, target: { criterion: 'train-loss', value: 0.4 } }

test.each<[what: string, input: RunConfigInput, expected: boolean]>([
  ['a train-loss target', near, true],
  ['each point asked for', { ...near, evaluation: {} }, false],
  ['no target', { ...near, target: null }, false],
  ['a validation target', { ...near, target: { criterion: 'validation-loss', value: 0.4 } }, false],
  ['the full gradient', { ...near, evaluation: { when: 'near-target', fullGradient: true } }, false],
  ['the noise scale', { ...near, noiseScale: { enabled: true } }, false],
  ['the smoothness', { ...near, noiseScale: { smoothnessIterations: 2 } }, false],
  ['dropout', { ...near, model: { kind: 'mlp', dropout: 0.1 } }, false],
  ['batch norm', { ...near, model: { kind: 'resnet', normalization: 'batch' } }, false],
  ['group norm', { ...near, model: { kind: 'resnet', normalization: 'group' } }, true],
  ['a learning rate that drops', { ...near, schedule: { kind: 'step', decayExamples: 100 } }, false],
  ['a learning rate that decays', { ...near, schedule: { kind: 'cosine' } }, true],
  ['a line search', { ...near, optimizer: { kind: 'armijo' } }, true],
  ['a batch policy', { ...near, batchPolicy: { kind: 'loss-gap' } }, false],
])('with %s', (_, input, expected) => {
  expect(leavesOut(runConfig.parse(input))).toBe(expected)
})

/** A run of batch 10 on 100 examples whose every point lies at the end of a step; `loss` is both evaluated and that of the batch. */
function evaluatedSteps(loss: (step: number) => number, target = 0.4, batchLoss = loss): number[] {
  const config = runConfig.parse({ ...near, batchSize: 10, maxExamples: 1000, target: { criterion: 'train-loss', value: target } })
  const run: WatchedRun = { config, plan: planRun(config, 100), state: { lossWatch: null } }
  const steps: number[] = []
  for (let step = 1; step <= 100; step++) {
    if (!takesEvaluation(run, { losses: [batchLoss(step)], point: { position: 10 * step, batchSize: 10 } })) continue
    steps.push(step)
    noteEvaluated(run.state, loss(step))
    if (loss(step) <= target) break
  }
  return steps
}

test('far from the target it evaluates eight points, then every tenth, then the last', () => {
  const plateau = (step: number) => 1 + 0.02 * Math.sin(7 * step)
  expect(evaluatedSteps(plateau)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 18, 28, 38, 48, 58, 68, 78, 88, 98, 100])
})

test('evaluates each point again before a falling loss comes to the target', () => {
  const falling = (step: number) => Math.exp(-0.02 * step) * (1 + 0.02 * Math.sin(7 * step))
  const steps = evaluatedSteps(falling)
  const last = steps.at(-1)!
  expect(falling(last)).toBeLessThanOrEqual(0.4)
  expect(steps.slice(-5)).toEqual([4, 3, 2, 1, 0].map((before) => last - before))
  expect(steps.length).toBeLessThan(last * 0.8)
})

test('evaluates each point where the evaluated loss jumps as far as the target', () => {
  const jumping = (step: number) => 1 + 0.35 * Math.sin(7 * step)
  expect(evaluatedSteps(jumping, 0.4, () => 1)).toHaveLength(100)
})

test('a fall as deep as the deepest so far is expected again', () => {
  // Of 3 at the third step to 1 at the fourth: by as much again it would come from 1 to a third.
  const stairs = (step: number) => (step <= 3 ? 3 : 1)
  expect(evaluatedSteps(stairs, 0.34)).toHaveLength(100)
  expect(evaluatedSteps(stairs, 0.1).length).toBeLessThan(60)
})

test('a batch that explodes hides no crossing', () => {
  const falling = (step: number) => Math.exp(-0.02 * step) * (1 + 0.02 * Math.sin(7 * step))
  const steps = evaluatedSteps(falling)
  // e⁴ times the loss at every ninth step, the one before the crossing among them
  const last = steps.at(-1)!
  const exploding = evaluatedSteps(falling, 0.4, (step) => falling(step) * (step % 9 === (last - 1) % 9 ? Math.exp(4) : 1))
  expect(exploding.slice(-2)).toEqual([last - 1, last])
})

test('evaluates where batches have no loss left', () => {
  const steps = evaluatedSteps(() => 1, 0.4, (step) => (step > 50 ? 0 : 1))
  expect(steps.length).toBeLessThan(70)
  expect(steps.slice(-50)).toEqual(Array.from({ length: 50 }, (_, i) => 51 + i))
})

test('a branch with another learning rate learns anew how the losses lie', () => {
  const config = runConfig.parse({ ...near, batchSize: 10, maxExamples: 1000 })
  const run: WatchedRun = { config, plan: planRun(config, 100), state: { lossWatch: null } }
  const ask = (of: WatchedRun, step: number) => takesEvaluation(of, { losses: [1], point: { position: 10 * step, batchSize: 10 } })
  for (let step = 1; step <= 8; step++) {
    expect(ask(run, step)).toBe(true)
    noteEvaluated(run.state, 1)
  }
  const branch = { ...run, state: { ...run.state }, config: { ...config, optimizer: { kind: 'sgd' as const, learningRate: 3, weightDecay: 0 } } }
  expect([ask(run, 9), ask(branch, 9)]).toEqual([false, true])
})

describe.each([
  ['the reference', openReference],
  ['TensorFlow', openTensorFlow],
])('on %s', (_, open) => {
  let trainer: Trainer
  beforeAll(async () => {
    trainer = await createTrainer({ runtime: await open(), dataset: makeTestDataset({ train: 300 }) })
  })
  afterAll(() => trainer.close())

  const target = { criterion: 'train-loss', value: 0.45 } as const
  const config = (batchSize: number, when: 'always' | 'near-target'): RunConfigInput => ({
    ...{ batchSize, target, model: { kind: 'mlp', hidden: [8] }, optimizer: { kind: 'sgd', learningRate: batchSize / 2000 } },
    ...{ maxExamples: 9000, evaluation: { everyExamples: 30, when }, checkpointEveryExamples: 700 },
  })
  const evaluations = ({ rows }: RecordedRun) => rows.filter(({ key }) => key === 'train/loss').map(({ value, ...at }) => ({ ...at, values: { 'train/loss': value } }))
  const stepsTo = (run: RecordedRun) => {
    const found = crossing(evaluations(run), target)
    return found.kind === 'crossed' ? found.steps : null
  }

  test.each([4, 16, 30])('finds the same K at batch size %d as with each evaluation, to the bit, with fewer', async (batchSize) => {
    const always = await recordRun({ trainer, config: config(batchSize, 'always') })
    const sparse = await recordRun({ trainer, config: config(batchSize, 'near-target') })
    expect(always.result).toMatchObject({ ended: 'target', censored: false })
    expect(stepsTo(sparse)).toBe(stepsTo(always))
    expect(stepsTo(sparse)).toBeGreaterThan(10)
    expect(sparse.result.steps).toBe(always.result.steps)
    expect(evaluations(sparse).length).toBeLessThan(0.8 * evaluations(always).length)
    // What is logged is what each evaluation would have logged, some of it left out.
    const all = new Set(withoutTimes(always.rows).map((row) => JSON.stringify(row)))
    expect(withoutTimes(sparse.rows).filter((row) => !all.has(JSON.stringify(row)))).toEqual([])
    expect(sparse.values('train/batch-loss')).toEqual(always.values('train/batch-loss'))
  })

  test('a resumed run makes the same evaluations', async () => {
    const whole = await recordRun({ trainer, config: config(16, 'near-target') })
    const { steps } = whole.result
    for (const abortAtStep of [5, 30, 61, Math.floor(steps / 2), steps - 1]) {
      const before = await recordRun({ trainer, config: config(16, 'near-target'), abortAtStep })
      const after = await recordRun({ trainer, config: config(16, 'near-target'), resumeFrom: before.checkpoints.at(-1)! })
      expect(withoutTimes([...before.rows, ...after.rows])).toEqual(withoutTimes(whole.rows))
    }
  })
})
