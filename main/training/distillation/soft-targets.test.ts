import { beforeAll, describe, expect, it } from 'vitest'
import { tf } from '../../tensorflow/tf.ts'
import { softTargetLoss } from './soft-targets.ts'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

const loss = (student: number[][], teacher: number[][], temperature: number) => softTargetLoss({ student: tf.tensor2d(student), teacher: tf.tensor2d(teacher), temperature }).dataSync()[0] ?? Number.NaN

describe('softTargetLoss', () => {
  it.each([
    [1, 0.327813],
    [2, 0.443776], // 4 · 0.110944
    [4, 0.484798],
    [100, 0.499975], // towards half the variance of the difference of logits under equal probabilities
  ])('of teacher (2, 0) and student (0, 0) at temperature %d is %d', (temperature, expected) => {
    expect(Math.abs(loss([[0, 0]], [[2, 0]], temperature) - expected)).toBeLessThan(6e-6)
  })

  it('is summed over classes and meaned over the batch', () => {
    // One example of two agrees: half. Two more classes that neither side takes change nothing.
    expect(loss([[0, 0], [3, 1]], [[2, 0], [3, 1]], 1)).toBeCloseTo(0.327813 / 2, 6)
    expect(loss([[0, 0, -60, -60]], [[2, 0, -60, -60]], 1)).toBeCloseTo(0.327813, 6)
  })

  it('is 0, with gradients of 0, where the logits are equal, and 0 where they differ by a constant', () => {
    const logits = tf.tensor2d([[2, -1, 0.3], [0, 5, 1]])
    const { value, grads } = tf.valueAndGrads((student, teacher) => softTargetLoss({ student: student as tf.Tensor2D, teacher: teacher as tf.Tensor2D, temperature: 3 }))([logits, logits])
    expect(value.dataSync()[0]).toBe(0)
    for (const gradient of grads) gradient.dataSync().forEach((slope) => expect(Math.abs(slope)).toBeLessThan(1e-7))
    expect(loss([[5, 3, 1]], [[12, 10, 8]], 2)).toBeCloseTo(0, 7)
  })

  it('has the gradient T·(q − p)/n of the student', () => {
    // At T = 2: p = softmax(1, 0) = 0.7310586, q = ½; one of two examples.
    const student = tf.grad((x) => softTargetLoss({ student: x as tf.Tensor2D, teacher: tf.tensor2d([[2, 0], [0, 0]]), temperature: 2 }))(tf.tensor2d([[0, 0], [0, 0]]))
    const expected = [0.5 - 0.7310586, 0.7310586 - 0.5, 0, 0]
    expected.forEach((slope, i) => expect(student.dataSync()[i]).toBeCloseTo(slope, 6))
  })

  it('is continuous where it changes its way of adding up', () => {
    // The terms are added in another way where the largest is below ½: near a difference of logits of 1 here.
    for (let gap = 0.9; gap < 1.2; gap += 0.01) {
      const p = 1 / (1 + Math.exp(-gap))
      expect(loss([[0, 0]], [[gap, 0]], 1)).toBeCloseTo(p * Math.log(2 * p) + (1 - p) * Math.log(2 * (1 - p)), 6)
    }
  })

  it('stays finite for logits of a thousand', () => {
    expect(loss([[1000, 0]], [[0, 1000]], 1)).toBeCloseTo(1000, 2)
    expect(loss([[0, 1000]], [[0, -1000]], 1)).toBeCloseTo(1000, 2)
  })

  it('leaves no tensor behind', () => {
    const [student, teacher] = [tf.tensor2d([[1, 2]]), tf.tensor2d([[0, 2]])]
    const before = tf.memory().numTensors
    softTargetLoss({ student, teacher, temperature: 2 }).dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  it('refuses other shapes, and temperatures that are not above 0', () => {
    expect(() => loss([[0, 0]], [[2, 0, 0]], 1)).toThrow(expect.objectContaining({ code: 'shape-mismatch', message: expect.stringMatching(/\[1, 2\].*\[1, 3\]/) }))
    for (const temperature of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) expect(() => loss([[0, 0]], [[2, 0]], temperature)).toThrow(expect.objectContaining({ code: 'invalid-input' }))
  })
})
