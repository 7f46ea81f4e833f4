// The worker that times stock tfjs-node, where its native add-on is installed: eager operations, tf.train.momentum, the same networks.
import { createRequire } from 'node:module'
import util from 'node:util'
import { tf } from '../main/tensorflow/tf.ts'
import { createModel } from '../main/training/models/index.ts'
import { Random } from '../main/training/random.ts'
import { serveLines } from './serve-lines.ts'
import { stepRequest } from './step-protocol.ts'
import type { PrepareRequest } from './step-protocol.ts'
import { syntheticDataset } from './synthetic-dataset.ts'

const require = createRequire(import.meta.url)
let step: (() => number) | null = null

await serveLines(async (line) => {
  const request = stepRequest.parse(line)
  if (request.do === 'time') {
    if (step === null) throw new Error('Ask for "prepare" before "time".')
    return time(step, request.steps)
  }
  const version = await startBackend()
  tf.disposeVariables()
  const made = prepare(request)
  step = made.step
  const firstLoss = step()
  time(step, 7)
  return { parameters: made.parameters, firstLoss, version }
})

function time(once: () => number, steps: number): { ms: number; loss: number } {
  const start = performance.now()
  let loss = NaN
  for (let index = 0; index < steps; index++) loss = once()
  return { ms: (performance.now() - start) / steps, loss }
}

/** Needs the native add-on that the package's install script downloads or builds. */
async function startBackend(): Promise<string> {
  if (tf.getBackend() === 'tensorflow') return tf.version.tfjs
  // tfjs-node 4.22 still calls what Node 23 took away.
  Object.assign(util, { isNullOrUndefined: (value: unknown) => value === null || value === undefined })
  for (const name of ['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu']) {
    try {
      require(name)
      if (await tf.setBackend('tensorflow')) return tf.version.tfjs
    } catch {
      continue // the next package, or the error below
    }
  }
  throw new Error('tfjs-node has no native add-on here (its install script fetches one), so its column stays empty.')
}

function prepare({ model: config, shape, classes, examples, batch, learningRate, momentum }: PrepareRequest): { step: () => number; parameters: number } {
  const model = createModel(config, shape, classes)
  const { train, normalization } = syntheticDataset({ shape, classes, examples })
  const inputs = tf.tidy(() => tf.mul(tf.sub(tf.tensor(Float32Array.from(train.inputs.values), [...train.inputs.shape]), normalization.offset[0]!), normalization.scale[0]!))
  const labels = tf.oneHot(tf.tensor1d(train.labels.values, 'int32'), classes)
  const initial = Object.entries(model.init(Random.seeded(1, 'init')))
  const variables = initial.map(([name, { values, shape: sizes }]) => [name, tf.variable(tf.tensor(values, [...sizes]))] as const)
  const parameters = Object.fromEntries(variables)
  const optimizer = tf.train.momentum(learningRate, momentum)
  const seed = tf.tensor1d([0, 0], 'int32')
  const random = Random.seeded(1, 'order')
  const order = Int32Array.from({ length: examples }, (_, index) => index)
  let position = examples
  const step = (): number => {
    if (position + batch > examples) {
      random.shuffle(order)
      position = 0
    }
    const chosen = tf.tensor1d(order.slice(position, position + batch), 'int32')
    position += batch
    const loss = tf.tidy(() => {
      const [x, y] = [tf.gather(inputs, chosen), tf.gather(labels, chosen)]
      const minimized = optimizer.minimize(() => tf.losses.softmaxCrossEntropy<tf.Tensor2D, tf.Scalar>(y as tf.Tensor2D, model.forward(parameters, {}, x, { training: true, seed }).logits), true)
      return minimized?.dataSync()[0] ?? NaN
    })
    chosen.dispose()
    return loss
  }
  return { step, parameters: model.cost.parameters }
}
