import { tf } from '../../../tensorflow/tf.ts'
import { add, clamped, div, double, mul, rowSum, sub } from './doubles.ts'
import type { Double } from './doubles.ts'
import { cast, gather, same } from './dynamic-ops.ts'

/** Functions given by a table, along straight lines between its entries. */
export const interpolated = {
  /** The value at places from 0 to the table's last: float64 `[units, 1]`. */
  at(table: readonly number[], place: Double): Double {
    const from = cast(clamped(same('Floor', place), 0, table.length - 2), 'int32')
    const [low, high] = [table, table.slice(1)].map((entries) => double(gather(tf.tensor1d([...entries]), from))) as [Double, Double] // two of two
    return add(low, mul(sub(place, double(from)), sub(high, low)))
  },
  /** Where in a rising table a value stands: float64 `[units, 1]` from 0 to the last place, cut there. */
  placeOf(table: readonly number[], value: Double): Double {
    const passed = rowSum(cast(same('LessEqual', double(tf.tensor2d([...table], [1, table.length])), value), 'int32'))
    const from = same('Minimum', same('Maximum', same('Sub', passed, tf.scalar(1, 'int32')), tf.scalar(0, 'int32')), tf.scalar(table.length - 2, 'int32'))
    const [low, high] = [table, table.slice(1)].map((entries) => double(gather(tf.tensor1d([...entries]), from))) as [Double, Double] // two of two
    return add(double(from), clamped(div(sub(value, low), sub(high, low)), 0, 1))
  },
}
