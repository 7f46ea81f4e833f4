import { tf } from '../../../tensorflow/tf.ts'
import { lecunNormal } from '../initializers.ts'
import { meanOverTokens } from './convolution.ts'
import { dense } from './dense.ts'
import { chain, plainLayer, type LayerBuilder } from './layer.ts'
import { layerNorm } from './normalization.ts'

export interface TokenHeadOptions {
  /** Before the names of the parameters, `norm` and `classes`. */
  readonly prefix: string
  readonly classes: number
  /** Which token is classified: the mean of all, or the last. */
  readonly token: 'mean' | 'last'
}

/** From tokens `[tokens, width]` to logits: a norm, one token of all, the classes. */
export function tokenHead({ prefix, classes, token }: TokenHeadOptions): LayerBuilder {
  const norm = layerNorm(`${prefix}norm`)
  // A norm works token by token, so that the last one can be taken before it.
  const one = token === 'last' ? chain(lastToken, norm) : chain(norm, meanOverTokens)
  return chain(one, dense({ name: `${prefix}classes`, units: classes, initializer: lecunNormal }))
}

const lastToken: LayerBuilder = ([tokens = 1, width = 1]) =>
  plainLayer({
    outputShape: [width],
    kept: 0,
    apply: (x) => tf.reshape(tf.slice(x, [0, tokens - 1, 0], [-1, 1, -1]), [x.shape[0] ?? -1, width]),
  })
