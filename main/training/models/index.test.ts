import { describe, expect, it } from 'vitest'
import { modelConfig, modelKinds } from '../../contract/model-config.ts'
import type { z } from '../../contract/zod.ts'
import { Random } from '../random.ts'
import { createModel } from './index.ts'
import { sizeOf } from './initializers.ts'
import type { Model } from './model.ts'

const imageShapes = [[28, 28, 1], [32, 32, 3], [8, 8, 1]]
const imageKinds = modelKinds.filter((kind) => kind !== 'series-transformer')
const fitting = imageKinds.flatMap((kind) => imageShapes.map((shape) => ({ kind, shape })))

describe('createModel', () => {
  it.each(fitting)('makes the default $kind for images of $shape', ({ kind, shape }) => {
    const model = make({ kind }, shape)
    expect(model.inputShape).toEqual(shape)
    expect(model.classes).toBe(10)
    expect(model.cost.parameters).toBe(sizesOf(model.init(Random.seeded(1))))
    expect(model.couplesExamples).toBe(false)
  })

  it('makes an mlp for a table of 30 columns', () => {
    const model = createModel(modelConfig.parse({ kind: 'mlp', hidden: [16, 8] }), [30], 2)
    expect(model.title).toBe('MLP 30-16-8-2')
    expect(model.cost.parameters).toBe(30 * 16 + 16 + 16 * 8 + 8 + 8 * 2 + 2)
  })

  it('makes logistic regression of an mlp without hidden layers', () => {
    expect(make({ kind: 'mlp', hidden: [] }, [28, 28, 1]).cost).toEqual({ parameters: 7850, macsPerExample: 7840, activationBytesPerExample: 3176 })
  })

  it.each(['cnn', 'resnet', 'vit', 'mixer'] as const)('refuses a table or a series for %s and names the models that take it', (kind) => {
    const fitting = ['mlp', 'residual-mlp', 'series-transformer']
    for (const [shape, text] of [[[30], '30'], [[128, 1], '128, 1']] as const) {
      const message = `The ${kind} model takes images, [height, width, channels], and the data set's examples are [${text}]. Choose the mlp, residual-mlp, or series-transformer model, or a data set of images.`
      expect(() => make({ kind }, shape)).toThrow(expect.objectContaining({ code: 'shape-mismatch', message, facts: { kind, inputShape: shape, fitting } }))
    }
  })

  it('refuses images for a series transformer and names the models that take them', () => {
    const fitting = ['mlp', 'cnn', 'resnet', 'vit', 'mixer', 'residual-mlp']
    expect(() => make({ kind: 'series-transformer' }, [28, 28, 1])).toThrow(
      expect.objectContaining({ code: 'shape-mismatch', message: expect.stringMatching(/takes series, .* \[28, 28, 1\]\. Choose .* or a data set of series\./), facts: { kind: 'series-transformer', inputShape: [28, 28, 1], fitting } }),
    )
  })

  it.each([[[128, 1]], [[128, 3]], [[128]]])('makes a series transformer for series of %j', (shape) => {
    const model = make({ kind: 'series-transformer' }, shape)
    expect(model.inputShape).toEqual(shape)
    expect(model.cost.parameters).toBe(sizesOf(model.init(Random.seeded(1))))
    expect(model.title).toBe('Series transformer 4×64, 4 heads, frame 8')
  })

  it('refuses frames that do not divide the series, and lists those that do', () => {
    expect(() => make({ kind: 'series-transformer', frameSize: 10 }, [128, 1])).toThrow(
      /Frames of 10 samples do not divide a series of 128. Set frameSize to a divisor of the length: 1, 2, 4, 8, 16, 32, 64, 128\./,
    )
  })

  it.each(['vit', 'mixer'] as const)('refuses patches that do not tile the image for %s, and lists those that do', (kind) => {
    expect(() => make({ kind, patchSize: 5 }, [28, 28, 1])).toThrow(/5×5 pixels do not tile an image of 28×28. Set patchSize to a divisor of both: 1, 2, 4, 7, 14, 28\./)
  })

  it('refuses heads that do not divide the width', () => {
    expect(() => make({ kind: 'vit', width: 64, heads: 5 }, [28, 28, 1])).toThrow(/5 attention heads do not divide a width of 64/)
  })

  it('refuses poolings that leave no pixel, and says how many do', () => {
    expect(() => make({ kind: 'cnn', channels: [4, 4, 4, 4] }, [8, 8, 1])).toThrow(/4 convolutions.* image of 8×8. Give channels at most 3 entries\./)
    expect(make({ kind: 'cnn', channels: [4, 4, 4] }, [8, 8, 1]).title).toBe('CNN 4-4-4-128-10, 5×5')
  })

  it('refuses a single class', () => {
    expect(() => createModel(modelConfig.parse({ kind: 'mlp' }), [30], 1)).toThrow(/at least 2 classes/)
  })

  it('says that batch norm couples examples, and group norm does not', () => {
    expect(make({ kind: 'resnet', normalization: 'batch' }, [32, 32, 3]).couplesExamples).toBe(true)
    expect(make({ kind: 'cnn', normalization: 'batch' }, [28, 28, 1]).couplesExamples).toBe(true)
    expect(make({ kind: 'resnet', normalization: 'group' }, [32, 32, 3]).couplesExamples).toBe(false)
  })
})

describe('cost', () => {
  it('counts an MLP 784-256-10 by hand', () => {
    const { cost } = make({ kind: 'mlp', hidden: [256] }, [28, 28, 1])
    expect(cost.parameters).toBe(203_530)
    expect(cost.macsPerExample).toBe(203_264)
    expect(cost.activationBytesPerExample).toBe(4 * (784 + 256 + 10))
  })

  it('counts a CNN of two 5×5 convolutions by hand', () => {
    const { cost } = make({ kind: 'cnn', channels: [32, 64], kernelSize: 5, dense: 128 }, [28, 28, 1])
    // 800 + 32, 51,200 + 64, 3,136·128 + 128, 1,280 + 10.
    expect(cost.parameters).toBe(454_922)
    // 784·25·32 + 196·25·32·64 + 3,136·128 + 1,280.
    expect(cost.macsPerExample).toBe(627_200 + 10_035_200 + 401_408 + 1_280)
  })

  it('counts a ResNet-20 without norm by hand', () => {
    const { cost } = make({ kind: 'resnet', blocksPerStage: 3, width: 16, normalization: 'none' }, [32, 32, 3])
    // Stem 432; stages 13,824, 4,608 + 46,080 + 512, 18,432 + 184,320 + 2,048; classes 650.
    expect(cost.parameters).toBe(270_906)
    // Stem 442,368; stages 14,155,776, 1,179,648 + 11,796,480 + 131,072, as many again; classes 640.
    expect(cost.macsPerExample).toBe(442_368 + 14_155_776 + 2 * 13_107_200 + 640)
  })

  it('counts a ViT of one block by hand', () => {
    const { cost } = make({ kind: 'vit', patchSize: 4, width: 64, depth: 1, heads: 4, mlpRatio: 4 }, [28, 28, 1])
    // Embedding 1,024 + 64, positions 3,136, attention 12,288 + 192 + 4,096 + 64, MLP 16,384 + 256 + 16,384 + 64, norms 3·128, classes 650.
    expect(cost.parameters).toBe(1_088 + 3_136 + 16_640 + 33_088 + 384 + 650)
    // 49 tokens times (1,024 + 12,288 + 4,096 + 32,768), attention 2·49²·64, classes 640.
    expect(cost.macsPerExample).toBe(49 * 50_176 + 307_328 + 640)
  })

  it('counts a ViT with a class token, and one that reads all tokens, by hand', () => {
    const vit = (tokenReduce: 'mean' | 'cls' | 'all') => make({ kind: 'vit', patchSize: 7, width: 32, depth: 1, heads: 4, tokenReduce }, [28, 28, 1])
    const [mean, cls, all] = (['mean', 'cls', 'all'] as const).map(vit)
    expect([cls?.title, all?.title]).toEqual(['ViT 1×32, 4 heads, patch 7, class token', 'ViT 1×32, 4 heads, patch 7, all tokens'])
    // The token itself and its position; one token more in each product but those of the embedding.
    expect(cls!.cost.parameters - mean!.cost.parameters).toBe(2 * 32)
    expect(cls!.cost.macsPerExample - mean!.cost.macsPerExample).toBe(12 * 32 ** 2 + 2 * (17 ** 2 - 16 ** 2) * 32)
    // The classes' kernel is 16 times as long.
    expect(all!.cost.parameters - mean!.cost.parameters).toBe(15 * 32 * 10)
    expect(all!.cost.macsPerExample - mean!.cost.macsPerExample).toBe(15 * 32 * 10)
  })

  it('counts a Mixer of one block by hand', () => {
    const { cost } = make({ kind: 'mixer', patchSize: 4, width: 64, depth: 1, tokenHidden: 32, channelHidden: 256 }, [28, 28, 1])
    // Embedding 1,088, token MLP 1,568 + 32 + 1,568 + 49, channel MLP 16,384 + 256 + 16,384 + 64, norms 384, classes 650.
    expect(cost.parameters).toBe(1_088 + 3_217 + 33_088 + 384 + 650)
    expect(cost.macsPerExample).toBe(49 * 1_024 + 64 * 2 * 1_568 + 49 * 32_768 + 640)
  })

  it('counts a residual MLP of two blocks by hand', () => {
    const model = make({ kind: 'residual-mlp', width: 64, depth: 2 }, [30])
    expect(model.title).toBe('Residual MLP 30-2×64-10')
    // Embedding 1,920 + 64, blocks 2·(2·64² + 4·64), norm 128, classes 650.
    expect(model.cost.parameters).toBe(1_984 + 2 * 8_448 + 128 + 650)
    expect(model.cost.macsPerExample).toBe(1_920 + 2 * 8_192 + 640)
    // The input; embedding; per block norm, 3 for gelu's layer, dense, sum; norm; classes.
    expect(model.cost.activationBytesPerExample).toBe(4 * (30 + 64 + 2 * (64 + 3 * 64 + 64 + 64) + 64 + 10))
  })

  it.each(['bidirectional', 'causal'] as const)('counts a series transformer of one block by hand: %s', (attention) => {
    const { cost } = make({ kind: 'series-transformer', frameSize: 4, width: 64, depth: 1, heads: 4, mlpRatio: 4, attention }, [256, 2])
    // Embedding 8·64 + 64, positions 64·64, block 49,984, norm 128, classes 650.
    expect(cost.parameters).toBe(576 + 4_096 + 49_984 + 128 + 650)
    expect(cost.macsPerExample).toBe(64 * 512 + 3_670_016 + 640)
  })
})

describe('init', () => {
  it.each(imageKinds)('gives the same %s for the same seed and another for another', (kind) => {
    const model = make({ kind }, [8, 8, 1])
    const first = model.init(Random.seeded(7))
    expect(model.init(Random.seeded(7))).toEqual(first)
    expect(model.init(Random.seeded(8))).not.toEqual(first)
  })

  it('draws relu kernels with a variance of 2/fan-in and starts biases at 0', () => {
    const { 'dense1/kernel': kernel, 'dense1/bias': bias } = make({ kind: 'mlp' }, [28, 28, 1]).init(Random.seeded(3))
    const values = [...(kernel?.values ?? [])]
    expect(values.reduce((sum, value) => sum + value * value, 0) / values.length).toBeCloseTo(2 / 784, 4)
    expect(new Set(bias?.values)).toEqual(new Set([0]))
  })

  it('draws the classes’ kernel with a variance of 1/fan-in, although it is cut at two deviations', () => {
    const kernel = make({ kind: 'mlp', hidden: [] }, [28, 28, 1]).init(Random.seeded(3))['dense1/kernel']
    const values = [...(kernel?.values ?? [])]
    expect(values.reduce((sum, value) => sum + value * value, 0) / values.length).toBeCloseTo(1 / 784, 4)
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(2 / Math.sqrt(784) / 0.8796)
  })

  it('holds query, key and value to the limit of a matrix of their own', () => {
    const kernel = make({ kind: 'vit', width: 64 }, [28, 28, 1]).init(Random.seeded(3))['block1/attention/qkv/kernel']
    const largest = Math.max(...[...(kernel?.values ?? [])].map(Math.abs))
    expect(largest).toBeLessThanOrEqual(Math.sqrt(6 / 128))
    expect(largest).toBeGreaterThan(0.99 * Math.sqrt(6 / 128))
  })

  it('starts the blocks of a ResNet without norm as their shortcuts', () => {
    const parameters = make({ kind: 'resnet', normalization: 'none' }, [32, 32, 3]).init(Random.seeded(3))
    expect(new Set(parameters['block1/conv2/kernel']?.values)).toEqual(new Set([0]))
    expect(parameters['block1/norm1/scale']).toBeUndefined()
  })
})

function make(config: z.input<typeof modelConfig>, inputShape: readonly number[]): Model {
  return createModel(modelConfig.parse(config), inputShape, 10)
}

function sizesOf(arrays: ReturnType<Model['init']>): number {
  return Object.values(arrays).reduce((sum, { shape, values }) => {
    expect(values.length).toBe(sizeOf(shape))
    return sum + values.length
  }, 0)
}
