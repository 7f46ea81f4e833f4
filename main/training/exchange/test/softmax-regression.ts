import type { Dataset } from '../../datasets/dataset.ts'
import { createModel } from '../../models/index.ts'
import { Random } from '../../random.ts'
import { Sampler } from '../../sampler.ts'

export interface SoftmaxRegressionOptions {
  readonly dataset: Dataset
  readonly seed: number
  readonly batchSize: number
  readonly steps: number
  readonly workers: number
  /** From one averaging to the next. */
  readonly localSteps: number
  readonly kind: 'sgd' | 'momentum' | 'nesterov'
  readonly learningRate: number
  readonly weightDecay?: number
}

interface Weights {
  /** `[features, classes]`, row-major. */
  readonly kernel: number[]
  readonly bias: number[]
}

const MOMENTUM = 0.9

/**
 * Local SGD of a softmax regression, written out in plain float64: no tensors, no deltas, only workers that train by themselves and have their
 * weights averaged. It shares with the trained run how the seed draws weights and examples, and nothing else.
 */
export function trainSoftmaxRegression(options: SoftmaxRegressionOptions): Weights & { readonly losses: readonly number[] } {
  const { dataset, seed, batchSize, steps, workers, localSteps, kind, learningRate, weightDecay = 0 } = options
  const sampler = Sampler.start({ examples: dataset.train.count, seed, label: 'order' })
  const initial = createModel({ kind: 'mlp', hidden: [], activation: 'relu', dropout: 0 }, dataset.shape, dataset.classes).init(Random.seeded(seed, 'init'))
  const start: Weights = { kernel: Array.from(initial['dense1/kernel']?.values ?? []), bias: Array.from(initial['dense1/bias']?.values ?? []) }
  const own = Array.from({ length: workers }, () => ({ weights: copyOf(start), velocity: { kernel: start.kernel.map(() => 0), bias: start.bias.map(() => 0) } }))
  const losses: number[] = []
  const batch = new Int32Array(batchSize)
  for (let step = 1; step <= steps; step++) {
    sampler.fill(batch)
    let loss = 0
    own.forEach(({ weights, velocity }, worker) => {
      const examples = batch.subarray(Math.floor((worker * batchSize) / workers), Math.floor(((worker + 1) * batchSize) / workers))
      const taken = differentiate(dataset, weights, examples)
      loss += taken.loss / batchSize
      for (const group of ['kernel', 'bias'] as const) {
        weights[group].forEach((weight, i) => {
          const gradient = (taken[group][i] ?? 0) * (workers / batchSize) + weightDecay * weight
          const moved = kind === 'sgd' ? gradient : MOMENTUM * (velocity[group][i] ?? 0) + gradient
          velocity[group][i] = moved
          weights[group][i] = weight - learningRate * (kind === 'nesterov' ? gradient + MOMENTUM * moved : moved)
        })
      }
    })
    losses.push(loss)
    if (step % localSteps === 0 || step === steps) average(own.map(({ weights }) => weights))
  }
  return { ...copyOf(own[0]?.weights ?? start), losses }
}

/** Sums of the losses and of their gradients over some examples. */
function differentiate(dataset: Dataset, { kernel, bias }: Weights, examples: Int32Array): Weights & { readonly loss: number } {
  const { train, classes, normalization } = dataset
  const features = kernel.length / classes
  const gradients: Weights = { kernel: kernel.map(() => 0), bias: bias.map(() => 0) }
  let loss = 0
  for (const example of examples) {
    const x = Array.from({ length: features }, (_, i) => ((train.inputs.values[example * features + i] ?? 0) - (normalization.offset[0] ?? 0)) * (normalization.scale[0] ?? 1))
    const logits = bias.map((value, c) => x.reduce((sum, input, i) => sum + input * (kernel[i * classes + c] ?? 0), value))
    const most = Math.max(...logits)
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0)
    const label = train.labels.values[example] ?? 0
    loss += Math.log(total) + most - (logits[label] ?? 0)
    logits.forEach((logit, c) => {
      const slope = Math.exp(logit - most) / total - (c === label ? 1 : 0)
      gradients.bias[c] = (gradients.bias[c] ?? 0) + slope
      x.forEach((input, i) => (gradients.kernel[i * classes + c] = (gradients.kernel[i * classes + c] ?? 0) + slope * input))
    })
  }
  return { ...gradients, loss }
}

function average(all: readonly Weights[]): void {
  for (const group of ['kernel', 'bias'] as const) {
    const mean = all[0]?.[group].map((_, i) => all.reduce((sum, weights) => sum + (weights[group][i] ?? 0), 0) / all.length) ?? []
    for (const weights of all) mean.forEach((value, i) => (weights[group][i] = value))
  }
}

function copyOf({ kernel, bias }: Weights): Weights {
  return { kernel: [...kernel], bias: [...bias] }
}
