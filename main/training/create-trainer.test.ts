import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LoupeError } from '../contract/errors.ts'
import type { MetricRow } from '../contract/metrics.ts'
import type { RunConfigInput } from '../contract/run-config.ts'
import { liveObjects } from '../tensorflow/live-objects.ts'
import { openTensorFlow } from '../tensorflow/open.ts'
import { openReference } from '../tensorflow/reference.ts'
import type { Runtime } from '../tensorflow/runtime.ts'
import { createTrainer } from './create-trainer.ts'
import { makeTestDataset } from './test-dataset.ts'
import { recordRun, withoutTimes } from './test-run.ts'
import type { Trainer } from './trainer.ts'

const base: RunConfigInput = {
  model: { kind: 'mlp', hidden: [8] },
  optimizer: { kind: 'sgd', learningRate: 0.3 },
  batchSize: 8,
  maxExamples: 480,
  evaluation: { everyExamples: 100 },
  checkpointEveryExamples: 240,
}

async function failure(action: Promise<unknown>): Promise<LoupeError> {
  const error = await action.then(
    () => new Error('nothing was thrown'),
    (reason: unknown) => reason,
  )
  if (error instanceof LoupeError) return error
  throw error
}

describe.each([
  ['the reference', openReference],
  ['TensorFlow', openTensorFlow],
])('on %s', (_, open) => {
  let runtime: Runtime
  let trainer: Trainer
  beforeAll(async () => {
    runtime = await open()
    trainer = await createTrainer({ runtime, dataset: makeTestDataset() })
  })
  afterAll(() => trainer.close())

  test('logs each step and each evaluation, and ends at the limit', async () => {
    const { result, values, rows } = await recordRun({ trainer, config: { ...base, target: { value: 1e-6 } } })
    expect(result).toMatchObject({ ended: 'limit', steps: 60, examples: 480, functionEvaluations: 0, censored: true, jit: false })
    expect(values('train/batch-loss')).toHaveLength(60)
    expect(values('step/learning-rate')).toEqual(Array.from({ length: 60 }, () => Math.fround(0.3)))
    expect(rows.filter((row) => row.key === 'train/loss').map((row) => row.step)).toEqual([0, 13, 25, 38, 50, 60])
    expect(values('train/loss').at(-1)).toBeLessThan(0.3)
    expect(values('time/step')).toHaveLength(5)
    expect(values('test/loss')).toHaveLength(1)
    expect(rows.map((row) => row.wallMs)).toEqual(rows.map((row) => row.wallMs).sort((a, b) => a - b))
  })

  test('ends at the first evaluation that meets the target', async () => {
    const { result, values } = await recordRun({ trainer, config: { ...base, target: { criterion: 'train-loss', value: 0.4 } } })
    expect(result).toMatchObject({ ended: 'target', censored: false })
    expect(values('train/loss').filter((loss) => loss <= 0.4)).toHaveLength(1)
    expect(result.steps).toBeLessThan(60)
  })

  test('says neither censored nor not without a target', async () => {
    expect((await recordRun({ trainer, config: base })).result).toMatchObject({ ended: 'limit', censored: null })
  })

  test('refuses a target that the untrained model meets', async () => {
    const error = await failure(recordRun({ trainer, config: { ...base, target: { criterion: 'train-loss', value: 5 } } }))
    expect(error.code).toBe('invalid-input')
    expect(error.message).toContain('target met before training')
  })

  test('names the step at which the loss stopped being a number, and keeps the rows before it', async () => {
    const rows: MetricRow[] = []
    const optimizer = { kind: 'momentum', learningRate: 1000, momentum: 0.99 } as const
    const error = await failure(recordRun({ trainer, rows, config: { ...base, model: { kind: 'mlp', hidden: [8, 8, 8] }, optimizer, evaluation: { everyExamples: 480 } } }))
    expect(error.code).toBe('not-finite')
    expect(error.message).toMatch(/at step \d+.*learning rate \(now 1000\)/)
    const batchLosses = rows.filter((row) => row.key === 'train/batch-loss')
    expect(batchLosses).toHaveLength(Number(error.facts.step) - 1)
    expect(batchLosses.every((row) => Number.isFinite(row.value))).toBe(true)
  })

  test('refuses a batch above the training examples', async () => {
    expect((await failure(recordRun({ trainer, config: { ...base, batchSize: 61 } }))).message).toMatch(/61.*60/)
  })

  test('trains one run at a time', async () => {
    const first = recordRun({ trainer, config: base })
    expect((await failure(recordRun({ trainer, config: base }))).code).toBe('conflict')
    await first
  })

  test('gives the same bits for the same seed and others for another', async () => {
    const first = await recordRun({ trainer, config: base })
    const second = await recordRun({ trainer, config: base })
    const other = await recordRun({ trainer, config: { ...base, seed: 2 } })
    expect(withoutTimes(second.rows)).toEqual(withoutTimes(first.rows))
    expect(second.checkpoints.at(-1)?.variables).toEqual(first.checkpoints.at(-1)?.variables)
    expect(other.values('train/batch-loss')).not.toEqual(first.values('train/batch-loss'))
  })

  test('saves a checkpoint and ends when asked to', async () => {
    const { result, checkpoints } = await recordRun({ trainer, config: { ...base, target: { value: 1e-6 } }, abortAtStep: 20 })
    expect(result).toMatchObject({ ended: 'aborted', censored: null })
    expect(checkpoints.at(-1)).toMatchObject({ step: result.steps, examples: result.steps * 8 })
    expect(result.steps).toBeLessThan(60)
  })

  test('refuses the checkpoint of another model', async () => {
    const { checkpoints } = await recordRun({ trainer, config: base, abortAtStep: 20 })
    const error = await failure(recordRun({ trainer, config: { ...base, model: { kind: 'mlp', hidden: [9] } }, resumeFrom: checkpoints[0]! }))
    expect(error.code).toBe('shape-mismatch')
  })

  test('measures the time of a step', async () => {
    const { runConfig } = await import('../contract/run-config.ts')
    const { ms } = await trainer.measureStep(runConfig.parse(base))
    expect(ms).toBeGreaterThan(0)
    expect(ms).toBeLessThan(1000)
  })
})

test('finds its traces ready for the second run of a model', async () => {
  const runtime = await openTensorFlow()
  const session = await runtime.openSession()
  const trainer = await createTrainer({ runtime: { ...runtime, openSession: async () => session }, dataset: makeTestDataset() })
  await recordRun({ trainer, config: base })
  const { graphOperations } = session
  await recordRun({ trainer, config: { ...base, seed: 5, optimizer: { kind: 'sgd', learningRate: 0.1 }, target: { value: 0.01 } } })
  expect(session.graphOperations).toBe(graphOperations)
  await trainer.close()
})

test('goes on in a new session once the graph of the old one has grown too large', async () => {
  const runtime = await openTensorFlow()
  let sessions = 0
  const openSession: Runtime['openSession'] = (options) => {
    sessions += 1
    return runtime.openSession(options)
  }
  const trainer = await createTrainer({ runtime: { ...runtime, openSession }, dataset: makeTestDataset(), renewAboveOperations: 0 })
  const first = await recordRun({ trainer, config: base })
  const second = await recordRun({ trainer, config: base })
  expect(sessions).toBe(3) // at the opening there are ops already: those of the data
  expect(withoutTimes(second.rows)).toEqual(withoutTimes(first.rows))
  await trainer.close()
})

test('frees everything when it is closed', async () => {
  const runtime = await openTensorFlow()
  const before = liveObjects()
  const trainer = await createTrainer({ runtime, dataset: makeTestDataset() })
  await recordRun({ trainer, config: { ...base, optimizer: { kind: 'armijo' }, evaluation: { everyExamples: 100, fullGradient: true } } })
  expect(liveObjects()).toBeGreaterThan(before)
  await trainer.close()
  expect(liveObjects()).toBe(before)
  expect((await failure(recordRun({ trainer, config: base }))).code).toBe('conflict')
})
