import { lecunNormal } from '../initializers.ts'
import { meanOverTokens } from './convolution.ts'
import { dense } from './dense.ts'
import { chain, type LayerBuilder } from './layer.ts'
import { layerNorm } from './normalization.ts'

/** From tokens `[tokens, width]` to logits: `norm`, the mean over tokens, `classes`; the prefix goes before both names. */
export function tokenHead(prefix: string, classes: number): LayerBuilder {
  return chain(layerNorm(`${prefix}norm`), meanOverTokens, dense({ name: `${prefix}classes`, units: classes, initializer: lecunNormal }))
}
