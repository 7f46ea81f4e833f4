import { assemble } from './assemble.ts'
import type { SeriesTransformerConfig } from './configs.ts'
import { dropout } from './layers/dropout.ts'
import { frameEmbedding } from './layers/frames.ts'
import { chain, type Shape } from './layers/layer.ts'
import { positions } from './layers/patches.ts'
import { tokenHead } from './layers/token-head.ts'
import { transformerBlock } from './layers/transformer-block.ts'
import type { Stack } from './stack.ts'

/**
 * A transformer over a series `[length, channels]`: frames of samples as tokens, learned positions, the same pre-norm blocks as the
 * vision transformer's, a last norm, and the classes.
 *
 * With `bidirectional` attention every token reads all others, and the classes are read from the mean over tokens, after the norm.
 * With `causal` attention a token reads itself and earlier ones, so that a feature says nothing of later samples; the classes are
 * read from the last token, the only one that has read the whole series.
 *
 * Parameters are named and drawn as the vision transformer's: `embedding/…`, `positions`, `block1/norm1/…`, …, `classes/…`.
 *
 * @throws LoupeError `shape-mismatch` where the frames do not divide the series or the heads do not divide the width.
 * @see Devlin et al. 2019, "BERT", arXiv:1810.04805, and Radford et al. 2018, "Improving language understanding by generative
 *   pre-training" (GPT), for the two ways to read. Differs from them: frames of numbers, not words; pre-norm; trained on classes alone.
 */
export function seriesTransformerStack(config: SeriesTransformerConfig, inputShape: Shape, classes: number): Stack {
  const { frameSize, width, depth, heads, attention } = config
  return assemble({
    titleAt: (blocks) => `Series transformer ${blocks}×${width}, ${heads} heads, frame ${frameSize}${attention === 'causal' ? ', causal' : ''}`,
    inputShape,
    classes,
    couplesExamples: false,
    stem: chain(frameEmbedding(frameSize, width), positions, dropout(config.dropout)),
    blocks: Array.from({ length: depth }, (_, index) => transformerBlock({ ...config, name: `block${index + 1}` })),
    head: (_, prefix) => tokenHead({ prefix, classes, token: attention === 'causal' ? 'last' : 'mean' }),
  })
}
