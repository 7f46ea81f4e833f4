import type { Formats } from '../../format.ts'

/** A difference of accuracies, with its sign; a share of one as percentage points. */
export function points(difference: number, f: Formats): string {
  const text = f.significant(Math.abs(difference * 100), 2)
  const sign = difference > 0 ? '+' : difference < 0 ? '−' : '±'
  return `${sign}${text} pt`
}
