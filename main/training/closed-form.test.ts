import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runConfig } from '../contract/run-config.ts'
import type { RunConfigInput } from '../contract/run-config.ts'
import type { HostArrays, Session } from '../tensorflow/runtime.ts'
import { openTensorFlow } from '../tensorflow/open.ts'
import { openReference } from '../tensorflow/reference.ts'
import { createTrainer } from './create-trainer.ts'
import { createModel } from './models/index.ts'
import { Random } from './random.ts'
import { Sampler } from './sampler.ts'
import { makeTestDataset } from './test-dataset.ts'
import { recordRun } from './test-run.ts'
import { Traces } from './traces.ts'
import type { Trainer } from './trainer.ts'

/**
 * A linear softmax regression in double precision: what the loop must give to float rounding when the model is an MLP
 * without hidden layers. Weights are `[features][classes]`, the last row is the bias.
 */
const dataset = makeTestDataset({ shape: [4], classes: 3, train: 45, validation: 11, test: 7 })
const [FEATURES, CLASSES] = [4, 3]
const config: RunConfigInput = { model: { kind: 'mlp', hidden: [] }, optimizer: { kind: 'sgd', learningRate: 0.2 }, batchSize: 7, maxExamples: 210, evaluation: { everyExamples: 70, fullGradient: true }, checkpointEveryExamples: 210 }
const everyone = Array.from({ length: 45 }, (_, i) => i)

type Weights = readonly number[]

function weightsOf(values: HostArrays, prefix = ''): number[] {
  return [...values[`${prefix}dense1/kernel`]!.values, ...values[`${prefix}dense1/bias`]!.values]
}

/** Mean loss and gradient over examples of the training part, and how many are classified right. */
function regression(weights: Weights, examples: readonly number[], part: 'train' | 'validation' | 'test' = 'train') {
  const { inputs, labels } = dataset[part]
  const gradient = new Array<number>(weights.length).fill(0)
  let [loss, correct] = [0, 0]
  for (const example of examples) {
    const x = [...Array.from({ length: FEATURES }, (_, f) => (inputs.values[example * FEATURES + f]! - 3) * 0.5), 1]
    const logits = Array.from({ length: CLASSES }, (_, c) => x.reduce((sum, value, f) => sum + value * weights[f * CLASSES + c]!, 0))
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0)
    const label = labels.values[example]!
    loss += (Math.log(total) - logits[label]!) / examples.length
    correct += logits.indexOf(Math.max(...logits)) === label ? 1 : 0
    for (let c = 0; c < CLASSES; c++) {
      const error = (Math.exp(logits[c]!) / total - (c === label ? 1 : 0)) / examples.length
      x.forEach((value, f) => (gradient[f * CLASSES + c]! += value * error))
    }
  }
  return { loss, accuracy: correct / examples.length, gradient }
}

const squared = (vector: readonly number[]) => vector.reduce((sum, value) => sum + value * value, 0)

/** The weights after each step of SGD, and each step's loss, on the sampler's examples. */
function descend({ steps, batchSize, learningRate }: { steps: number; batchSize: number; learningRate: number }) {
  const sampler = Sampler.start({ examples: 45, seed: 1, label: 'order' })
  const batch = new Int32Array(batchSize)
  const path = [weightsOf(createModel(runConfig.parse(config).model, [4], 3).init(Random.seeded(1, 'init')))]
  const losses: number[] = []
  for (let step = 0; step < steps; step++) {
    sampler.fill(batch)
    const { loss, gradient } = regression(path[step]!, [...batch])
    losses.push(loss)
    path.push(path[step]!.map((value, i) => value - learningRate * gradient[i]!))
  }
  return { path, losses }
}

function expectClose(received: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(received).toHaveLength(expected.length)
  received.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(tolerance * Math.max(1, Math.abs(expected[i]!))))
}

describe.each([
  ['the reference', openReference],
  ['TensorFlow', openTensorFlow],
])('on %s', (_, open) => {
  let trainer: Trainer
  let session: Session
  beforeAll(async () => {
    const runtime = await open()
    session = await runtime.openSession()
    trainer = await createTrainer({ runtime: { ...runtime, openSession: async () => session }, dataset })
  })
  afterAll(() => trainer.close())

  test('SGD follows softmax regression in double precision, over ends of epochs', async () => {
    const expected = descend({ steps: 30, batchSize: 7, learningRate: 0.2 })
    const { values, checkpoints } = await recordRun({ trainer, config })
    expectClose(values('train/batch-loss'), expected.losses, 1e-5)
    expectClose(weightsOf(checkpoints.at(-1)!.variables, 'parameters/'), expected.path[30]!, 1e-5)
  })

  test('evaluates every example exactly: losses, accuracies, the full gradient, its mean and minimum', async () => {
    const { path } = descend({ steps: 30, batchSize: 7, learningRate: 0.2 })
    const at = [0, 10, 20, 30].map((step) => path[step]!)
    const train = at.map((weights) => regression(weights, everyone))
    const gradients = train.map(({ gradient }) => squared(gradient))
    const validation = at.map((weights) => regression(weights, everyone.slice(0, 11), 'validation'))
    const end = regression(at[3]!, everyone.slice(0, 7), 'test')
    const { values } = await recordRun({ trainer, config })
    expectClose(values('train/loss'), train.map(({ loss }) => loss), 1e-5)
    expectClose(values('train/accuracy'), train.map(({ accuracy }) => accuracy), 1e-6)
    expectClose(values('validation/loss'), validation.map(({ loss }) => loss), 1e-5)
    expectClose(values('validation/accuracy'), validation.map(({ accuracy }) => accuracy), 1e-6)
    expectClose([...values('test/loss'), ...values('test/accuracy')], [end.loss, end.accuracy], 1e-5)
    expectClose(values('gradient/squared-norm'), gradients, 1e-5)
    const [g0, g1, g2, g3] = gradients as [number, number, number, number]
    expectClose(values('gradient/squared-norm-mean'), [g0, (g0 + g1) / 2, (g0 / 2 + g1 + g2 / 2) / 2, (g0 / 2 + g1 + g2 + g3 / 2) / 3], 1e-5)
    expectClose(values('gradient/squared-norm-min'), gradients.map((__, i) => Math.min(...gradients.slice(0, i + 1))), 1e-5)
  })

  test('evaluates the first training examples only, where asked to', async () => {
    const { values } = await recordRun({ trainer, config: { ...config, evaluation: { everyExamples: 210, fullGradient: true, trainExamples: 20 } } })
    const { loss, gradient } = regression(descend({ steps: 0, batchSize: 7, learningRate: 0.2 }).path[0]!, everyone.slice(0, 20))
    expect(values('train/loss')[0]).toBeCloseTo(loss, 5)
    expect(values('gradient/squared-norm')[0]).toBeCloseTo(squared(gradient), 5)
  })

  test('reaches the same loss on the way, with the gradient and without it', async () => {
    const withGradient = await recordRun({ trainer, config })
    const without = await recordRun({ trainer, config: { ...config, evaluation: { everyExamples: 70 } } })
    expectClose(without.values('train/loss'), withGradient.values('train/loss'), 1e-6)
    expect(without.values('gradient/squared-norm')).toEqual([])
  })

  test('estimates |∇f|² and tr Σ without bias', async () => {
    const traces = await probing(session)
    const { variables, parsed } = traces
    const weights = descend({ steps: 0, batchSize: 1, learningRate: 0 }).path[0]!
    const full = regression(weights, everyone).gradient
    const trace = everyone.reduce((sum, example) => sum + squared(regression(weights, [example]).gradient.map((value, i) => value - full[i]!)) / 45, 0)
    const probe = traces.open.noiseProbe(parsed, variables)
    const draws = 300
    const mean = { gradientSquared: 0, trace: 0 }
    for (let step = 0; step < draws; step++) {
      const estimate = await probe({ seed: 1, step })
      mean.gradientSquared += estimate.gradientSquared / draws
      mean.trace += estimate.trace / draws
    }
    expect(mean.trace / trace).toBeCloseTo(1, 1)
    expect(mean.gradientSquared / squared(full)).toBeCloseTo(1, 1)
  })

  test('finds the largest curvature', async () => {
    const { variables, open: traces, parsed } = await probing(session)
    const probe = await traces.smoothnessProbe({ ...parsed, noiseScale: { ...parsed.noiseScale, smoothnessIterations: 60 } }, variables)
    const weights = descend({ steps: 0, batchSize: 1, learningRate: 0 }).path[0]!
    const share = (await probe({ seed: 1, step: 0 })) / largestCurvature(weights)
    expect(share).toBeGreaterThan(0.97) // power iteration comes from below
    expect(share).toBeLessThan(1.002)
  })
})

/** Traces of a session that has the data already. */
async function probing(session: Session) {
  const parsed = runConfig.parse({ ...config, noiseScale: { enabled: true, smallBatch: 3, shards: 4 } })
  const open = await Traces.open(session.has('train/inputs') ? { ...session, createResident: async () => undefined } : session, dataset)
  return { parsed, open, variables: await open.initialize(parsed) }
}

/** By power iteration on differences of exact gradients. */
function largestCurvature(weights: Weights): number {
  let direction = weights.map((_, i) => Math.sin(i + 1))
  let curvature = 0
  for (let i = 0; i < 500; i++) {
    const length = Math.sqrt(squared(direction))
    const unit = direction.map((value) => value / length)
    const [up, down] = [1, -1].map((sign) => regression(weights.map((value, j) => value + sign * 1e-4 * unit[j]!), everyone).gradient)
    direction = up!.map((value, j) => (value - down![j]!) / 2e-4)
    curvature = Math.sqrt(squared(direction))
  }
  return curvature
}
