import { LoupeError } from '../../contract/errors.ts'
import { tf } from '../../tensorflow/tf.ts'

/** Each example as one row: `[batch, ..., width]` to `[batch, positions·width]`. */
export function asExamples(x: tf.Tensor): tf.Tensor2D {
  return tf.reshape(x, [x.shape[0] ?? 1, -1])
}

/** Each token or pixel as one row: `[batch, ..., width]` to `[batch·positions, width]`. */
export function asRows(x: tf.Tensor): tf.Tensor2D {
  return tf.reshape(x, [-1, x.shape.at(-1) ?? 1])
}

/** Refuses features of two shapes. What compares them position by position needs the same one. */
export function requireSameShape(student: readonly number[], target: readonly number[]): void {
  if (student.length >= 2 && student.length === target.length && student.every((side, axis) => side === target[axis])) return
  throw new LoupeError(
    'shape-mismatch',
    `A student's feature [${student.join(', ')}] is to come close to a target of [${target.join(', ')}]. Both need one shape, [batch, ..., width]: choose blocks with features of the same shape, or an adaptor between them.`,
    { student, target },
  )
}

/** Refuses batches in which what relates examples to each other says nothing. */
export function requireExamples(what: string, examples: number, atLeast: number): void {
  if (examples >= atLeast) return
  throw new LoupeError('shape-mismatch', `${what} relates the examples of a batch to each other and needs at least ${atLeast} of them, got ${examples}. Use a larger batch.`, { examples, atLeast })
}
