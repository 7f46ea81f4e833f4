import { MATRIX_CHANNELS } from '../../contract/decorrelation-records.ts'
import type { ChannelMatrix } from '../../contract/decorrelation-records.ts'

const MOST = 127

/**
 * Correlations between channels as they are logged; see {@link ChannelMatrix}.
 *
 * @param correlations  `[channels, channels]`, row by row, within [−1, 1].
 */
export function encodeMatrix(correlations: ArrayLike<number>, channels: number): ChannelMatrix {
  const group = Math.ceil(channels / MATRIX_CHANNELS)
  const size = Math.ceil(channels / group)
  const cells: number[] = []
  for (let i = 0; i < size; i++) {
    for (let j = group === 1 ? i + 1 : i; j < size; j++) cells.push(group === 1 ? (correlations[i * channels + j] ?? 0) : meanOfGroup(correlations, { channels, group, i, j }))
  }
  return { size, group, values: Buffer.from(Int8Array.from(cells, (value) => Math.round(MOST * Math.min(1, Math.max(-1, value)))).buffer).toString('base64') }
}

/** Mean of |ρ| over the pairs of two groups, or within one without the diagonal. */
function meanOfGroup(correlations: ArrayLike<number>, { channels, group, i, j }: { readonly channels: number; readonly group: number; readonly i: number; readonly j: number }): number {
  let [sum, pairs] = [0, 0]
  for (let row = i * group; row < Math.min(channels, (i + 1) * group); row++) {
    for (let column = j * group; column < Math.min(channels, (j + 1) * group); column++) {
      if (row === column) continue
      sum += Math.abs(correlations[row * channels + column] ?? 0)
      pairs++
    }
  }
  return pairs === 0 ? 0 : sum / pairs
}
