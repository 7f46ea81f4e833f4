import { assemble } from './assemble.ts'
import type { MixerConfig } from './configs.ts'
import { lecunNormal } from './initializers.ts'
import { dense } from './layers/dense.ts'
import { dropout } from './layers/dropout.ts'
import { chain, type LayerBuilder, type Shape } from './layers/layer.ts'
import { layerNorm } from './layers/normalization.ts'
import { patchEmbedding } from './layers/patches.ts'
import { residual } from './layers/residual.ts'
import { tokenHead } from './layers/token-head.ts'
import { tokensLast } from './layers/tokens-last.ts'
import type { Stack } from './stack.ts'

/**
 * MLP-Mixer: patches as tokens, then blocks of two MLPs, one across tokens and one across channels, with a norm before each;
 * a last norm, the mean over tokens, and the classes.
 *
 * Parameters are `embedding/…`, `block1/norm1/…`, `block1/token1/…`, `block1/token2/…`, `block1/norm2/…`, `block1/channel1/…`,
 * `block1/channel2/…`, `norm/…`, `classes/…`. Kernels are LeCun normal, biases 0. Dropout acts on the output of each MLP.
 *
 * Differs from the paper: gelu is in its tanh form.
 *
 * @throws LoupeError `shape-mismatch` where the patches do not tile the image.
 * @see Tolstikhin et al. 2021, "MLP-Mixer: an all-MLP architecture for vision", arXiv:2105.01601.
 */
export function mixerStack(config: MixerConfig, inputShape: Shape, classes: number): Stack {
  const { patchSize, width, depth } = config
  return assemble({
    titleAt: (blocks) => `Mixer ${blocks}×${width}, patch ${patchSize}`,
    inputShape,
    classes,
    couplesExamples: false,
    stem: patchEmbedding(patchSize, width),
    blocks: Array.from({ length: depth }, (_, index) => block(`block${index + 1}`, config)),
    head: (_, prefix) => tokenHead({ prefix, classes, token: 'mean' }),
  })
}

function block(name: string, { width, tokenHidden, channelHidden, dropout: rate }: MixerConfig): LayerBuilder {
  const acrossTokens: LayerBuilder = (shape) => tokensLast(mlp(`${name}/token`, tokenHidden, shape[0] ?? 1))(shape)
  return chain(
    residual(chain(layerNorm(`${name}/norm1`), acrossTokens, dropout(rate))),
    residual(chain(layerNorm(`${name}/norm2`), mlp(`${name}/channel`, channelHidden, width), dropout(rate))),
  )
}

function mlp(name: string, hidden: number, units: number): LayerBuilder {
  return chain(
    dense({ name: `${name}1`, units: hidden, initializer: lecunNormal, activation: 'gelu' }),
    dense({ name: `${name}2`, units, initializer: lecunNormal }),
  )
}
