import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runConfig } from '../contract/run-config.ts'
import { openTensorFlow } from '../tensorflow/open.ts'
import { openReference } from '../tensorflow/reference.ts'
import type { Runtime, Session } from '../tensorflow/runtime.ts'
import { tf } from '../tensorflow/tf.ts'
import type { Dataset } from './datasets/dataset.ts'
import { classificationLoss, correctPredictions } from './loss.ts'
import { readBatch, readRange } from './objective.ts'
import { keepsNormalized, residentBytes } from './resident-data.ts'
import { makeTestDataset } from './test-dataset.ts'
import { Traces } from './traces.ts'
import { readTensors } from './variables.ts'

const config = runConfig.parse({ model: { kind: 'mlp', hidden: [8] }, optimizer: { kind: 'sgd' }, batchSize: 8, labelSmoothing: 0.1 })
const made = makeTestDataset({ train: 5003, validation: 17 })
/** As bytes, one number for all features. */
const bytes: Dataset = { ...made, train: { ...made.train, inputs: { ...made.train.inputs, type: 'uint8', values: Uint8Array.from(made.train.inputs.values, (value) => Math.min(255, Math.max(0, 40 * value))) } } }
const perFeature: Dataset = { ...made, normalization: { offset: Float32Array.from({ length: 6 }, (_, i) => 2.7 + i / 7), scale: Float32Array.from({ length: 6 }, (_, i) => 0.3 + i / 11) } }

/** The same examples, in a data set that says it is too large to be kept normalised. */
function tooLarge(dataset: Dataset): Dataset {
  return { ...dataset, test: { ...dataset.test, count: 2 ** 26 } }
}

test('a data set is kept normalised up to 256 MiB, and takes the room that it then has', () => {
  const facts = (count: number) => ({ shape: [32, 32], train: { count, inputs: { type: 'uint8' } }, validation: { count: 0, inputs: { type: 'uint8' } }, test: { count: 0, inputs: { type: 'uint8' } } }) as const
  expect(keepsNormalized(facts(65_536))).toBe(true)
  expect(residentBytes(facts(65_536))).toBe(2 ** 28 + 65_536 * 4)
  expect(keepsNormalized(facts(65_537))).toBe(false)
  expect(residentBytes(facts(65_537))).toBe(65_537 * 1024 + 65_537 * 4)
})

describe.each([
  ['the reference', openReference],
  ['TensorFlow', openTensorFlow],
])('on %s', (_, open) => {
  let runtime: Runtime
  const sessions: Session[] = []
  beforeAll(async () => {
    runtime = await open()
  })
  afterAll(async () => {
    for (const session of sessions) await session.close()
  })

  async function tracesOf(dataset: Dataset) {
    const session = await runtime.openSession({ threads: 1 })
    sessions.push(session)
    const traces = await Traces.open(session, dataset)
    const variables = await traces.initialize(config)
    return { session, traces, variables, objective: { model: variables.model, dataset, labelSmoothing: config.labelSmoothing } }
  }

  /** Loss and correctness of each training example, gathered by index in one call and averaged in double precision. */
  async function gathered({ session, variables, objective }: Awaited<ReturnType<typeof tracesOf>>, count: number) {
    const each = session.compile({
      name: 'gathered',
      inputs: { indices: { shape: [count], type: 'int32' } },
      trace(context) {
        const { x, labels } = readBatch(context, objective, 'train', context.inputs.indices as tf.Tensor1D) // as declared
        const { logits } = variables.model.forward(readTensors(context, variables.parameters), {}, x, { training: false, seed: tf.tensor1d([0, 0], 'int32') })
        return { losses: classificationLoss(logits, labels, config.labelSmoothing), correct: tf.cast(correctPredictions(logits, labels), 'float32') }
      },
    })
    const { losses, correct } = await each.run({ indices: Int32Array.from({ length: count }, (_, i) => i) })
    const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / count
    return { loss: mean(losses), accuracy: mean(correct) }
  }

  test.each([
    ['kept normalised, from bytes', bytes],
    ['kept normalised, with one number a feature', perFeature],
    ['normalised at each use', tooLarge(bytes)],
  ])('every example counts once, as if gathered by index: %s', async (_name, dataset) => {
    const opened = await tracesOf(dataset)
    const evaluation = await opened.traces.evaluator(config, opened.variables, 'train')()
    const expected = await gathered(opened, 5003)
    expect(evaluation.loss / expected.loss).toBeCloseTo(1, 6)
    expect(evaluation.accuracy).toBeCloseTo(expected.accuracy, 12)
    expect(await opened.traces.evaluator(config, opened.variables, 'train')()).toEqual(evaluation)
    const first = { ...config, evaluation: { ...config.evaluation, trainExamples: 7 } }
    expect((await opened.traces.evaluator(first, opened.variables, 'train')()).loss / (await gathered(opened, 7)).loss).toBeCloseTo(1, 6)
  })

  test('the full gradient is the same after weights that were not finite had spoilt the sum', async () => {
    const { session, traces, variables } = await tracesOf(makeTestDataset())
    const fullGradient = traces.fullGradient(config, variables)
    const before = await fullGradient()
    const names = variables.parameters.names.map((name) => variables.parameters.prefix + name)
    const values = await session.readVariables(names)
    await session.writeVariables(Object.fromEntries(names.map((name) => [name, { ...values[name]!, values: new Float32Array(values[name]!.values.length).fill(Number.NaN) }])))
    expect((await fullGradient()).gradientSquared).toBeNaN()
    await session.writeVariables(values)
    expect(await fullGradient()).toEqual(before)
  })

  test.each([
    ['bytes', bytes],
    ['one number a feature', perFeature],
  ])('the model is given the same bits whether the data set is kept normalised or not: %s', async (_name, dataset) => {
    const given = await Promise.all(
      [dataset, tooLarge(dataset)].map(async (kept) => {
        const { session, objective } = await tracesOf(kept)
        const step = session.compile({
          name: 'inputs',
          inputs: { indices: { shape: [3], type: 'int32' }, start: { shape: [], type: 'int32' } },
          trace(context) {
            const rows = readBatch(context, objective, 'train', context.inputs.indices as tf.Tensor1D) // as declared
            const range = readRange(context, objective, 'train', { start: context.inputs.start, count: 3 })
            return { rows: rows.x, rowLabels: rows.labels, range: range.x, rangeLabels: range.labels }
          },
        })
        return await step.run({ indices: Int32Array.of(5000, 5001, 5002), start: 5000 })
      }),
    )
    expect(given[0]).toEqual(given[1])
    expect(given[0]?.range).toEqual(given[0]?.rows)
    expect(given[0]?.rangeLabels).toEqual(given[0]?.rowLabels)
  })
})
