import type * as TensorFlow from '@tensorflow/tfjs'
import type { TaskLossKind } from '../../contract/decorrelation-config.ts'
import { tf } from '../../tensorflow/tf.ts'
import { classificationLoss } from '../loss.ts'

/** Under the root of a norm: an output that is the same for all classes has a correlation of 0 with everything. */
const LEAST_SQUARE = 1e-12

export interface TaskLossOptions {
  readonly kind: TaskLossKind
  /** float32 `[n, classes]`. Differentiable. */
  readonly logits: TensorFlow.Tensor2D
  /** int32 `[n]`. */
  readonly labels: TensorFlow.Tensor1D
  readonly labelSmoothing: number
}

/**
 * How far the output is from what the labels ask for, one value an example: the second loss of the source.
 *
 *     cross-entropy   −Σ t·ln softmax(o)
 *     squared-error   Σ (o − t)²/C
 *     correlation     1 − ρ(t, o) over the classes, from 0 to 2; blind to scale and shift of the outputs
 *
 * @returns float32 `[n]`.
 * @example Label (1, 0, 0): (0.8, 0.1, 0.1) has a correlation loss of 0, (0.1, 0.8, 0.1) one of 1.5.
 * @see Source, l. 199–205: the loss may itself be made of a correlation coefficient. Labels are smoothed as in the cross-entropy.
 */
export function taskLoss({ kind, logits, labels, labelSmoothing }: TaskLossOptions): TensorFlow.Tensor1D {
  if (kind === 'cross-entropy') return classificationLoss(logits, labels, labelSmoothing)
  const classes = logits.shape[1]
  const hard = tf.cast(tf.oneHot(labels, classes), 'float32')
  const wanted = tf.add(tf.mul(hard, 1 - labelSmoothing), labelSmoothing / classes)
  if (kind === 'squared-error') return tf.mean<TensorFlow.Tensor1D>(tf.square(tf.sub(logits, wanted)), 1)
  const [t, o] = [centred(wanted), centred(logits)]
  const sizes = tf.sqrt(tf.add(tf.mul(tf.sum(tf.square(t), 1), tf.sum(tf.square(o), 1)), LEAST_SQUARE))
  return tf.sub<TensorFlow.Tensor1D>(1, tf.div(tf.sum(tf.mul(t, o), 1), sizes))
}

function centred(rows: TensorFlow.Tensor): TensorFlow.Tensor {
  return tf.sub(rows, tf.mean(rows, 1, true))
}
