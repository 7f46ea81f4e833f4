import { tf } from '../../../tensorflow/tf.ts'
import { lecunNormal } from '../initializers.ts'
import { meanOverTokens } from './convolution.ts'
import { dense, flatten } from './dense.ts'
import { chain, plainLayer, type LayerBuilder } from './layer.ts'
import { layerNorm } from './normalization.ts'

export interface TokenHeadOptions {
  /** Before the names of the parameters, `norm` and `classes`. */
  readonly prefix: string
  readonly classes: number
  /** What is classified: the mean of all tokens, the first or the last one, or all in a row. */
  readonly token: 'mean' | 'first' | 'last' | 'all'
}

/** From tokens `[tokens, width]` to logits: a norm, one token of all or all in a row, the classes. */
export function tokenHead({ prefix, classes, token }: TokenHeadOptions): LayerBuilder {
  const norm = layerNorm(`${prefix}norm`)
  // A norm works token by token, so that one can be taken before it.
  const read = { mean: chain(norm, meanOverTokens), first: chain(tokenAt(() => 0), norm), last: chain(tokenAt((tokens) => tokens - 1), norm), all: chain(norm, flatten) }[token]
  return chain(read, dense({ name: `${prefix}classes`, units: classes, initializer: lecunNormal }))
}

function tokenAt(place: (tokens: number) => number): LayerBuilder {
  return ([tokens = 1, width = 1]) =>
    plainLayer({
      outputShape: [width],
      kept: 0,
      apply: (x) => tf.reshape(tf.slice(x, [0, place(tokens), 0], [-1, 1, -1]), [x.shape[0] ?? -1, width]),
    })
}
