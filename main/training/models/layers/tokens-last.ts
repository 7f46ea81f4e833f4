import { tf } from '../../../tensorflow/tf.ts'
import type { LayerBuilder } from './layer.ts'

/** Applies a layer with tokens and channels exchanged, `[channels, tokens]`, and changes them back. */
export function tokensLast(inner: LayerBuilder): LayerBuilder {
  return ([tokens = 1, width = 1]) => {
    const layer = inner([width, tokens])
    const [outputWidth = 1, outputTokens = 1] = layer.outputShape
    return {
      ...layer,
      outputShape: [outputTokens, outputWidth],
      apply: (x, pass) => tf.transpose(layer.apply(tf.transpose(x, [0, 2, 1]), pass), [0, 2, 1]),
    }
  }
}
