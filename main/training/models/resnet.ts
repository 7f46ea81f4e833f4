import { RESNET_STAGES } from '../../contract/model-config.ts'
import { assemble } from './assemble.ts'
import { normSuffix } from './cnn.ts'
import type { ResnetConfig } from './configs.ts'
import { heNormal, lecunNormal, zeros } from './initializers.ts'
import { activation } from './layers/activations.ts'
import { convolution, meanOverPixels } from './layers/convolution.ts'
import { dense } from './layers/dense.ts'
import { chain, type LayerBuilder, type Shape } from './layers/layer.ts'
import { normalization } from './layers/normalization.ts'
import { residual } from './layers/residual.ts'
import type { Stack } from './stack.ts'

/**
 * The residual network for small images: a 3×3 stem, three stages of n blocks at width, 2·width and 4·width channels, the
 * mean over pixels, and the classes. It has 6n + 2 layers, so n = 3 is ResNet-20.
 *
 * With fewer `blocks` the network ends after so many of them, in the middle of a stage if need be.
 *
 * A block is relu(shortcut(x) + norm(conv(relu(norm(conv x))))). Parameters are `stem/conv/kernel`, `block1/conv1/kernel`,
 * `block1/norm1/scale`, …, `classes/kernel`. Kernels are He normal. Convolutions have no bias, with a norm or without.
 *
 * Differs from the paper: where a stage halves the image, the shortcut is a 1×1 convolution of stride 2, followed by the
 * norm (the paper's option B), not a subsampling padded with zeros; group norm is on offer because batch norm couples examples.
 * Without a norm each block's second kernel starts at 0, so that a block starts as its shortcut: He's variance would otherwise
 * double at each block.
 *
 * @see He et al. 2016, "Deep residual learning for image recognition", arXiv:1512.03385, section 4.2;
 *   for the zeros Zhang et al. 2019, "Fixup initialization", arXiv:1901.09321.
 */
export function resnetStack(config: ResnetConfig, inputShape: Shape, classes: number): Stack {
  const { blocksPerStage, width } = config
  const blocks = Array.from({ length: config.blocks ?? RESNET_STAGES * blocksPerStage }, (_, index) => {
    const stage = Math.floor(index / blocksPerStage)
    const stride = stage > 0 && index % blocksPerStage === 0 ? 2 : 1
    return block({ name: `block${index + 1}`, channels: width * 2 ** stage, stride, normalization: config.normalization })
  })
  return assemble({
    titleAt: (depth) => `ResNet-${2 * depth + 2}, width ${width}${normSuffix(config.normalization)}`,
    inputShape,
    classes,
    couplesExamples: config.normalization === 'batch',
    stem: chain(
      convolution({ name: 'stem/conv', channels: width, kernelSize: 3, bias: 'none', initializer: heNormal }),
      normalization('stem/norm', config.normalization),
      activation('relu'),
    ),
    blocks,
    head: (_, prefix) => chain(meanOverPixels, dense({ name: `${prefix}classes`, units: classes, initializer: lecunNormal })),
  })
}

interface BlockOptions {
  readonly name: string
  readonly channels: number
  readonly stride: number
  readonly normalization: ResnetConfig['normalization']
}

function block({ name, channels, stride, normalization: norm }: BlockOptions): LayerBuilder {
  const branch = chain(
    convolution({ name: `${name}/conv1`, channels, kernelSize: 3, stride, bias: 'none', initializer: heNormal }),
    normalization(`${name}/norm1`, norm),
    activation('relu'),
    convolution({ name: `${name}/conv2`, channels, kernelSize: 3, bias: 'none', initializer: norm === 'none' ? zeros : heNormal }),
    normalization(`${name}/norm2`, norm),
  )
  const shortcut = chain(
    convolution({ name: `${name}/shortcut/conv`, channels, kernelSize: 1, stride, bias: 'none', initializer: heNormal }),
    normalization(`${name}/shortcut/norm`, norm),
  )
  return chain(stride === 1 ? residual(branch) : residual(branch, shortcut), activation('relu'))
}
