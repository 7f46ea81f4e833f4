import { beforeAll, describe, expect, it } from 'vitest'
import { tf } from '../../../tensorflow/tf.ts'
import { gelu } from './activations.ts'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

describe('gelu', () => {
  it('has the values of the tanh form', () => {
    const values = gelu(tf.tensor1d([-3, -1, 0, 1, 3])).dataSync()
    // ½x(1 + tanh(0.7978845608(x + 0.044715x³))).
    const expected = [-0.00363739, -0.15880801, 0, 0.84119199, 2.99636261]
    expected.forEach((value, i) => expect(values[i]).toBeCloseTo(value, 6))
  })

  it('stays finite far from 0, where it is 0 or x', () => {
    expect([...gelu(tf.tensor1d([-1e4, 1e4])).dataSync()].map((value) => value + 0)).toEqual([0, 1e4])
    expect([...tf.grad((x) => tf.sum(gelu(x)))(tf.tensor1d([-1e4, 1e4])).dataSync()].map((value) => value + 0)).toEqual([0, 1])
  })

  it('has the derivative that finite differences give', () => {
    const points = [-2.5, -0.7, 0, 0.3, 1.9]
    const slopes = tf.grad((x) => tf.sum(gelu(x)))(tf.tensor1d(points)).dataSync()
    const at = (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))
    points.forEach((x, i) => expect(slopes[i]).toBeCloseTo((at(x + 1e-5) - at(x - 1e-5)) / 2e-5, 5))
  })
})
