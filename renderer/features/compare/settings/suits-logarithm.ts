import type { FieldValue } from '../../../../main/contract/annotations.ts'

/** Times that the greatest value is the least before a logarithmic axis is taken unasked. */
const wide = 30

/** Whether values are best looked at on a logarithmic axis: all above 0, and over a wide range, as batch sizes and learning rates are. */
export function suitsLogarithm(values: readonly FieldValue[]): boolean {
  let [low, high] = [Infinity, 0]
  for (const value of values) {
    if (typeof value !== 'number' || !Number.isFinite(value)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return low > 0 && high / low > wide
}
