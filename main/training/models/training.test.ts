import { beforeAll, describe, expect, it } from 'vitest'
import { modelConfig } from '../../contract/model-config.ts'
import { optimizerConfig } from '../../contract/optimizer-config.ts'
import type { z } from '../../contract/zod.ts'
import { openTensorFlow } from '../../tensorflow/open.ts'
import { openReference } from '../../tensorflow/reference.ts'
import type { HostArrays, Runtime, Tensors } from '../../tensorflow/runtime.ts'
import { tf } from '../../tensorflow/tf.ts'
import { classificationLoss, correctPredictions } from '../loss.ts'
import { createOptimizer } from '../optimizers/index.ts'
import { Random } from '../random.ts'
import { createModel } from './index.ts'
import type { Model } from './model.ts'
import { evaluate, sampleInput } from './reference/evaluate.ts'

const EXAMPLES = 32
const CLASSES = 4
const SHAPE = [8, 8, 1]
const small: readonly z.input<typeof modelConfig>[] = [
  { kind: 'mlp', hidden: [64] },
  { kind: 'cnn', channels: [8, 16], kernelSize: 3, dense: 32 },
  { kind: 'resnet', blocksPerStage: 1, width: 8, normalization: 'none' },
  { kind: 'resnet', blocksPerStage: 1, width: 8, normalization: 'group' },
  { kind: 'resnet', blocksPerStage: 1, width: 8, normalization: 'batch' },
  { kind: 'vit', patchSize: 2, width: 16, depth: 2, heads: 2 },
  { kind: 'mixer', patchSize: 2, width: 16, depth: 2, tokenHidden: 16, channelHidden: 32 },
  { kind: 'residual-mlp', width: 32, depth: 2 },
  { kind: 'series-transformer', frameSize: 4, width: 16, depth: 2, heads: 2 },
  { kind: 'series-transformer', frameSize: 4, width: 16, depth: 2, heads: 2, attention: 'causal' },
]
const withDropout: readonly z.input<typeof modelConfig>[] = [
  { kind: 'mlp', hidden: [16, 8], activation: 'gelu', dropout: 0.5 },
  { kind: 'cnn', channels: [4], kernelSize: 5, dense: 8, dropout: 0.25 },
  { kind: 'vit', patchSize: 4, width: 8, depth: 1, heads: 2, dropout: 0.2 },
  { kind: 'mixer', patchSize: 4, width: 8, depth: 1, dropout: 0.2 },
  { kind: 'residual-mlp', width: 8, depth: 1, dropout: 0.2 },
  { kind: 'series-transformer', frameSize: 4, width: 8, depth: 1, heads: 2, attention: 'causal', dropout: 0.2 },
]

let tensorflow: Runtime
let reference: Runtime
beforeAll(async () => {
  tensorflow = await openTensorFlow()
  reference = await openReference()
})

describe('a model', () => {
  it.each(small.map(make))('learns 32 random examples by heart: $title', async (model) => {
    const { first, last, correct } = await learn(model, 150)
    expect(first).toBeGreaterThan(1)
    expect(last).toBeLessThan(0.05)
    expect(correct).toBe(EXAMPLES)
  })

  it.each(withDropout.map(make))('gives the same logits and gradients on both runtimes, dropout masks included: $title', async (model) => {
    const source = Random.seeded(11)
    const pass = { model, parameters: model.init(source), statistics: {}, x: sampleInput(6, model.inputShape, () => source.uniform()), labels: [0, 1, 2, 3, 0, 1], seed: [5, 9] as const }
    const fast = await evaluate(tensorflow, pass)
    const plain = await evaluate(reference, pass)
    expectClose(fast.logits, plain.logits)
    for (const [name, gradient] of Object.entries(plain.gradients)) expectClose(fast.gradients[name] ?? [], gradient)
  })

  it('normalises by its running statistics on both runtimes alike when not training', async () => {
    const model = createModel(modelConfig.parse({ kind: 'resnet', blocksPerStage: 1, width: 4, normalization: 'batch' }), SHAPE, CLASSES)
    const source = Random.seeded(11)
    const statistics = Object.fromEntries(
      Object.entries(model.initStatistics()).map(([name, array]) => [name, { ...array, values: Float32Array.from(array.values, (value) => value + 0.5 * source.uniform()) }]),
    )
    const pass = { model, parameters: model.init(source), statistics, x: sampleInput(3, SHAPE, () => source.uniform()), labels: [0, 1, 2], mode: 'evaluation' } as const
    expectClose((await evaluate(tensorflow, pass)).logits, (await evaluate(reference, pass)).logits)
  })
})

function make(config: z.input<typeof modelConfig>): Model {
  return createModel(modelConfig.parse(config), config.kind === 'series-transformer' ? [32, 2] : SHAPE, CLASSES)
}

/** Adam on one batch of random images with random labels. */
async function learn(model: Model, steps: number): Promise<{ first: number; last: number; correct: number }> {
  const source = Random.seeded(3)
  const parameters = model.init(source)
  const statistics = model.initStatistics()
  const optimizer = createOptimizer(optimizerConfig.parse({ kind: 'adam' }))
  const slots = optimizer.initSlots(parameters)
  const x = sampleInput(EXAMPLES, model.inputShape, () => source.uniform())
  const session = await tensorflow.openSession()
  await session.createVariables({ ...parameters, ...statistics, ...slots, x })
  const step = session.compile({
    name: 'learn',
    inputs: { labels: { shape: [EXAMPLES], type: 'int32' }, seed: { shape: [2], type: 'int32' }, learningRate: { shape: [], type: 'float32' } },
    trace: ({ inputs, read, assign }) => {
      const labels = inputs.labels as tf.Tensor1D
      const names = Object.keys(parameters)
      let changed: Tensors = {}
      let correct: tf.Tensor = tf.scalar(0)
      const { value, grads } = tf.valueAndGrads((...values: tf.Tensor[]) => {
        const given = Object.fromEntries(values.map((tensor, index) => [names[index] ?? '', tensor]))
        const forward = model.forward(given, all(statistics, read), read('x'), { training: true, seed: inputs.seed as tf.Tensor1D })
        changed = kept(forward.statistics)
        correct = tf.keep(tf.sum(correctPredictions(forward.logits, labels)))
        return tf.mean<tf.Scalar>(classificationLoss(forward.logits, labels, 0))
      })(names.map(read))
      const gradients = Object.fromEntries(grads.map((gradient, index) => [names[index] ?? '', gradient]))
      const update = optimizer.update(all(parameters, read), gradients, all(slots, read), inputs.learningRate as tf.Scalar)
      for (const [name, tensor] of Object.entries({ ...changed, ...update.parameters, ...update.slots })) assign(name, tensor)
      return { loss: value, correct }
    },
  })
  const labels = Int32Array.from({ length: EXAMPLES }, () => source.integer(CLASSES))
  const losses: number[] = []
  let correct = 0
  for (let index = 0; index < steps; index++) {
    const result = await step.run({ labels, seed: Int32Array.of(index, 1), learningRate: 0.01 })
    losses.push(result.loss[0] ?? Number.NaN)
    correct = result.correct[0] ?? Number.NaN
  }
  await session.close()
  return { first: losses[0] ?? Number.NaN, last: losses.at(-1) ?? Number.NaN, correct }
}

function all(arrays: HostArrays, read: (name: string) => tf.Tensor): Tensors {
  return Object.fromEntries(Object.keys(arrays).map((name) => [name, read(name)]))
}

/** Out of the tidy of valueAndGrads. */
function kept(tensors: Tensors): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tf.keep(tensor)]))
}

/** Equal to float rounding, in the size of the largest. */
function expectClose(measured: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(measured.length).toBe(expected.length)
  const largest = Math.max(...Array.from(expected, Math.abs))
  Array.from(expected).forEach((value, i) => expect(Math.abs((measured[i] ?? Number.NaN) - value), `[${i}]`).toBeLessThan(2e-5 * (largest + 1e-3)))
}
