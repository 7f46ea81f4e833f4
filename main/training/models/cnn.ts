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
import type { Model } from './model.ts'

/**
 * A plain convolutional network: convolution, norm, relu and 2×2 max pooling for each entry of `channels`, then a dense layer
 * with relu and dropout, then the classes.
 *
 * Parameters are `conv1/kernel`, `conv1/bias` (without a norm) or `norm1/scale`, `norm1/offset`, …, `dense1/…`, `dense2/…`.
 * Kernels are He normal, the last one LeCun normal; biases are 0.
 *
 * @throws LoupeError `shape-mismatch` where the poolings leave no pixel.
 */
export function createCnn(config: CnnConfig, inputShape: Shape, classes: number): Model {
  requirePixels(config.channels.length, inputShape)
  const stages = config.channels.flatMap((channels, index): LayerBuilder[] => [
    convolution({
      name: `conv${index + 1}`,
      channels,
      kernelSize: config.kernelSize,
      bias: config.normalization === 'none' ? 'zeros' : 'none',
      initializer: heNormal,
    }),
    normalization(`norm${index + 1}`, config.normalization),
    activation('relu'),
    maxPool,
  ])
  return assemble({
    title: `CNN ${[...config.channels, config.dense, classes].join('-')}, ${config.kernelSize}×${config.kernelSize}${normSuffix(config.normalization)}`,
    inputShape,
    classes,
    couplesExamples: config.normalization === 'batch',
    layers: chain(
      ...stages,
      flatten,
      dense({ name: 'dense1', units: config.dense, initializer: heNormal, activation: 'relu' }),
      dropout(config.dropout),
      dense({ name: 'dense2', units: classes, initializer: lecunNormal }),
    ),
  })
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
