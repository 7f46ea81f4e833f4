import type { ExchangeConfig } from '../../../main/contract/exchange-config.ts'
import type { GradientRecord } from '../../../main/contract/gradient-records.ts'
import type { Side } from '../../../main/methods/gradient-quantization/distributions/threshold.ts'
import { norm, readBars } from './bars.ts'

/** The share of a unit's values that was to be sent at that step, which a warm-up may have raised; null where its compressor knows of none. */
export function askedRatio({ compression, elements }: Pick<GradientRecord, 'compression' | 'elements'>, { compressor }: ExchangeConfig): number | null {
  if (compression.asked !== null && compression.asked > 0 && elements > 0) return compression.asked / elements
  return 'ratio' in compressor ? compressor.ratio : null
}

/** On which side of the centre values are sent. */
export function sideOf({ compressor }: ExchangeConfig): Side {
  return compressor.kind === 'fitted' ? compressor.side : 'both'
}

/** Sent over asked; null where nothing was asked for. */
export function sentOverAsked({ kept, asked }: { readonly kept: number | null; readonly asked: number | null }): number | null {
  return kept === null || asked === null || asked <= 0 ? null : kept / asked
}

/** |error| / |values| of a unit, from its histograms; null where all values are 0. */
export function relativeErrorOf({ histograms }: Pick<GradientRecord, 'histograms'>): number | null {
  const values = norm(readBars(histograms.values))
  return values === 0 ? null : norm(readBars(histograms.error)) / values
}
