import type { Ratio, Spread } from '../contract/spread.ts'

/** Mean and deviation as whole numbers; a dash for what is not known. */
export function whole(spread: Spread | null): string {
  if (spread === null) return '–'
  return spread.deviation === null ? String(Math.round(spread.mean)) : `${Math.round(spread.mean)} ± ${Math.round(spread.deviation)}`
}

/** Mean and deviation of a share, in per cent. */
export function inPercent(spread: Spread | null): string {
  if (spread === null) return '–'
  return `${(spread.mean * 100).toFixed(2)}${spread.deviation === null ? '' : ` ± ${(spread.deviation * 100).toFixed(2)}`}`
}

/** A difference of shares, in points with its sign, and its interval. */
export function inPoints(spread: Spread | null): string {
  if (spread === null) return '–'
  const signed = (share: number) => `${share < 0 ? '-' : '+'}${Math.abs(share * 100).toFixed(2)}`
  return spread.low === null || spread.high === null ? signed(spread.mean) : `${signed(spread.mean)} (${signed(spread.low)} to ${signed(spread.high)})`
}

/** A ratio, or the mean of one. */
export function asFactor(ratio: Ratio | Spread | null): string {
  return ratio === null ? '–' : ('value' in ratio ? ratio.value : ratio.mean).toFixed(2)
}
