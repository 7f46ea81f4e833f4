import type { Formats } from '../../format.ts'
import type { StudyReport } from './study.store.ts'

/** How the target's value is compared, as a sign. */
export function relation(criterion: string): string {
  return criterion.endsWith('accuracy') ? '≥' : '≤'
}

export type Saving =
  | { readonly kind: 'less' | 'more'; readonly share: number }
  | { readonly kind: 'same' }

/** Reads a saving: a positive share is saved, a negative one spent; under half a percent neither. */
export function readSaving(share: number): Saving {
  if (Math.abs(share) < 0.005) return { kind: 'same' }
  return share > 0 ? { kind: 'less', share } : { kind: 'more', share: -share }
}

/** The batch size as it should be read: whole, and with no more digits than its interval earns. */
export function readBatchSize(estimate: number, low: number | null, high: number | null, formats: Formats): string {
  const width = low !== null && high !== null ? high - low : 0
  const step = width > 0 ? 10 ** Math.max(0, Math.floor(Math.log10(width / 2)) - 1) : 1
  return formats.count(Math.round(estimate / step) * step)
}

/** The two ends of an interval of batch sizes: whole, unless it is so narrow that they would hide its width. */
export function readInterval(low: number, high: number, formats: Formats): { low: string; high: string } {
  const read = high - low < 4 ? (value: number) => formats.significant(value, 3) : formats.count
  return { low: read(low), high: read(high) }
}

/** The interval in signs: both ends, or the one that is bounded; empty without either. */
export function readEnds(low: number | null, high: number | null, formats: Formats): string {
  if (low !== null && high !== null) {
    const ends = readInterval(low, high, formats)
    return `${ends.low} – ${ends.high}`
  }
  if (low !== null) return `≥ ${formats.count(low)}`
  return high === null ? '' : `≤ ${formats.count(high)}`
}

/** Whether the verdict states a number to use. */
export function hasNumber(report: StudyReport): boolean {
  return report.criticalBatchSize.estimate !== null
}
