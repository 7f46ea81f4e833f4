import { beforeAll, describe, expect, it } from 'vitest'
import { modelConfig } from '../../contract/model-config.ts'
import type { z } from '../../contract/zod.ts'
import { openReference } from '../../tensorflow/reference.ts'
import type { HostArrays, Runtime } from '../../tensorflow/runtime.ts'
import { Random } from '../random.ts'
import { createModel } from './index.ts'
import type { Model } from './model.ts'
import { evaluate, sampleInput, type Evaluation } from './reference/evaluate.ts'

const LABELS = [0, 2, 1, 2]
const tiny: readonly z.input<typeof modelConfig>[] = [
  { kind: 'mlp', hidden: [6], activation: 'tanh' },
  { kind: 'mlp', hidden: [6, 5], activation: 'gelu' },
  { kind: 'cnn', channels: [3, 4], kernelSize: 3, dense: 5, normalization: 'group' },
  { kind: 'cnn', channels: [3], kernelSize: 3, dense: 5, normalization: 'batch' },
  { kind: 'resnet', blocksPerStage: 1, width: 4, normalization: 'none' },
  { kind: 'resnet', blocksPerStage: 1, width: 4, normalization: 'group' },
  { kind: 'vit', patchSize: 4, width: 8, depth: 1, heads: 2, mlpRatio: 2 },
  { kind: 'mixer', patchSize: 4, width: 6, depth: 1, tokenHidden: 4, channelHidden: 8 },
  { kind: 'residual-mlp', width: 6, depth: 2 },
  { kind: 'series-transformer', frameSize: 4, width: 8, depth: 2, heads: 2, mlpRatio: 2 },
  { kind: 'series-transformer', frameSize: 4, width: 8, depth: 2, heads: 2, mlpRatio: 2, attention: 'causal' },
]
const withDropout: readonly z.input<typeof modelConfig>[] = [
  { kind: 'mlp', hidden: [6], dropout: 0.5 },
  { kind: 'cnn', channels: [3], kernelSize: 3, dense: 16, dropout: 0.5 },
  { kind: 'vit', patchSize: 4, width: 8, depth: 1, heads: 2, dropout: 0.5 },
  { kind: 'mixer', patchSize: 4, width: 6, depth: 1, dropout: 0.5 },
  { kind: 'residual-mlp', width: 6, depth: 1, dropout: 0.5 },
  { kind: 'series-transformer', frameSize: 4, width: 8, depth: 1, heads: 2, dropout: 0.5 },
]

let runtime: Runtime
beforeAll(async () => {
  runtime = await openReference()
})

describe('gradients', () => {
  it.each(tiny.map(make))('equal finite differences of the loss: $title', async (model) => {
    const random = Random.seeded(5)
    const parameters = perturbed(model.init(random), random)
    const x = sampleInput(LABELS.length, model.inputShape, () => random.uniform())
    const at = (given: HostArrays): Promise<Evaluation> =>
      evaluate(runtime, { model, parameters: given, statistics: model.initStatistics(), x, labels: LABELS, labelSmoothing: 0.1 })
    const { gradients } = await at(parameters)
    for (const direction of directions(gradients, random)) {
      const length = Math.sqrt(dot(direction, direction))
      // Small enough for few relu kinks on the way, large enough for a float32 loss.
      const step = 2e-3 / length
      const ahead = await at(moved(parameters, direction, step))
      const behind = await at(moved(parameters, direction, -step))
      const measured = (ahead.loss - behind.loss) / (2 * step)
      const expected = dot(gradients, direction)
      expect(Math.abs(measured - expected)).toBeLessThan(0.01 * length * Math.sqrt(dot(gradients, gradients)))
    }
  })
})

describe('dropout', () => {
  it.each(withDropout.map(make))('is off when not training, and draws another mask for another seed: $title', async (model) => {
    const random = Random.seeded(5)
    const pass = {
      model,
      parameters: model.init(random),
      statistics: {},
      x: sampleInput(LABELS.length, model.inputShape, () => random.uniform()),
      labels: LABELS,
    }
    const logits = async (options: { mode: 'training' | 'evaluation'; seed: readonly [number, number] }) => [...(await evaluate(runtime, { ...pass, ...options })).logits]
    const evaluated = await logits({ mode: 'evaluation', seed: [1, 2] })
    const trained = await logits({ mode: 'training', seed: [1, 2] })
    expect(await logits({ mode: 'evaluation', seed: [3, 4] })).toEqual(evaluated)
    expect(await logits({ mode: 'training', seed: [1, 2] })).toEqual(trained)
    expect(trained).not.toEqual(evaluated)
    expect(await logits({ mode: 'training', seed: [3, 4] })).not.toEqual(trained)
  })
})

describe('batch norm', () => {
  const model = createModel(modelConfig.parse({ kind: 'cnn', channels: [3], kernelSize: 3, dense: 5, normalization: 'batch' }), [8, 8, 1], 3)
  const random = Random.seeded(5)
  const parameters = model.init(random)
  const x = sampleInput(LABELS.length, model.inputShape, () => random.uniform())
  const pass = { model, parameters, statistics: model.initStatistics(), x, labels: LABELS }

  it('does not move with the mean or the size of its input channels while training', async () => {
    const kernel = parameters['conv1/kernel']
    if (!kernel) throw new Error('The model has no conv1/kernel.')
    const tenfold = { ...parameters, 'conv1/kernel': { ...kernel, values: Float32Array.from(kernel.values, (value) => 10 * value) } }
    const plain = await evaluate(runtime, pass)
    const scaled = await evaluate(runtime, { ...pass, parameters: tenfold })
    plain.logits.forEach((value, i) => expect(scaled.logits[i]).toBeCloseTo(value, 3))
  })

  it('moves the running statistics a tenth of the way while training, and not otherwise', async () => {
    const { statistics } = await evaluate(runtime, pass)
    const again = await evaluate(runtime, { ...pass, statistics: hosted(statistics) })
    const first = statistics['norm1/mean'] ?? []
    expect(again.statistics['norm1/mean']?.[0]).toBeCloseTo(1.9 * (first[0] ?? Number.NaN), 5)
    const evaluated = await evaluate(runtime, { ...pass, mode: 'evaluation' })
    expect([...(evaluated.statistics['norm1/variance'] ?? [])]).toEqual([1, 1, 1])
  })

  it('ties an example to its batch while training, and not otherwise', async () => {
    const alone = { ...pass, x: { ...x, shape: [1, 8, 8, 1], values: x.values.slice(0, 64) }, labels: LABELS.slice(0, 1) }
    const logits = async (given: typeof pass, mode: 'training' | 'evaluation') => [...(await evaluate(runtime, { ...given, mode })).logits.slice(0, 3)]
    expectClose(await logits(alone, 'evaluation'), await logits(pass, 'evaluation'), 1e-5)
    expect(distance(await logits(alone, 'training'), await logits(pass, 'training'))).toBeGreaterThan(1e-2)
  })
})

describe('forward', () => {
  it('refuses a batch of another shape and says what it takes', async () => {
    const model = createModel(modelConfig.parse({ kind: 'mlp' }), [28, 28, 1], 10)
    const x = { shape: [2, 784], type: 'float32', values: new Float32Array(1568) } as const
    const refused = evaluate(runtime, { model, parameters: model.init(Random.seeded(1)), statistics: {}, x, labels: [1, 2] })
    await expect(refused).rejects.toThrow(/MLP 784-256-10 takes a batch of \[28, 28, 1\].*got \[2, 784\]/)
  })
})

function make(config: z.input<typeof modelConfig>): Model {
  return createModel(modelConfig.parse(config), config.kind === 'series-transformer' ? [16, 2] : [8, 8, 1], 3)
}

/** The gradient's own direction, and two random ones. */
function directions(gradients: Evaluation['gradients'], random: Random): Evaluation['gradients'][] {
  const drawn = () => Object.fromEntries(Object.entries(gradients).map(([name, values]) => [name, values.map(() => random.normal())]))
  return [gradients, drawn(), drawn()]
}

function dot(a: Evaluation['gradients'], b: Evaluation['gradients']): number {
  return Object.entries(a).reduce((sum, [name, values]) => values.reduce((part, value, i) => part + value * (b[name]?.[i] ?? 0), sum), 0)
}

function moved(parameters: HostArrays, direction: Evaluation['gradients'], step: number): HostArrays {
  return mapped(parameters, (name, value, i) => value + step * (direction[name]?.[i] ?? 0))
}

/** Off the starting point, where zeros would hide gradients. */
function perturbed(parameters: HostArrays, random: Random): HostArrays {
  return mapped(parameters, (_, value) => value + 0.1 * random.normal())
}

function mapped(arrays: HostArrays, change: (name: string, value: number, index: number) => number): HostArrays {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [name, { ...array, values: Float32Array.from(array.values, (value, i) => change(name, value, i)) }]),
  )
}

function hosted(values: Evaluation['statistics']): ReturnType<Model['initStatistics']> {
  return Object.fromEntries(Object.entries(values).map(([name, array]) => [name, { shape: [array.length], type: 'float32', values: array }]))
}

function distance(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((value, i) => value - (b[i] ?? Number.NaN)))
}

function expectClose(measured: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(measured.length).toBe(expected.length)
  expect(distance(measured, expected)).toBeLessThan(tolerance)
}
