import type { ChannelMatrix } from '../../../main/contract/decorrelation-records.ts'

/** Correlations between channels, or between groups of them, as a full square. */
export interface DecodedMatrix {
  readonly size: number
  /** Channels a row stands for; above 1 a cell is a mean of |ρ|. */
  readonly group: number
  /** Row by row, `size` × `size`, from −1 to 1. */
  readonly values: Float32Array
}

/** What one byte stands for. */
const UNIT = 127

/**
 * Reads the bytes of a matrix as its record tells them: the upper triangle row by row, with its diagonal where rows are groups.
 *
 * A text that is too short leaves the rest at 0: a log may be of another version.
 *
 * @example Base64 of the bytes 127, 0, −127 for size 3 and group 1: ρ₀₁ = 1, ρ₀₂ = 0, ρ₁₂ = −1, with ones on the diagonal.
 */
export function decodeMatrix({ size, group, values }: ChannelMatrix): DecodedMatrix {
  const text = atob(values)
  const decoded = new Float32Array(size * size)
  let at = 0
  for (let row = 0; row < size; row++) {
    if (group === 1) decoded[row * size + row] = 1
    for (let column = group === 1 ? row + 1 : row; column < size; column++) {
      const byte = at < text.length ? text.charCodeAt(at) : 0
      const value = (byte > UNIT ? byte - 256 : byte) / UNIT
      decoded[row * size + column] = value
      decoded[column * size + row] = value
      at += 1
    }
  }
  return { size, group, values: decoded }
}

/** The same with rows and columns in another order. */
export function reordered({ size, group, values }: DecodedMatrix, order: readonly number[]): DecodedMatrix {
  const moved = new Float32Array(size * size)
  order.forEach((from, row) => order.forEach((other, column) => (moved[row * size + column] = values[from * size + other] ?? 0)))
  return { size, group, values: moved }
}

export interface ChannelPair {
  readonly first: number
  readonly second: number
  readonly correlation: number
}

/** The pairs that vary together most, by |ρ|, the strongest first. */
export function strongestPairs({ size, values }: DecodedMatrix, count: number): readonly ChannelPair[] {
  const pairs: ChannelPair[] = []
  for (let first = 0; first < size; first++) for (let second = first + 1; second < size; second++) pairs.push({ first, second, correlation: values[first * size + second] ?? 0 })
  return pairs.toSorted((one, other) => Math.abs(other.correlation) - Math.abs(one.correlation)).slice(0, count)
}
