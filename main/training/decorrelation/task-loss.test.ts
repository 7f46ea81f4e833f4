import { describe, expect, test } from 'vitest'
import { openReference } from '../../tensorflow/reference.ts'
import { tf } from '../../tensorflow/tf.ts'
import { taskLoss } from './task-loss.ts'

await openReference()

function lossOf(kind: 'cross-entropy' | 'squared-error' | 'correlation', output: readonly number[], labelSmoothing = 0): number {
  return taskLoss({ kind, logits: tf.tensor2d([[...output]]), labels: tf.tensor1d([0], 'int32'), labelSmoothing }).dataSync()[0]!
}

describe('the second loss', () => {
  test('by correlation is 0 for outputs in proportion, 1.5 where they speak for another class, 1 where they say nothing', () => {
    expect(lossOf('correlation', [0.8, 0.1, 0.1])).toBeCloseTo(0, 6)
    expect(lossOf('correlation', [0.1, 0.8, 0.1])).toBeCloseTo(1.5, 6)
    expect(lossOf('correlation', [0.3, 0.3, 0.3])).toBe(1)
  })

  test('by correlation is blind to scale and shift of the outputs', () => {
    expect(lossOf('correlation', [2.2, -0.4, 1])).toBeCloseTo(lossOf('correlation', [22 + 5, -4 + 5, 10 + 5]), 6)
  })

  test('by squared error is the mean over the classes', () => {
    expect(lossOf('squared-error', [0.7, 0.2, 0.1])).toBeCloseTo((0.09 + 0.04 + 0.01) / 3, 6)
    expect(lossOf('squared-error', [0.7, 0.2, 0.1], 0.3)).toBeCloseTo((0.01 + 0.01 + 0) / 3, 6) // against (0.8, 0.1, 0.1)
  })

  test('by cross-entropy is −ln p of the label', () => {
    expect(lossOf('cross-entropy', [Math.log(0.5), Math.log(0.25), Math.log(0.25)])).toBeCloseTo(Math.LN2, 6)
  })

  test('by correlation has the gradient of its formula', () => {
    const at = [0.2, 0.9, -0.4]
    const labels = tf.tensor1d([0], 'int32')
    const gradient = tf.grad((x: tf.Tensor) => tf.sum(taskLoss({ kind: 'correlation', logits: x as tf.Tensor2D, labels, labelSmoothing: 0 })))(tf.tensor2d([at])).dataSync()
    for (const [i, value] of gradient.entries()) {
      const moved = (by: number) => lossOf('correlation', at.map((output, j) => output + (j === i ? by : 0)))
      expect(value).toBeCloseTo((moved(1e-2) - moved(-1e-2)) / 2e-2, 3)
    }
  })
})
