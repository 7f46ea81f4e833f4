import { assemble } from './assemble.ts'
import type { VitConfig } from './configs.ts'
import { dropout } from './layers/dropout.ts'
import { chain, type Shape } from './layers/layer.ts'
import { classToken, patchEmbedding, positions } from './layers/patches.ts'
import { tokenHead } from './layers/token-head.ts'
import { transformerBlock } from './layers/transformer-block.ts'
import type { Stack } from './stack.ts'

/** What the head reads, and what a title says of it. */
const READS = { mean: { token: 'mean', title: '' }, cls: { token: 'first', title: ', class token' }, all: { token: 'all', title: ', all tokens' } } as const

/**
 * A vision transformer: patches as tokens, learned positions, blocks of attention and MLP with the norm before each
 * (pre-norm), a last norm, the mean over tokens, and the classes. With a class token, that one is read instead of the mean.
 *
 * Parameters are `embedding/…`, `class` (of a class token), `positions`, `block1/norm1/…`, `block1/attention/qkv/…`, `block1/attention/output/…`,
 * `block1/norm2/…`, `block1/mlp1/…`, `block1/mlp2/…`, `norm/…`, `classes/…`. Kernels of attention and MLP are Glorot uniform,
 * those of the embedding and the classes LeCun normal, positions N(0, 0.02²), biases 0. Dropout acts on the embedded
 * tokens and on the output of each attention and MLP.
 *
 * Differs from the paper: the mean over tokens stands for the class token unless `tokenReduce` says otherwise, gelu is in its tanh form.
 *
 * @throws LoupeError `shape-mismatch` where the patches do not tile the image or the heads do not divide the width.
 * @see Dosovitskiy et al. 2021, "An image is worth 16x16 words", arXiv:2010.11929; for the mean Beyer et al. 2022, arXiv:2205.01580.
 */
export function vitStack(config: VitConfig, inputShape: Shape, classes: number): Stack {
  const { patchSize, width, depth, heads, tokenReduce } = config
  return assemble({
    titleAt: (blocks) => `ViT ${blocks}×${width}, ${heads} heads, patch ${patchSize}${READS[tokenReduce].title}`,
    inputShape,
    classes,
    couplesExamples: false,
    stem: chain(patchEmbedding(patchSize, width), ...(tokenReduce === 'cls' ? [classToken] : []), positions, dropout(config.dropout)),
    blocks: Array.from({ length: depth }, (_, index) => transformerBlock({ ...config, name: `block${index + 1}` })),
    head: (_, prefix) => tokenHead({ prefix, classes, token: READS[tokenReduce].token }),
  })
}
