import type { CompressorConfig } from '../../../contract/exchange-config.ts'
import type { Compressor } from '../../../training/exchange/compressor.ts'
import { dense } from './dense.ts'
import { fitted } from './fitted.ts'
import { fixedThreshold } from './fixed-threshold.ts'
import { oneBit } from './one-bit.ts'
import { randomK } from './random-k.ts'
import { randomLevels } from './random-levels.ts'
import { sidco } from './sidco.ts'
import { sparseCode } from './sparse-code.ts'
import { topK } from './top-k.ts'

/** The compressor that a config describes. Its graph is built where its methods are called, in the trace of a step. */
export function createCompressor(config: CompressorConfig): Compressor {
  switch (config.kind) {
    case 'fitted':
      return fitted(config, sparseCode(config, config.ratio))
    case 'top-k':
      return topK(sparseCode(config, config.ratio))
    case 'random-k':
      return randomK(sparseCode(config, config.ratio))
    case 'threshold':
      return fixedThreshold(config.threshold, sparseCode(config, null))
    case 'sidco':
      return sidco(config.stages, sparseCode(config, config.ratio))
    case 'qsgd':
      return randomLevels({ levels: config.levels, scale: 'norm' })
    case 'terngrad':
      return randomLevels({ levels: 1, scale: 'greatest' })
    case 'one-bit':
      return oneBit
    case 'dense':
      return dense
  }
}
