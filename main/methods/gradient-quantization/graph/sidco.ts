import { inPhase } from '../../../tensorflow/ops.ts'
import { tf } from '../../../tensorflow/tf.ts'
import type { Compressor } from '../../../training/exchange/compressor.ts'
import type { FlatLayout } from '../../../training/exchange/flat-layout.ts'
import { ROW } from '../../../training/exchange/flat-layout.ts'
import { askedCount } from './asked-count.ts'
import { selectBeyond } from './selection.ts'
import type { SparseCode } from './sparse-code.ts'
import { sparseCompressor } from './sparse-compressor.ts'
import { ofEachRow, sumPerUnit, unitElements } from './unit-table.ts'

/** What the first of several stages keeps. */
const FIRST_RATIO = 0.25

/**
 * Thresholds from exponentials fitted in stages: the first to all magnitudes, each other to what lies beyond the threshold before.
 *
 *     τ₁ = −mean|x| · ln δ₁      τᵢ = τᵢ₋₁ − mean(|x| − τᵢ₋₁ beyond τᵢ₋₁) · ln δᵢ      δ₁ = ¼, δ₁·δ₂·… = δ
 *
 * A stage that nothing is beyond leaves the threshold as it is.
 *
 * @see Abdelmoniem et al. 2021, "An Efficient Statistical-based Gradient Compression Technique for Distributed Training Systems" (SIDCo-E),
 *   arXiv:2101.10761. Differs from it: the number of stages is given and does not adapt.
 */
export function sidco(stages: number, code: SparseCode): Compressor {
  return sparseCompressor({
    code,
    choose({ layout, values, ratio }) {
      const upper = inPhase('fit', () => stagedThreshold(layout, values, { ratio, stages }))
      const limits = { lower: tf.neg<tf.Tensor1D>(upper), upper }
      return { selection: selectBeyond(layout, values, limits), readings: { ...limits, asked: askedCount(unitElements(layout), ratio) } }
    },
  })
}

function stagedThreshold(layout: FlatLayout, values: tf.Tensor1D, { ratio, stages }: { readonly ratio: tf.Scalar; readonly stages: number }): tf.Tensor1D {
  const magnitudes = tf.abs(tf.reshape<tf.Rank.R2>(values, [layout.rows, ROW]))
  const first: tf.Scalar = stages === 1 ? ratio : tf.maximum(ratio, FIRST_RATIO)
  const others = tf.pow(tf.div(ratio, first), 1 / Math.max(1, stages - 1))
  let threshold = tf.mul<tf.Tensor1D>(tf.neg(tf.log(first)), tf.div(sumPerUnit(layout, tf.sum(magnitudes, 1)), unitElements(layout)))
  for (let stage = 1; stage < stages; stage++) {
    const excess = tf.sub(magnitudes, tf.reshape(ofEachRow(layout, threshold), [-1, 1]))
    const beyond = sumPerUnit(layout, tf.sum(tf.cast(tf.greater(excess, 0), 'float32'), 1))
    const mean = tf.divNoNan(sumPerUnit(layout, tf.sum(tf.relu(excess), 1)), beyond)
    threshold = tf.sub(threshold, tf.mul(mean, tf.log(others)))
  }
  return threshold
}
