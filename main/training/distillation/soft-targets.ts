import { LoupeError } from '../../contract/errors.ts'
import { tf } from '../../tensorflow/tf.ts'
import { withGradient } from '../../tensorflow/with-gradient.ts'

export interface SoftTargets {
  /** Logits, float32 `[batch, classes]`. Differentiable. */
  readonly student: tf.Tensor2D
  /** Logits of the student's shape. Differentiable as well: stop its gradient for a constant teacher. */
  readonly teacher: tf.Tensor2D
  /** T > 0, frozen into a trace: the higher, the more the wrong classes count. */
  readonly temperature: number
}

/**
 * How far a student's softened probabilities are from its teacher's, in nats times T².
 *
 *     loss = T² · mean over the batch of KL(p ‖ q) = Σ_c p_c·(ln p_c − ln q_c)        p = softmax(teacher/T), q = softmax(student/T)
 *
 * T² keeps the gradient's size as T changes. The sum is over classes: dividing by their number as well, as some implementations do, makes
 * the loss that many times weaker.
 *
 *     ∂/∂student = T·(q − p)/n        ∂/∂teacher = T·p·(ln p − ln q − KL)/n
 *
 * @returns A scalar ≥ 0; 0 where the logits differ by one constant an example.
 * @throws LoupeError `shape-mismatch` where there are not as many logits on both sides, `invalid-input` for a temperature of 0 or less.
 *
 * @example Teacher (2, 0), student (0, 0): 0.327813 at T = 1, 4 · 0.110944 = 0.443776 at T = 2, and towards ½ as T grows.
 * @see Hinton et al. 2015, "Distilling the knowledge in a neural network", arXiv:1503.02531.
 */
export function softTargetLoss({ student, teacher, temperature }: SoftTargets): tf.Scalar {
  requireLogits(student.shape, teacher.shape)
  if (!(temperature > 0 && Number.isFinite(temperature))) {
    throw new LoupeError('invalid-input', `A temperature of soft targets is greater than 0, got ${temperature}.`, { temperature })
  }
  const value = withGradient([student, teacher], () => {
    const [logP, logQ] = [tf.logSoftmax(tf.div<tf.Tensor2D>(teacher, temperature)), tf.logSoftmax(tf.div<tf.Tensor2D>(student, temperature))]
    const p = tf.exp(logP)
    // ln p − ln q of which the mean under p is taken away: all that changes an example's divergence.
    const difference = tf.div(tf.sub(teacher, student), temperature)
    const surprise = tf.sub(difference, tf.sum(tf.mul(p, difference), 1, true))
    const divergences = divergence(p, tf.sum(tf.mul(p, tf.sub(logP, logQ)), 1), surprise)
    return {
      value: tf.mul(tf.mean(divergences), temperature ** 2),
      saved: [p, logQ, surprise],
      gradients: (dy, saved) => gradients(tf.mul(dy, temperature / student.shape[0]), saved),
    }
  })
  return value as tf.Scalar // a mean over all examples
}

/**
 * The divergence of each example: as summed, or where all logits nearly agree, as at high temperatures, without its loss of digits.
 *
 * With u = ln p − ln q − KL, whose mean under p is 0, KL = ln Σ p·e^(−u) = ln(1 + Σ p·(e^(−u) − 1 + u)), and every term is ≥ 0.
 */
function divergence(p: tf.Tensor, summed: tf.Tensor, surprise: tf.Tensor): tf.Tensor {
  const near = tf.clipByValue(surprise, -NEAR, NEAR)
  const terms = tf.mul(p, tf.add(tf.expm1(tf.neg(near)), near))
  const isNear = tf.lessEqual(tf.max(tf.abs(surprise), 1), NEAR)
  return tf.where(isNear, tf.log1p(tf.sum(terms, 1)), summed)
}

const NEAR = 0.5

function gradients(scale: tf.Tensor, saved: readonly tf.Tensor[]): tf.Tensor[] {
  const [p, logQ, surprise] = saved as [tf.Tensor, tf.Tensor, tf.Tensor] // as saved by the forward pass
  return [tf.mul(tf.sub(tf.exp(logQ), p), scale), tf.mul(tf.mul(p, surprise), scale)]
}

function requireLogits(student: readonly number[], teacher: readonly number[]): void {
  if (student.length === 2 && teacher.length === 2 && student[0] === teacher[0] && student[1] === teacher[1]) return
  throw new LoupeError(
    'shape-mismatch',
    `Soft targets compare logits [batch, classes] of one shape, and got a student's [${student.join(', ')}] and a teacher's [${teacher.join(', ')}]. Give both the same batch and classes.`,
    { student, teacher },
  )
}
