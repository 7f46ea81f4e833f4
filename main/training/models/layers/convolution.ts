import { tf } from '../../../tensorflow/tf.ts'
import { sizeOf, zeros, type Initializer } from '../initializers.ts'
import { biasAdd } from '../../../tensorflow/ops.ts'
import { plainLayer, type LayerBuilder, type ParameterSpec } from './layer.ts'

export interface ConvolutionOptions {
  /** Prefix of `kernel` `[side, side, in, channels]` and, where there is one, `bias` `[channels]`. */
  readonly name: string
  readonly channels: number
  readonly kernelSize: number
  /** 1 when left out. */
  readonly stride?: number
  /** `none` before a norm, whose offset does the same. */
  readonly bias: 'zeros' | 'none'
  readonly initializer: Initializer
}

/**
 * A convolution of images `[height, width, in]`, padded so that the output has ⌈side/stride⌉ pixels a side.
 *
 * With stride 2 and an even side, TensorFlow pads one row more at the bottom and right than at the top and left, where
 * PyTorch's `padding=1` pads both sides alike: the same network up to a shift of one pixel.
 * Counts outputHeight·outputWidth·side²·in·channels multiply-accumulates, padding included.
 */
export function convolution({ name, channels, kernelSize, stride = 1, bias, initializer }: ConvolutionOptions): LayerBuilder {
  return (shape) => {
    const [height = 1, width = 1, inputs = 1] = shape
    const outputShape = [Math.ceil(height / stride), Math.ceil(width / stride), channels]
    const kernel: ParameterSpec = { name: `${name}/kernel`, shape: [kernelSize, kernelSize, inputs, channels], initializer }
    return {
      outputShape,
      parameters: bias === 'none' ? [kernel] : [kernel, { name: `${name}/bias`, shape: [channels], initializer: zeros }],
      statistics: [],
      macs: sizeOf(outputShape) * kernelSize * kernelSize * inputs,
      kept: sizeOf(outputShape),
      draws: 0,
      apply: (x, pass) => {
        // The rank follows from the builder's shapes; tfjs types it apart.
        const y = tf.conv2d(x as tf.Tensor4D, pass.parameter(`${name}/kernel`) as tf.Tensor4D, stride, 'same')
        return bias === 'none' ? y : biasAdd(y, pass.parameter(`${name}/bias`))
      },
    }
  }
}

/** Largest of each 2×2 square; an odd last row or column is left out, as PyTorch's `MaxPool2d(2)` does. */
export const maxPool: LayerBuilder = ([height = 1, width = 1, channels = 1]) => {
  const outputShape = [Math.floor(height / 2), Math.floor(width / 2), channels]
  return plainLayer({ outputShape, kept: sizeOf(outputShape), apply: (x) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid') })
}

/** Mean over all pixels, `[batch, channels]`. */
export const meanOverPixels: LayerBuilder = ([, , channels = 1]) =>
  plainLayer({ outputShape: [channels], kept: channels, apply: (x) => tf.mean(x, [1, 2]) })

/** Mean over all tokens, `[batch, width]`. */
export const meanOverTokens: LayerBuilder = ([, width = 1]) =>
  plainLayer({ outputShape: [width], kept: width, apply: (x) => tf.mean(x, 1) })
