import { beforeAll, describe, expect, it } from 'vitest'
import { LoupeError } from '../../contract/errors.ts'
import type { MetricRow } from '../../contract/metrics.ts'
import type { RunConfigInput } from '../../contract/run-config.ts'
import { openTensorFlow } from '../../tensorflow/open.ts'
import { openReference } from '../../tensorflow/reference.ts'
import { createTrainer } from '../create-trainer.ts'
import { makeTestDataset } from '../test-dataset.ts'
import { recordRun, withoutTimes } from '../test-run.ts'
import type { RecordOptions } from '../test-run.ts'
import type { Trainer } from '../trainer.ts'
import { ControlRequests } from './control-requests.ts'
import { ScriptedPolicy } from './scripted-policy.ts'
import type { Script } from './scripted-policy.ts'

const dataset = makeTestDataset()
const epoch = dataset.train.count
const config: RunConfigInput = {
  model: { kind: 'mlp', hidden: [8] },
  optimizer: { kind: 'momentum', learningRate: 0.05 },
  batchSize: 8,
  maxExamples: 4 * epoch,
  batchPolicy: { kind: 'loss-gap', batchMin: 1, batchMax: epoch },
}

/** Examples of each step. */
function sizesOf(rows: readonly MetricRow[]): number[] {
  const seen = rows.filter(({ key }) => key === 'train/batch-loss').map(({ examples }) => examples)
  return seen.map((examples, i) => examples - (seen[i - 1] ?? 0))
}

describe.each([
  ['the reference', openReference],
  ['TensorFlow', openTensorFlow],
])('a controlled run on %s', (_, open) => {
  let trainer: Trainer
  beforeAll(async () => {
    trainer = await createTrainer({ runtime: await open(), dataset })
  })
  const record = (script: Script, more: Partial<RecordOptions> = {}) => recordRun({ trainer, config, policy: new ScriptedPolicy(script), ...more })

  it('R1: changes its batch size while it trains, with the examples that a fixed batch size would have seen', async () => {
    const policy = new ScriptedPolicy({ batches: [{ position: epoch, batchSize: 16 }, { position: 2 * epoch, batchSize: 4 }] })
    const { rows, events, result } = await recordRun({ trainer, config, policy })
    const sizes = sizesOf(rows)
    expect([...new Set(sizes)]).toEqual([8, 16, 4])
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(result.examples)
    expect(events.filter(({ kind }) => kind === 'batch.changed').map(({ facts }) => [facts['fromBatch'], facts['toBatch']])).toEqual([[8, 16], [16, 4]])
    expect(policy.steps.map(({ position }) => position)).toEqual(sizes.map((size, i) => sizes.slice(0, i).reduce((sum, before) => sum + before, 0) + size))
  })

  it('tells the policy the norm of each gradient', async () => {
    const policy = new ScriptedPolicy({ batches: [] })
    await recordRun({ trainer, config: { ...config, maxExamples: 64 }, policy })
    expect(policy.steps).toHaveLength(8)
    for (const { gradientNorm } of policy.steps) expect(gradientNorm).toBeGreaterThan(0)
  })

  it('estimates the gradient noise for a policy that goes by it, and for no other', async () => {
    class NoisyPolicy extends ScriptedPolicy {
      override readonly needs = { gradientNorm: false, noise: true }
    }
    const policy = new NoisyPolicy({ batches: [] })
    const short: RunConfigInput = { ...config, maxExamples: epoch, noiseScale: { smallBatch: 4, shards: 4 } }
    const { values } = await recordRun({ trainer, config: short, policy })
    expect(values('noise/trace').length).toBeGreaterThan(1)
    expect(policy.evaluations.every((evaluation) => Number.isFinite(evaluation.values['noise/trace']))).toBe(true)
    expect((await recordRun({ trainer, config: short, policy: new ScriptedPolicy({ batches: [] }) })).values('noise/trace')).toEqual([])
  })

  it('trains as a fixed batch size does while its policy keeps it', async () => {
    const { batchPolicy, ...fixed } = config
    expect(batchPolicy).not.toBeNull()
    const [kept, plain] = [await record({ batches: [] }), await recordRun({ trainer, config: fixed })]
    expect(kept.values('train/batch-loss')).toEqual(plain.values('train/batch-loss'))
    expect(kept.values('validation/loss')).toEqual(plain.values('validation/loss'))
  })

  it('R11, R12: goes back to the end of the epoch before, and on with a smaller batch than that epoch had', async () => {
    const { events, checkpoints, rows } = await record({ batches: [{ position: epoch, batchSize: 16 }], rollbackAt: 2 * epoch + 32 })
    const [back] = events.filter(({ kind }) => kind === 'batch.rolled-back')
    // Epoch 2 was trained with 16, so it goes on with 8.
    expect(back?.facts).toMatchObject({ fromBatch: 16, toBatch: 8, toEpoch: 2, rollbacks: 1 })
    const end = checkpoints.find(({ step }) => step === back?.facts['checkpointStep'])
    const after = checkpoints.find(({ step }) => step === back?.facts['discardedTo'])
    expect(end?.variables).toBeDefined()
    expect(after?.variables).toEqual(end?.variables)
    const steps = rows.filter(({ key }) => key === 'train/batch-loss').map(({ step }) => step)
    expect(new Set(steps).size).toBe(steps.length)
    expect(sizesOf(rows).at(-1)).toBe(8)
  })

  it('goes on after a stop as if it had not been stopped, changes and rollbacks included', async () => {
    const script: Script = { batches: [{ position: epoch, batchSize: 16 }, { position: 2 * epoch, batchSize: 32 }], rollbackAt: 2 * epoch + 64 }
    const whole = await record(script)
    const steps = whole.result.steps
    for (const abortAtStep of [3, Math.floor(steps / 3), Math.floor((2 * steps) / 3), steps - 2]) {
      const before = await record(script, { abortAtStep })
      const resumeFrom = before.checkpoints.at(-1)
      if (resumeFrom === undefined) throw new Error('no checkpoint')
      const after = await record(script, { resumeFrom, earlier: before.checkpoints })
      const kept = (rows: typeof whole.rows) => withoutTimes(rows).filter(({ key }) => !key.startsWith('batch/'))
      expect(kept([...before.rows, ...after.rows])).toEqual(kept(whole.rows))
      expect(after.result.steps).toBe(steps)
    }
  })

  it('fails where it diverges before there is anything to go back to', async () => {
    await expect(record({ batches: [], rollbackAt: 16 })).rejects.toThrow(/diverged before the end of its first epoch, and there is nothing to reload/)
  })

  it('goes back from a loss that is not finite, without logging it', async () => {
    const wild = { ...config, optimizer: { kind: 'sgd', learningRate: 900 }, schedule: { warmupExamples: 50 * epoch } } as const
    const rows: RecordOptions['rows'] = []
    await expect(record({ batches: [] }, { config: wild, rows })).rejects.toThrow(/diverged/)
    expect(rows.length).toBeGreaterThan(0)
    for (const { value } of rows) expect(Number.isFinite(value)).toBe(true)
  })

  it('goes back where an evaluation is not finite, and says which loss it was', async () => {
    const unusable = 3e38 // not NaN, which oneDNN's relu makes 0
    const validation = { ...dataset.validation, inputs: { ...dataset.validation.inputs, values: dataset.validation.inputs.values.map(() => unusable) } }
    const broken = await createTrainer({ runtime: await open(), dataset: { ...dataset, validation } })
    await expect(recordRun({ trainer: broken, config, policy: new ScriptedPolicy({ batches: [] }) })).rejects.toThrow(/nothing to reload: the validation loss of an evaluation is (NaN|Infinity)\./)
    await broken.close()
  })

  it('does what the user asks for: holds still, takes a batch size, goes back', async () => {
    const requests = new ControlRequests()
    requests.ask({ kind: 'freeze' })
    const { rows, events } = await record({ batches: [{ position: 64, batchSize: 32 }] }, { requests })
    expect(new Set(sizesOf(rows))).toEqual(new Set([8]))
    expect(events.map(({ kind }) => kind)).toContain('batch.frozen')
    const asked = new ControlRequests()
    asked.ask({ kind: 'set', batchSize: 24 })
    const set = await record({ batches: [] }, { requests: asked })
    expect(set.events.find(({ kind }) => kind === 'batch.changed')?.facts).toMatchObject({ fromBatch: 8, toBatch: 24, trigger: 'request' })
  })
})

describe('a controlled run on TensorFlow, whose batches are cut', () => {
  it.each([
    ['in loops', { largestMicroBatch: 8 }, [[24, 1, 8, 3], [10, 1, 5, 2]]],
    ['over two devices', { devices: 2, largestMicroBatch: 8 }, [[24, 2, 6, 2], [10, 2, 5, 1]]],
    ['over two devices from the start', { devices: 2, devicesAtStart: 2 }, [[24, 2, 12, 1], [10, 2, 5, 1]]],
  ])('%s: comes to the losses of whole batches, and goes on after a stop to the same bits', async (_, realisation, shapes) => {
    const trainer = await createTrainer({ runtime: await openTensorFlow(), dataset })
    const cut: RunConfigInput = { ...config, batchPolicy: { kind: 'loss-gap', batchMin: 1, batchMax: epoch, realisation } }
    const script: Script = { batches: [{ position: epoch, batchSize: 24 }, { position: 2 * epoch, batchSize: 10 }], rollbackAt: 3 * epoch + 20 }
    const record = (more: Partial<RecordOptions> & Pick<RecordOptions, 'config'>) => recordRun({ trainer, policy: new ScriptedPolicy(script), ...more })
    const [whole, inPieces] = [await record({ config }), await record({ config: cut })]
    inPieces.values('train/batch-loss').forEach((loss, i) => expect(loss).toBeCloseTo(whole.values('train/batch-loss')[i] ?? Number.NaN, 4))
    expect(sizesOf(inPieces.rows)).toEqual(sizesOf(whole.rows))
    const taken = inPieces.events.filter(({ kind }) => kind === 'batch.changed').map(({ facts }) => [facts['toBatch'], facts['replicas'], facts['microBatch'], facts['loops']])
    expect(taken).toEqual(shapes)

    const before = await record({ config: cut, abortAtStep: Math.floor(whole.result.steps / 2) })
    const resumeFrom = before.checkpoints.at(-1)
    if (resumeFrom === undefined) throw new Error('no checkpoint')
    const after = await record({ config: cut, resumeFrom, earlier: before.checkpoints })
    const kept = (rows: typeof whole.rows) => withoutTimes(rows).filter(({ key }) => !key.startsWith('batch/'))
    expect(kept([...before.rows, ...after.rows])).toEqual(kept(inPieces.rows))
    await trainer.close()
  })
})

describe('memory that runs out in the middle of a run', () => {
  /** TensorFlow, whose training calls of one batch size fail once, from a call on. */
  async function failing(batchSize: number, fromCall: number) {
    const runtime = await openTensorFlow()
    let calls = 0
    return await createTrainer({
      dataset,
      runtime: {
        ...runtime,
        async openSession(options) {
          const session = await runtime.openSession(options)
          const compile: typeof session.compile = (definition) => {
            const compiled = session.compile(definition)
            if (!definition.name.startsWith(`train-batch-${batchSize}-`)) return compiled
            return {
              ...compiled,
              run: async (inputs) => {
                calls += 1
                if (calls === fromCall) throw new LoupeError('out-of-memory', 'The device has no room left.')
                return await compiled.run(inputs)
              },
            }
          }
          return Object.assign(Object.create(session), { compile })
        },
      },
    })
  }

  it('goes back to the last epoch, and on with the same batch in smaller micro-batches', async () => {
    const trainer = await failing(16, 3)
    const { events, rows, values, result } = await recordRun({ trainer, config, policy: new ScriptedPolicy({ batches: [{ position: epoch, batchSize: 16 }] }) })
    const [ranOut] = events.filter(({ kind }) => kind === 'batch.out-of-memory')
    expect(ranOut?.facts).toMatchObject({ toEpoch: 1, batchSize: 16 })
    expect(values('batch/micro').at(-1)).toBeLessThan(16)
    expect(sizesOf(rows).at(-1)).toBe(16)
    expect(result.ended).toBe('limit')
    await trainer.close()
  })

  it('fails where no epoch has been saved', async () => {
    const trainer = await failing(8, 4)
    await expect(recordRun({ trainer, config, policy: new ScriptedPolicy({ batches: [] }) })).rejects.toMatchObject({ code: 'out-of-memory' })
    await trainer.close()
  })
})

it('R16, R21: lets go of a device that is taken away while the run trains, and takes it back', async () => {
  const trainer = await createTrainer({ runtime: await openTensorFlow(), dataset })
  const requests = new ControlRequests()
  requests.ask({ kind: 'devices', available: 1 })
  requests.ask({ kind: 'devices', available: 2 })
  const onTwo: RunConfigInput = { ...config, batchPolicy: { kind: 'loss-gap', batchMin: 1, batchMax: epoch, realisation: { devices: 2, devicesAtStart: 2 } } }
  const { values } = await recordRun({ trainer, config: onTwo, policy: new ScriptedPolicy({ batches: [{ position: 32, batchSize: 16 }] }), requests })
  expect(values('batch/replicas')).toEqual([2, 1, 1, 2])
  await trainer.close()
})
