import type { CompressorConfig } from '../../../contract/exchange-config.ts'
import { LoupeError } from '../../../contract/errors.ts'
import type { Compressor } from '../../../training/exchange/compressor.ts'
import { dense } from './dense.ts'
import { fitted } from './fitted.ts'
import { fixedThreshold } from './fixed-threshold.ts'
import { randomK } from './random-k.ts'
import { indexedFloats } from './sparse-code.ts'
import { topK } from './top-k.ts'

/** The compressor that a config describes. Its graph is built where its methods are called, in the trace of a step. */
export function createCompressor(config: CompressorConfig): Compressor {
  if (config.kind === 'dense') return dense
  if (config.kind === 'top-k') return topK(indexedFloats)
  if (config.kind === 'random-k') return randomK(indexedFloats)
  if (config.kind === 'threshold') return fixedThreshold(config.threshold, indexedFloats)
  if (config.kind === 'fitted') return fitted(config, indexedFloats)
  throw new LoupeError('unsupported', `The compressor "${config.kind}" cannot be traced.`, { kind: config.kind })
}
