import { LoupeError } from '../../contract/errors.ts'
import { assemble } from './assemble.ts'
import type { CnnConfig } from './configs.ts'
import { heNormal, lecunNormal } from './initializers.ts'
import { activation } from './layers/activations.ts'
import { convolution, maxPool } from './layers/convolution.ts'
import { dense, flatten } from './layers/dense.ts'
import { dropout } from './layers/dropout.ts'
import { chain, type LayerBuilder, type Shape } from './layers/layer.ts'
import { normalization } from './layers/normalization.ts'
import type { Stack } from './stack.ts'

/**
 * A plain convolutional network: convolution, norm, relu and 2×2 max pooling for each entry of `channels`, then a dense layer
 * with relu and dropout, then the classes.
 *
 * Parameters are `conv1/kernel`, `conv1/bias` (without a norm) or `norm1/scale`, `norm1/offset`, …, `dense1/…`, `dense2/…`.
 * Kernels are He normal, the last one LeCun normal; biases are 0. A block is one convolution with its pooling; there is no stem.
 *
 * @throws LoupeError `shape-mismatch` where the poolings leave no pixel.
 */
export function cnnStack(config: CnnConfig, inputShape: Shape, classes: number): Stack {
  requirePixels(config.channels.length, inputShape)
  const { kernelSize } = config
  return assemble({
    titleAt: (depth) =>
      `CNN ${[...config.channels.slice(0, depth), config.dense, classes].join('-')}, ${kernelSize}×${kernelSize}${normSuffix(config.normalization)}`,
    inputShape,
    classes,
    couplesExamples: config.normalization === 'batch',
    stem: chain(),
    blocks: config.channels.map((channels, index) => block(channels, index, config)),
    head: (_, prefix) =>
      chain(
        flatten,
        dense({ name: `${prefix}dense1`, units: config.dense, initializer: heNormal, activation: 'relu' }),
        dropout(config.dropout),
        dense({ name: `${prefix}dense2`, units: classes, initializer: lecunNormal }),
      ),
  })
}

function block(channels: number, index: number, { kernelSize, normalization: norm }: CnnConfig): LayerBuilder {
  return chain(
    convolution({ name: `conv${index + 1}`, channels, kernelSize, bias: norm === 'none' ? 'zeros' : 'none', initializer: heNormal }),
    normalization(`norm${index + 1}`, norm),
    activation('relu'),
    maxPool,
  )
}

/** What a title says of the norm. */
export function normSuffix(normalization: CnnConfig['normalization']): string {
  return normalization === 'none' ? '' : `, ${normalization} norm`
}

function requirePixels(poolings: number, [height = 1, width = 1]: Shape): void {
  const most = Math.floor(Math.log2(Math.min(height, width)))
  if (poolings <= most) return
  throw new LoupeError(
    'shape-mismatch',
    `${poolings} convolutions, each followed by 2×2 pooling, leave nothing of an image of ${height}×${width}. Give channels at most ${most} ${most === 1 ? 'entry' : 'entries'}.`,
    { poolings, most, height, width },
  )
}
