import { glorotUniform } from '../initializers.ts'
import { attention, type Reach } from './attention.ts'
import { dense } from './dense.ts'
import { dropout } from './dropout.ts'
import { chain, type LayerBuilder } from './layer.ts'
import { layerNorm } from './normalization.ts'
import { residual } from './residual.ts'

export interface TransformerBlockOptions {
  readonly name: string
  readonly width: number
  readonly heads: number
  readonly mlpRatio: number
  readonly dropout: number
  /** `bidirectional` when left out. */
  readonly attention?: Reach
}

/**
 * A transformer block with the norm before each part (pre-norm): x + attention(norm x), then x + MLP(norm x) with gelu between.
 *
 * With an MLP ratio of 4, width d and n tokens it has 12d² + 13d parameters and 12nd² + 2n²d multiply-accumulates.
 *
 * @example Width 64 over 64 tokens: 49,984 parameters, 3,670,016 multiply-accumulates.
 */
export function transformerBlock({ name, width, heads, mlpRatio, dropout: rate, attention: reach = 'bidirectional' }: TransformerBlockOptions): LayerBuilder {
  const hidden = Math.max(1, Math.round(width * mlpRatio))
  return chain(
    residual(chain(layerNorm(`${name}/norm1`), attention({ name: `${name}/attention`, heads, reach }), dropout(rate))),
    residual(
      chain(
        layerNorm(`${name}/norm2`),
        dense({ name: `${name}/mlp1`, units: hidden, initializer: glorotUniform(), activation: 'gelu' }),
        dense({ name: `${name}/mlp2`, units: width, initializer: glorotUniform() }),
        dropout(rate),
      ),
    ),
  )
}
