import { assemble } from './assemble.ts'
import type { MixerConfig } from './configs.ts'
import { lecunNormal } from './initializers.ts'
import { meanOverTokens } from './layers/convolution.ts'
import { dense } from './layers/dense.ts'
import { dropout } from './layers/dropout.ts'
import { chain, type LayerBuilder, type Shape } from './layers/layer.ts'
import { layerNorm } from './layers/normalization.ts'
import { patchEmbedding } from './layers/patches.ts'
import { residual } from './layers/residual.ts'
import { tokensLast } from './layers/tokens-last.ts'
import type { Model } from './model.ts'

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
export function createMixer(config: MixerConfig, inputShape: Shape, classes: number): Model {
  const { patchSize, width, depth } = config
  const blocks = Array.from({ length: depth }, (_, index) => block(`block${index + 1}`, config))
  return assemble({
    title: `Mixer ${depth}×${width}, patch ${patchSize}`,
    inputShape,
    classes,
    couplesExamples: false,
    layers: chain(
      patchEmbedding(patchSize, width),
      ...blocks,
      layerNorm('norm'),
      meanOverTokens,
      dense({ name: 'classes', units: classes, initializer: lecunNormal }),
    ),
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
