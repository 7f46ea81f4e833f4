import { randomUniform } from '../../../tensorflow/ops.ts'
import { tf } from '../../../tensorflow/tf.ts'
import type { FlatLayout } from '../../../training/exchange/flat-layout.ts'
import { ROW } from '../../../training/exchange/flat-layout.ts'
import { unitSlices } from './padding.ts'

/** Fewer values than this are never drawn: a histogram of less says little. */
const FEWEST_DRAWN = 1024

export interface DrawOptions {
  /** Of the values of each unit, within (0, 1]. */
  readonly share: number
  /** Kept fraction: at least 2 / ratio values are drawn, or the sample would hold hardly any of those to be kept. */
  readonly ratio: number
  /** int32 `[2]`, fed. */
  readonly seed: tf.Tensor1D
}

/** The values of each unit that a fit looks at: rows drawn at random, one from each of equal stretches; or all values. */
export function drawRows(layout: FlatLayout, values: tf.Tensor1D, { share, ratio, seed }: DrawOptions): tf.Tensor1D[] {
  const whole = unitSlices(layout, values)
  const drawn = layout.units.map(({ elements }) => {
    const rows = Math.ceil(Math.max(share * elements, 2 / ratio, FEWEST_DRAWN) / ROW)
    // From nine tenths on a draw costs more than it spares.
    return rows * ROW > 0.9 * elements ? null : rows
  })
  const total = drawn.reduce((sum: number, rows) => sum + (rows ?? 0), 0)
  if (total === 0) return whole
  const [begin, stretch] = [new Float32Array(total), new Float32Array(total)]
  let next = 0
  layout.units.forEach(({ firstRow, elements }, unit) => {
    const rows = drawn[unit] ?? 0
    const length = Math.floor(elements / ROW) / rows // of whole rows only
    for (let i = 0; i < rows; i++, next++) [begin[next], stretch[next]] = [firstRow + i * length, length]
  })
  const at = tf.floor(tf.add(tf.tensor1d(begin), tf.mul(tf.mul(randomUniform([total], seed), 1 - 2 ** -20), tf.tensor1d(stretch))))
  const picked = tf.gather(tf.reshape<tf.Rank.R2>(values, [layout.rows, ROW]), tf.cast(at, 'int32') as tf.Tensor1D)
  let start = 0
  return drawn.map((rows, unit) => {
    if (rows === null) return whole[unit]! // one a unit
    const own = tf.reshape<tf.Rank.R1>(tf.slice(picked, [start, 0], [rows, ROW]), [rows * ROW])
    start += rows
    return own
  })
}
