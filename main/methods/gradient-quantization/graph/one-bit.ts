import { tf } from '../../../tensorflow/tf.ts'
import { elementCompressor } from './element-codes.ts'
import { ofEachRow, sumPerUnit, unitElements } from './unit-table.ts'

/**
 * Sends a bit for each element, whether it is above 0, and of each unit the means of those above and of the others.
 *
 * It lives by the memory of errors, which are as large as the values.
 *
 * @see Seide et al. 2014, "1-Bit Stochastic Gradient Descent". Differs from it: means are those of a unit, not of a matrix's column.
 */
export const oneBit = elementCompressor({
  bits: 1,
  meaningShape: [2],
  encode({ layout }, matrix) {
    const isAbove = tf.cast(tf.greater(matrix, 0), 'float32') as tf.Tensor2D // of the matrix's shape
    const above = sumPerUnit(layout, tf.sum(isAbove, 1))
    const sumAbove = sumPerUnit(layout, tf.sum(tf.relu(matrix), 1))
    const sumBelow = sumPerUnit(layout, tf.sum(tf.minimum(matrix, 0), 1))
    const meaning = tf.stack([tf.divNoNan(sumBelow, tf.sub(unitElements(layout), above)), tf.divNoNan(sumAbove, above)], 1)
    return { codes: isAbove, meaning }
  },
  decode(layout, codes, meaning) {
    const [below, above] = tf.unstack(meaning, 1).map((mean) => tf.reshape(ofEachRow(layout, mean as tf.Tensor1D), [-1, 1])) // two columns
    return tf.where(tf.greater(codes, 0), above!, below!)
  },
})
