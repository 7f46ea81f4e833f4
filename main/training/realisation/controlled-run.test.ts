import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunConfigInput } from '../../contract/run-config.ts'
import { openTensorFlow } from '../../tensorflow/open.ts'
import { ScriptedPolicy } from '../control/scripted-policy.ts'
import type { Script } from '../control/scripted-policy.ts'
import { createTrainer } from '../create-trainer.ts'
import { makeTestDataset } from '../test-dataset.ts'
import { recordRun, withoutTimes } from '../test-run.ts'
import type { RecordOptions } from '../test-run.ts'
import type { Trainer } from '../trainer.ts'

const dataset = makeTestDataset()
const epoch = dataset.train.count
const script: Script = { batches: [{ position: epoch, batchSize: 16 }, { position: 2 * epoch, batchSize: 40 }, { position: 3 * epoch, batchSize: 8 }] }

function configured(realisation: object): RunConfigInput {
  return {
    model: { kind: 'mlp', hidden: [8] },
    optimizer: { kind: 'momentum', learningRate: 0.05 },
    batchSize: 8,
    maxExamples: 4 * epoch,
    batchPolicy: { kind: 'loss-gap', batchMin: 1, batchMax: epoch, realisation },
  }
}

let trainer: Trainer
beforeAll(async () => {
  trainer = await createTrainer({ runtime: await openTensorFlow(), dataset })
})
afterAll(() => trainer.close())

const record = (realisation: object, more: Partial<RecordOptions> = {}) => recordRun({ trainer, config: configured(realisation), policy: new ScriptedPolicy(script), ...more })

test('R13, R16 to R20: a run on two devices in loops learns what a run in one piece learns, and logs each way it took', async () => {
  const [whole, cut] = [await record({}), await record({ devices: 2, largestMicroBatch: 8 })]
  const changes = cut.events.filter(({ kind }) => kind === 'batch.changed').map(({ facts }) => [facts['toBatch'], facts['replicas'], facts['microBatch'], facts['loops'], facts['lever']])
  expect(changes).toEqual([
    [16, 2, 8, 1, 'devices'],
    [40, 2, 7, 3, 'loops'],
    [8, 1, 8, 1, 'loops'],
  ])
  const [losses, expected] = [cut.values('train/batch-loss'), whole.values('train/batch-loss')]
  expect(losses).toHaveLength(expected.length)
  losses.forEach((loss, i) => expect(Math.abs(loss - (expected[i] ?? Number.NaN))).toBeLessThan(1e-4))
  expect(cut.values('batch/loops')).toContain(3)
})

test('goes on after a stop with the same bits, however its batches are realised', async () => {
  const realisation = { devices: 2, largestMicroBatch: 8 }
  const whole = await record(realisation)
  for (const abortAtStep of [Math.floor(whole.result.steps / 2), whole.result.steps - 3]) {
    const before = await record(realisation, { abortAtStep })
    const resumeFrom = before.checkpoints.at(-1)
    if (resumeFrom === undefined) throw new Error('no checkpoint')
    const after = await record(realisation, { resumeFrom, earlier: before.checkpoints })
    const trained = (rows: typeof whole.rows) => withoutTimes(rows).filter(({ key }) => !key.startsWith('batch/'))
    expect(trained([...before.rows, ...after.rows])).toEqual(trained(whole.rows))
  }
})

test('goes back to a checkpoint with replicas and loops', async () => {
  const policy = new ScriptedPolicy({ batches: [{ position: epoch, batchSize: 40 }], rollbackAt: 2 * epoch + 40 })
  const { events, values } = await record({ devices: 2, largestMicroBatch: 8 }, { policy })
  expect(events.map(({ kind }) => kind)).toContain('batch.rolled-back')
  for (const loss of values('train/batch-loss')) expect(Number.isFinite(loss)).toBe(true)
})
