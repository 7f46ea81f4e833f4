import { afterAll, beforeAll, expect, test } from 'vitest'
import { runConfig } from '../../contract/run-config.ts'
import { openTensorFlow } from '../../tensorflow/open.ts'
import type { Session } from '../../tensorflow/runtime.ts'
import { tf } from '../../tensorflow/tf.ts'
import type { Dataset } from '../datasets/dataset.ts'
import type { Model } from '../models/model.ts'
import { createOptimizer } from '../optimizers/index.ts'
import { Random } from '../random.ts'
import { placeDataset } from '../resident-data.ts'
import { makeTestDataset } from '../test-dataset.ts'
import { writeGroup } from '../variables.ts'
import { RealisedSteps } from './realised-step.ts'

/** Three examples with inputs 1, 2 and 5, repeated: see {@link linear}. */
function dataset(): Dataset {
  const inputs = { shape: [3, 1], type: 'float32' as const, values: Float32Array.of(1, 2, 5) }
  const labels = { shape: [3], type: 'int32' as const, values: new Int32Array(3) }
  return { ...makeTestDataset({ shape: [1], classes: 2, train: 3 }), shape: [1], classes: 2, normalization: { offset: Float32Array.of(0), scale: Float32Array.of(1) }, train: { inputs, labels, count: 3 } }
}

/** Logits w·x·[1, 0], so that the loss falls with −w·x at a large w: the gradient is −x/2 at w = 0. */
const linear: Model = {
  title: 'linear',
  inputShape: [1],
  classes: 2,
  cost: { parameters: 1, macsPerExample: 1, activationBytesPerExample: 8 },
  couplesExamples: false,
  init: () => ({ w: { shape: [1, 1], type: 'float32', values: new Float32Array(1) } }),
  initStatistics: () => ({}),
  forward: ({ w }, statistics, x) => ({ logits: tf.mul(tf.mul(x, w as tf.Tensor), tf.tensor2d([[1, 0]])) as tf.Tensor2D, statistics }),
}

let session: Session
beforeAll(async () => {
  session = await (await openTensorFlow()).openSession({ threads: 1, cpuDevices: 3 })
})
afterAll(() => session.close())

test('micro-batches of 32, 32 and 8 with gradients 1, 2 and 5 make a gradient of 1.888889, in loops and on replicas', async () => {
  const data = dataset()
  await placeDataset(session, data)
  const zero = linear.init(Random.seeded(1))
  const group = (name: string) => writeGroup(session, `${name}/`, zero)
  const empty = (name: string) => writeGroup(session, `${name}/`, {})
  const variables = { parameters: await group('p'), statistics: await empty('s'), slots: await empty('o'), gradientSum: await group('g'), statisticSum: await empty('t') }
  const { optimizer } = runConfig.parse({ optimizer: { kind: 'sgd' } })
  const steps = new RealisedSteps({ session, objective: { model: linear, dataset: data, labelSmoothing: 0 }, variables, optimizer: createOptimizer(optimizer), jit: false, gradientNorms: true, traced: new Map(), key: '' })
  // The gradients are −x/2, so a learning rate of 2 moves w by the weighted mean of x.
  const feed = { indices: Int32Array.from({ length: 72 }, (_, i) => (i < 32 ? 0 : i < 64 ? 1 : 2)), searchIndices: new Int32Array(1), seeds: new Int32Array(2), learningRates: Float32Array.of(2), epochStarts: Float32Array.of(1), positions: new Float64Array(1) }
  const loops = { batchSize: 72, loops: 3, replicas: [{ device: '/device:CPU:0', microBatches: [32, 32, 8] }] }
  const replicas = { batchSize: 72, loops: 1, replicas: [32, 32, 8].map((size, i) => ({ device: `/device:CPU:${i}`, microBatches: [size] })) }
  for (const realisation of [loops, replicas]) {
    await writeGroup(session, 'p/', zero)
    const { gradientNorms, losses } = await steps.call(realisation, 1).run(feed)
    expect((await session.readVariables(['p/w']))['p/w']?.values[0]).toBeCloseTo(1.888889, 5)
    expect(gradientNorms?.[0]).toBeCloseTo(1.888889 / 2, 5)
    expect(losses[0]).toBeCloseTo(Math.LN2, 6)
  }
})
