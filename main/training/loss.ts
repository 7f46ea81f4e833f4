import { LoupeError } from '../contract/errors.ts'
import { sparseSoftmaxCrossEntropy } from '../tensorflow/ops.ts'
import { tf } from '../tensorflow/tf.ts'

/**
 * The cross-entropy of each example in nats, against labels smoothed by a.
 *
 *     loss = (1 − a)·(−ln p_y) + a/C·Σ_c(−ln p_c)        p = softmax(logits)
 *
 * @param logits  float32 `[n, classes]`.
 * @param labels  int32 `[n]`, each within [0, classes).
 * @param labelSmoothing  a, from 0 to 1: the share of a label spread evenly over all classes. Frozen into a trace.
 * @returns float32 `[n]`, not averaged.
 * @throws LoupeError `shape-mismatch` where there is not one label for each row of logits.
 * @see Szegedy et al. 2016, "Rethinking the Inception architecture", arXiv:1512.00567, section 7.
 */
export function classificationLoss(logits: tf.Tensor2D, labels: tf.Tensor1D, labelSmoothing: number): tf.Tensor1D {
  requireLabels(logits, labels)
  const hard = sparseSoftmaxCrossEntropy(logits, labels)
  if (labelSmoothing === 0) return hard
  const even = tf.neg(tf.mean(tf.logSoftmax(logits), 1))
  return tf.add<tf.Tensor1D>(tf.mul(hard, 1 - labelSmoothing), tf.mul(even, labelSmoothing))
}

/**
 * The least value that {@link classificationLoss} can have, in nats: the entropy of a smoothed label.
 *
 *     −(1 − a + a/C)·ln(1 − a + a/C) − (C − 1)·(a/C)·ln(a/C)
 *
 * A target loss below it is never reached.
 *
 * @example idealLoss(10, 0) is 0; idealLoss(10, 0.1) is 0.5003 (0.91·0.0943 + 9·0.01·4.6052).
 */
export function idealLoss(classes: number, labelSmoothing: number): number {
  const other = labelSmoothing / classes
  return plogp(1 - labelSmoothing + other) + (classes - 1) * plogp(other)
}

/**
 * Which examples' largest logit is that of their label: float32 `[n]` of 0 and 1. Their sum is the number of correct answers.
 *
 * Of equal logits the first counts.
 */
export function correctPredictions(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  requireLabels(logits, labels)
  return tf.cast<tf.Tensor1D>(tf.equal(tf.argMax(logits, 1), labels), 'float32')
}

/** −p·ln p, 0 at 0. */
function plogp(probability: number): number {
  return probability > 0 ? -probability * Math.log(probability) : 0
}

function requireLabels(logits: tf.Tensor2D, labels: tf.Tensor1D): void {
  if (logits.rank === 2 && labels.rank === 1 && logits.shape[0] === labels.shape[0]) return
  throw new LoupeError(
    'shape-mismatch',
    `A loss needs logits [n, classes] and labels [n], and got [${logits.shape.join(', ')}] and [${labels.shape.join(', ')}]. Give one label for each row of logits.`,
    { logits: logits.shape, labels: labels.shape },
  )
}
