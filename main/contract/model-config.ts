import { z } from './zod.ts'

const width = z.int().min(1).max(65536)
const dropout = z.number().min(0).max(0.95).default(0).describe('fraction; activations dropped while training')

export const mlpConfig = z.strictObject({
  kind: z.literal('mlp'),
  hidden: z.array(width).max(16).default([256]).describe('units; width of each hidden layer'),
  activation: z.enum(['relu', 'gelu', 'tanh']).default('relu').describe('activation; after each hidden layer'),
  dropout,
})

export const cnnConfig = z.strictObject({
  kind: z.literal('cnn'),
  channels: z.array(width).min(1).max(8).default([32, 64]).describe('channels; of each convolution, each followed by 2×2 max pooling'),
  kernelSize: z.int().min(1).max(11).default(5).describe('pixels; side of each kernel'),
  dense: width.default(128).describe('units; width of the dense layer before the classes'),
  normalization: z.enum(['none', 'batch', 'group']).default('none').describe('normalization; after each convolution'),
  dropout,
})

/** Of a ResNet for small images; its length is 3 times that of one. */
export const RESNET_STAGES = 3

export const resnetConfig = z.strictObject({
  kind: z.literal('resnet'),
  blocksPerStage: z.int().min(1).max(18).default(3).describe('blocks; residual blocks in each of the 3 stages (3 is ResNet-20)'),
  blocks: z.int().min(1).max(54).nullable().default(null).describe('blocks; only the first so many of all stages, null for all'),
  width: width.default(16).describe('channels; of the first stage, doubled at each next one'),
  normalization: z.enum(['none', 'batch', 'group']).default('group').describe('normalization; batch norm couples the examples of a batch, group norm does not'),
}).check((context) => {
  const { blocks, blocksPerStage } = context.value
  const all = RESNET_STAGES * blocksPerStage
  if (blocks !== null && blocks > all) {
    context.issues.push({ code: 'custom', message: `${blocks} blocks are more than ${RESNET_STAGES} stages of ${blocksPerStage} have; use at most ${all}, or null for all`, path: ['blocks'], input: blocks })
  }
})

export const vitConfig = z.strictObject({
  kind: z.literal('vit'),
  patchSize: z.int().min(1).max(64).default(4).describe('pixels; side of a patch; must divide the image'),
  width: width.default(64).describe('units; width of a token'),
  depth: z.int().min(1).max(48).default(4).describe('blocks; attention and MLP pairs'),
  heads: z.int().min(1).max(64).default(4).describe('heads; of each attention; must divide the width'),
  mlpRatio: z.number().min(0.25).max(16).default(4).describe('ratio; hidden width of a block’s MLP to the token width'),
  tokenReduce: z.enum(['mean', 'cls', 'all']).default('mean').describe('reduction; what of the tokens is classified: their mean, a learned class token put before them, or all of them in a row'),
  dropout,
})

export const mixerConfig = z.strictObject({
  kind: z.literal('mixer'),
  patchSize: z.int().min(1).max(64).default(4).describe('pixels; side of a patch; must divide the image'),
  width: width.default(64).describe('units; width of a token'),
  depth: z.int().min(1).max(48).default(4).describe('blocks; token-mixing and channel-mixing pairs'),
  tokenHidden: width.default(32).describe('units; hidden width of the token-mixing MLP'),
  channelHidden: width.default(256).describe('units; hidden width of the channel-mixing MLP'),
  dropout,
})

export const residualMlpConfig = z.strictObject({
  kind: z.literal('residual-mlp'),
  width: width.default(128).describe('units; width of every block'),
  depth: z.int().min(1).max(48).default(4).describe('blocks; each a norm and two dense layers beside a shortcut'),
  dropout,
})

export const seriesTransformerConfig = z.strictObject({
  kind: z.literal('series-transformer'),
  frameSize: z.int().min(1).max(4096).default(8).describe('samples; of a frame, which makes one token; must divide the length of the series'),
  width: width.default(64).describe('units; width of a token'),
  depth: z.int().min(1).max(48).default(4).describe('blocks; attention and MLP pairs'),
  heads: z.int().min(1).max(64).default(4).describe('heads; of each attention; must divide the width'),
  mlpRatio: z.number().min(0.25).max(16).default(4).describe('ratio; hidden width of a block’s MLP to the token width'),
  attention: z
    .enum(['bidirectional', 'causal'])
    .default('bidirectional')
    .describe('attention; bidirectional reads all tokens and classifies their mean (as BERT reads), causal reads no later token and classifies the last (as GPT)'),
  dropout,
})

/** The network to train. Input shape and number of classes come from the data set. */
export const modelConfig = z.discriminatedUnion('kind', [mlpConfig, cnnConfig, resnetConfig, vitConfig, mixerConfig, residualMlpConfig, seriesTransformerConfig])
export type ModelConfig = z.output<typeof modelConfig>
export type ModelKind = ModelConfig['kind']
export const modelKinds: readonly ModelKind[] = modelConfig.options.map(({ shape }) => shape.kind.value)
