import { LoupeError } from '../../../contract/errors.ts'
import { tf } from '../../../tensorflow/tf.ts'
import { glorotUniform } from '../initializers.ts'
import { dense } from './dense.ts'
import { totals, type LayerBuilder } from './layer.ts'

/** Which tokens a token reads: all, or itself and those before it. */
export type Reach = 'bidirectional' | 'causal'

export interface AttentionOptions {
  readonly name: string
  readonly heads: number
  readonly reach: Reach
}

/**
 * Self-attention with several heads over tokens `[tokens, width]`: softmax(QKᵀ/√d)·V for each head, then a dense layer.
 *
 * One product makes query, key and value: `NAME/qkv` has 3·width units, ordered query, key, value, each head by head.
 * Glorot's limits take each of the three as a matrix of its own. `NAME/output` mixes the heads.
 * Counts 2·tokens²·width multiply-accumulates beside the dense layers': scores and weighted sums. With causal reach later tokens are
 * masked, not left out: they cost as much.
 *
 * @throws LoupeError `shape-mismatch` where the heads do not divide the width.
 * @see Vaswani et al. 2017, "Attention is all you need", arXiv:1706.03762.
 */
export function attention({ name, heads, reach }: AttentionOptions): LayerBuilder {
  return (shape) => {
    const [tokens = 1, width = 1] = shape
    if (width % heads !== 0) {
      throw new LoupeError(
        'shape-mismatch',
        `${heads} attention heads do not divide a width of ${width}. Set heads to a divisor of the width, or the width to a multiple of ${heads}.`,
        { heads, width },
      )
    }
    const depth = width / heads
    const qkv = dense({ name: `${name}/qkv`, units: 3 * width, initializer: glorotUniform(width) })(shape)
    const output = dense({ name: `${name}/output`, units: width, initializer: glorotUniform() })(shape)
    const sums = totals([qkv, output])
    return {
      ...sums,
      outputShape: shape,
      macs: sums.macs + 2 * tokens * tokens * width,
      kept: sums.kept + 3 * tokens * width + heads * tokens * tokens + tokens * width,
      apply: (x, pass) => {
        const batch = x.shape[0] ?? -1
        const split = tf.reshape(qkv.apply(x, pass), [batch, tokens, 3, heads, depth])
        // One transpose puts all three in front; unstacking there copies nothing else, and its gradient is one stack.
        const [query, key, value] = tf.unstack(tf.transpose(split, [2, 0, 3, 1, 4]), 0)
        if (!query || !key || !value) throw new LoupeError('internal', 'Attention could not be split into query, key and value.')
        // The query is scaled, not the scores: depth numbers a token, not one a pair of tokens.
        const scores = tf.matMul(tf.mul(query, 1 / Math.sqrt(depth)), key, false, true)
        const weights = tf.softmax(reach === 'causal' ? tf.add(scores, laterMasked(tokens)) : scores)
        const mixed = tf.transpose(tf.matMul(weights, value), [0, 2, 1, 3])
        return output.apply(tf.reshape(mixed, [batch, tokens, width]), pass)
      },
    }
  }
}

/** `[tokens, tokens]`, added to scores: 0 up to the diagonal; after it so low that a softmax gives exactly 0 in float32. */
function laterMasked(tokens: number): tf.Tensor2D {
  const values = Float32Array.from({ length: tokens * tokens }, (_, index) => (index % tokens > Math.floor(index / tokens) ? -1e9 : 0))
  return tf.tensor2d(values, [tokens, tokens])
}
