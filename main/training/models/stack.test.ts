import { describe, expect, it } from 'vitest'
import { modelConfig } from '../../contract/model-config.ts'
import type { z } from '../../contract/zod.ts'
import { openReference } from '../../tensorflow/reference.ts'
import type { HostArrays } from '../../tensorflow/runtime.ts'
import type { tf } from '../../tensorflow/tf.ts'
import { Random } from '../random.ts'
import { createModel, createStack } from './index.ts'
import { sizeOf } from './initializers.ts'
import { sampleInput } from './reference/evaluate.ts'
import { applyParts, cutModel, sumCosts, type Stack } from './stack.ts'

type Config = z.input<typeof modelConfig>

const stacks: readonly { config: Config; features: readonly (readonly number[])[] }[] = [
  { config: { kind: 'mlp', hidden: [16, 8], dropout: 0.5 }, features: [[192], [16], [8]] },
  { config: { kind: 'cnn', channels: [4, 6], dense: 8, normalization: 'batch', dropout: 0.5 }, features: [[8, 8, 3], [4, 4, 4], [2, 2, 6]] },
  { config: { kind: 'resnet', blocksPerStage: 1, width: 4, normalization: 'batch' }, features: [[8, 8, 4], [8, 8, 4], [4, 4, 8], [2, 2, 16]] },
  { config: { kind: 'vit', width: 16, depth: 3, heads: 2, dropout: 0.5 }, features: [[4, 16], [4, 16], [4, 16], [4, 16]] },
  { config: { kind: 'vit', width: 16, depth: 2, heads: 2, tokenReduce: 'cls' }, features: [[5, 16], [5, 16], [5, 16]] },
  { config: { kind: 'mixer', width: 16, depth: 2, dropout: 0.5 }, features: [[4, 16], [4, 16], [4, 16]] },
  { config: { kind: 'residual-mlp', width: 16, depth: 2, dropout: 0.5 }, features: [[16], [16], [16]] },
  { config: { kind: 'series-transformer', frameSize: 8, width: 16, depth: 2, heads: 2, dropout: 0.5, attention: 'causal' }, features: [[3, 16], [3, 16], [3, 16]] },
]

describe('createStack', () => {
  it.each(stacks)('says the shape of the feature after each block: $config.kind', ({ config, features }) => {
    const { stem, blocks, head } = make(config)
    expect([stem, ...blocks].map(({ outputShape }) => outputShape)).toEqual(features)
    expect(blocks.map(({ inputShape }) => inputShape)).toEqual(features.slice(0, -1))
    expect(blocks.map(({ name }) => name)).toEqual(features.slice(1).map((_, index) => `block${index + 1}`))
    expect(head(1).inputShape).toEqual(features[1])
    expect(head(1).outputShape).toEqual([4])
  })

  it.each(stacks)('has parts whose names, costs and first values are the model’s: $config.kind', ({ config }) => {
    const stack = make(config)
    const parts = [stack.stem, ...stack.blocks, stack.head(stack.blocks.length)]
    const model = createModel(modelConfig.parse(config), shapeFor(config), CLASSES)
    const random = Random.seeded(4)
    const initial = parts.map((part) => Object.entries(part.init(random)))
    expect(initial.flat()).toEqual(Object.entries(model.init(Random.seeded(4))))
    expect(sumCosts(parts)).toEqual(model.cost)
    expect(parts.map(({ cost }) => cost.parameters)).toEqual(initial.map((arrays) => arrays.reduce((sum, [, { shape }]) => sum + sizeOf(shape), 0)))
  })

  it('counts a transformer block of width 64 over 64 tokens by hand', () => {
    const [block] = createStack(modelConfig.parse({ kind: 'vit', patchSize: 4, width: 64, heads: 4, mlpRatio: 4 }), [32, 32, 3], 10).blocks
    // 12·64² + 13·64 and 12·64·64² + 2·64²·64.
    expect(block?.cost).toMatchObject({ parameters: 49_984, macsPerExample: 3_670_016 })
  })

  it('counts a mixer block of width 64 over 64 tokens by hand', () => {
    const [block] = createStack(modelConfig.parse({ kind: 'mixer', patchSize: 4, width: 64, tokenHidden: 32, channelHidden: 256 }), [32, 32, 3], 10).blocks
    expect(block?.cost).toMatchObject({ parameters: 37_536, macsPerExample: 262_144 + 2_097_152 })
  })

  it('gives a head that stands beside others the prefix before its parameters’ names', () => {
    const names = stacks.map(({ config }) => Object.keys(make(config).head(1, 'exit1/').init(Random.seeded(1))))
    expect(names).toEqual([
      ['exit1/dense2/kernel', 'exit1/dense2/bias'],
      ['exit1/dense1/kernel', 'exit1/dense1/bias', 'exit1/dense2/kernel', 'exit1/dense2/bias'],
      ['exit1/classes/kernel', 'exit1/classes/bias'],
      ...Array.from({ length: 5 }, () => ['exit1/norm/scale', 'exit1/norm/offset', 'exit1/classes/kernel', 'exit1/classes/bias']),
    ])
  })
})

describe('cutModel', () => {
  it.each(stacks)('after the last block is the whole model: $config.kind', ({ config }) => {
    const stack = make(config)
    const cut = cutModel(stack, stack.blocks.length)
    const whole = createModel(modelConfig.parse(config), shapeFor(config), CLASSES)
    expect(cut).toMatchObject({ title: whole.title, cost: whole.cost, inputShape: whole.inputShape, classes: whole.classes })
    expect(cut.init(Random.seeded(2))).toEqual(whole.init(Random.seeded(2)))
    expect(cut.initStatistics()).toEqual(whole.initStatistics())
  })

  it.each([
    { deep: { kind: 'mlp', hidden: [16, 8, 12] }, shallow: { kind: 'mlp', hidden: [16, 8] } },
    { deep: { kind: 'vit', width: 16, depth: 4 }, shallow: { kind: 'vit', width: 16, depth: 2 } },
    { deep: { kind: 'resnet', blocksPerStage: 1, width: 4, normalization: 'batch' }, shallow: { kind: 'resnet', blocksPerStage: 1, blocks: 2, width: 4, normalization: 'batch' } },
    { deep: { kind: 'mixer', width: 16, depth: 4 }, shallow: { kind: 'mixer', width: 16, depth: 2 } },
    { deep: { kind: 'cnn', channels: [4, 6, 8] }, shallow: { kind: 'cnn', channels: [4, 6] } },
    { deep: { kind: 'residual-mlp', width: 16, depth: 4 }, shallow: { kind: 'residual-mlp', width: 16, depth: 2 } },
    { deep: { kind: 'series-transformer', width: 16, depth: 4 }, shallow: { kind: 'series-transformer', width: 16, depth: 2 } },
  ] satisfies { deep: Config; shallow: Config }[])('is the model made with so many blocks, first values included: $deep.kind', ({ deep, shallow }) => {
    const cut = cutModel(make(deep), 2)
    const made = createModel(modelConfig.parse(shallow), shapeFor(shallow), CLASSES)
    expect(cut.title).toBe(made.title)
    expect(cut.cost).toEqual(made.cost)
    expect(Object.entries(cut.init(Random.seeded(2)))).toEqual(Object.entries(made.init(Random.seeded(2))))
  })

  it('titles a cut ResNet by its layers', () => {
    expect(cutModel(make({ kind: 'resnet', blocksPerStage: 3 }), 4).title).toBe('ResNet-10, width 16, group norm')
  })

  it.each([0, 5, 1.5, Number.NaN])('refuses to cut after %d of 4 blocks', (depth) => {
    const stack = make({ kind: 'vit', width: 16, depth: 4, heads: 4 })
    const refusal = expect.objectContaining({
      code: 'invalid-input',
      message: `ViT 4×16, 4 heads, patch 4 cannot be cut after ${depth} blocks: it has 4 blocks. Choose a depth from 1 to 4, or a model of more blocks.`,
    })
    expect(() => cutModel(stack, depth)).toThrow(refusal)
    expect(() => stack.head(depth)).toThrow(refusal)
  })

  it('refuses to cut a model without blocks', () => {
    expect(() => cutModel(make({ kind: 'mlp', hidden: [] }), 1)).toThrow(/MLP 192-4 cannot be cut after 1 blocks: it has 0 blocks\. Choose a model with blocks\./)
  })
})

describe('a part', () => {
  it.each(stacks)('computes its piece of the model, with the same dropout masks and statistics: $config.kind', async ({ config }) => {
    const stack = make(config)
    const model = cutModel(stack, 2)
    const random = Random.seeded(6)
    const inputs = { parameters: model.init(random), statistics: model.initStatistics(), x: sampleInput(3, stack.stem.inputShape, () => random.uniform()) }
    const [whole, apart] = await outputs(inputs, ({ parameters, statistics, x, mode }) => {
      const forward = model.forward(parameters, statistics, x, mode)
      const feature = applyParts([stack.stem, ...stack.blocks.slice(0, 2)], parameters, statistics, x, mode)
      const head = stack.head(2).apply(parameters, feature.statistics, feature.output, mode)
      return [[forward.logits, ...Object.values(forward.statistics)], [head.output, ...Object.values(head.statistics)]]
    })
    expect(apart).toEqual(whole)
    expect(whole?.[0]?.length).toBe(3 * CLASSES)
  })

  it('draws other dropout masks in a head of another prefix, and the same in one of the same', async () => {
    const stack = make({ kind: 'cnn', channels: [4, 6], dense: 64, dropout: 0.5 })
    const heads = ['a/', 'b/', 'a/'].map((prefix) => stack.head(1, prefix))
    const initial = heads.map((head) => head.init(Random.seeded(3)))
    const feature = { shape: [3, 4, 4, 4], type: 'float32', values: new Float32Array(192).fill(1) } as const
    const [[first, other, again] = []] = await outputs({ parameters: Object.assign({}, ...initial), statistics: {}, x: feature }, ({ parameters, x, mode }) => [
      heads.map((head) => head.apply(parameters, {}, x, mode).output),
    ])
    expect(again).toEqual(first)
    expect(other).not.toEqual(first)
  })

  it.each(['bidirectional', 'causal'] as const)('reads later samples only where attention is not causal: %s', async (attention) => {
    const stack = make({ kind: 'series-transformer', frameSize: 8, width: 16, depth: 3, heads: 2, attention })
    const random = Random.seeded(8)
    const parameters = Object.assign({}, ...[stack.stem, ...stack.blocks].map((part) => part.init(random)))
    const x = sampleInput(2, stack.inputShape, () => random.uniform())
    const features = async (values: HostArrays[string]['values']) => {
      const [[feature = []] = []] = await outputs({ parameters, statistics: {}, x: { ...x, values: Float32Array.from(values) } }, (given) => [
        [applyParts([stack.stem, ...stack.blocks], given.parameters, {}, given.x, given.mode).output],
      ])
      return [0, 1, 2].map((token) => feature.slice(16 * token, 16 * (token + 1)))
    }
    const before = await features(x.values)
    // Sample 16 of 24, the first of the third frame of the first example; two channels a sample.
    const after = await features(x.values.map((value, index) => (index === 32 ? value + 1 : value)))
    expect(after[2]).not.toEqual(before[2])
    if (attention === 'causal') expect(after.slice(0, 2)).toEqual(before.slice(0, 2))
    else for (const token of [0, 1]) expect(after[token]).not.toEqual(before[token])
  })

  it('refuses a feature of another shape by name', async () => {
    const stack = make({ kind: 'vit', width: 16, depth: 2, heads: 4 })
    const x = { shape: [3, 4, 8], type: 'float32', values: new Float32Array(96) } as const
    const refused = outputs({ parameters: {}, statistics: {}, x }, ({ x: feature, mode }) => [[stack.blocks[1]?.apply({}, {}, feature, mode).output ?? feature]])
    await expect(refused).rejects.toThrow(/block2 of ViT 2×16, 4 heads, patch 4 takes a batch of \[4, 16\].*got \[3, 4, 8\]/)
  })
})

const SHAPE = [8, 8, 3]
const CLASSES = 4

function make(config: Config): Stack {
  return createStack(modelConfig.parse(config), shapeFor(config), CLASSES)
}

function shapeFor({ kind }: Config): readonly number[] {
  return kind === 'series-transformer' ? [24, 2] : SHAPE
}

interface Given {
  readonly parameters: Readonly<Record<string, tf.Tensor>>
  readonly statistics: Readonly<Record<string, tf.Tensor>>
  readonly x: tf.Tensor
  readonly mode: { readonly training: boolean; readonly seed: tf.Tensor1D }
}

/** Traces a training pass and reads the groups of tensors that it gives. */
async function outputs(
  { parameters, statistics, x }: { parameters: HostArrays; statistics: HostArrays; x: HostArrays[string] },
  trace: (given: Given) => readonly (readonly tf.Tensor[])[],
): Promise<number[][][]> {
  const session = await (await openReference()).openSession()
  try {
    await session.createVariables({ ...parameters, ...statistics, x })
    let sizes: number[] = []
    const step = session.compile({
      name: 'parts',
      inputs: { seed: { shape: [2], type: 'int32' } },
      trace: ({ inputs, read }) => {
        const all = (arrays: HostArrays) => Object.fromEntries(Object.keys(arrays).map((name) => [name, read(name)]))
        const groups = trace({ parameters: all(parameters), statistics: all(statistics), x: read('x'), mode: { training: true, seed: inputs.seed as tf.Tensor1D } })
        sizes = groups.map((group) => group.length)
        return Object.fromEntries(groups.flat().map((tensor, index) => [`${index}`, tensor]))
      },
    })
    const results: Readonly<Record<string, Float32Array | Int32Array>> = await step.run({ seed: Int32Array.of(5, 9) })
    let next = 0
    return sizes.map((length) => Array.from({ length }, () => [...(results[next++] ?? [])]))
  } finally {
    await session.close()
  }
}
