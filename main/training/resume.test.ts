import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunConfigInput } from '../contract/run-config.ts'
import { openTensorFlow } from '../tensorflow/open.ts'
import { openReference } from '../tensorflow/reference.ts'
import { createTrainer } from './create-trainer.ts'
import { makeTestDataset } from './test-dataset.ts'
import { recordRun, withoutTimes } from './test-run.ts'
import type { Trainer } from './trainer.ts'

const base: RunConfigInput = { model: { kind: 'mlp', hidden: [8] }, batchSize: 8, maxExamples: 480, evaluation: { everyExamples: 100 }, checkpointEveryExamples: 160 }
const image: RunConfigInput = { ...base, model: { kind: 'cnn', channels: [4], kernelSize: 3, dense: 8, normalization: 'batch', dropout: 0.3 } }

const cases: readonly (readonly [string, RunConfigInput])[] = [
  ['SGD', { ...base, optimizer: { kind: 'sgd', learningRate: 0.1 }, schedule: { kind: 'cosine', warmupExamples: 50 } }],
  ['momentum', { ...base, optimizer: { kind: 'momentum' } }],
  ['Adam', { ...base, optimizer: { kind: 'adam', learningRate: 0.01 } }],
  ['an Armijo search that grows', { ...base, optimizer: { kind: 'armijo' } }],
  ['an Armijo search on its own batch from epoch means', { ...base, optimizer: { kind: 'armijo', searchBatch: 'independent', resetRule: 'epoch-mean', maxTries: 20 }, compute: { stepsPerCall: 4 } }],
  ['batch norm and dropout', { ...image, optimizer: { kind: 'sgd', learningRate: 0.05 } }],
  ['batch norm and dropout under Armijo', { ...image, optimizer: { kind: 'armijo', delta: 0.5 } }],
  ['the full gradient and the noise scale', { ...base, evaluation: { everyExamples: 100, fullGradient: true }, noiseScale: { enabled: true, smallBatch: 4, shards: 4 } }],
  ['XLA', { ...base, compute: { jit: 'on' }, optimizer: { kind: 'momentum' } }],
  ['steps unrolled seven to a call', { ...base, compute: { stepsPerCall: 7 }, optimizer: { kind: 'adam' } }],
]

describe.each([
  ['the reference', openReference],
  ['TensorFlow', openTensorFlow],
])('on %s', (_, open) => {
  let trainer: Trainer
  beforeAll(async () => {
    trainer = await createTrainer({ runtime: await open(), dataset: makeTestDataset({ shape: [4, 4, 1] }) })
  })
  afterAll(() => trainer.close())

  test.each(cases)('an interrupted run with %s equals one that is not, to the bit', async (__, config) => {
    const whole = await recordRun({ trainer, config })
    expect(whole.result.steps).toBe(60)
    // 13 and 60 ask to stop at an evaluation, which is then made by the resumed run.
    for (const abortAtStep of [3, 13, 33, 60]) {
      const before = await recordRun({ trainer, config, abortAtStep })
      const resumeFrom = before.checkpoints.at(-1)!
      expect(before.result.ended).toBe('aborted')
      const after = await recordRun({ trainer, config, resumeFrom })
      expect(withoutTimes([...before.rows, ...after.rows])).toEqual(withoutTimes(whole.rows))
      expect(after.checkpoints.at(-1)?.variables).toEqual(whole.checkpoints.at(-1)?.variables)
      expect(after.result).toMatchObject({ steps: 60, functionEvaluations: whole.result.functionEvaluations })
      expect(after.result.wallMs).toBeGreaterThan(resumeFrom.wallMs)
    }
  })

  test('a run stopped before its first step begins anew', async () => {
    const whole = await recordRun({ trainer, config: base })
    const { checkpoints, result } = await recordRun({ trainer, config: base, abortAtStep: 0 })
    expect(result).toMatchObject({ ended: 'aborted', steps: 0 })
    const resumed = await recordRun({ trainer, config: base, resumeFrom: checkpoints[0]! })
    expect(withoutTimes(resumed.rows)).toEqual(withoutTimes(whole.rows))
  })

  test('a run goes on from a checkpoint that another was made from since', async () => {
    const config: RunConfigInput = { ...base, optimizer: { kind: 'adam' } }
    const whole = await recordRun({ trainer, config })
    const [first] = whole.checkpoints
    await recordRun({ trainer, config: { ...config, seed: 9 } })
    const again = await recordRun({ trainer, config, resumeFrom: first! })
    expect(withoutTimes(again.rows)).toEqual(withoutTimes(whole.rows.filter((row) => row.step > first!.step)))
  })
})
