import { beforeAll, describe, expect, it } from 'vitest'
import { tf } from '../../tensorflow/tf.ts'
import { effectiveCount } from './effective-count.ts'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

const of = (values: readonly number[]) => effectiveCount(tf.tensor1d([...values])).dataSync()[0]

describe('effectiveCount', () => {
  it('counts equal values, and others for less', () => {
    expect(of([1, 1, 1])).toBeCloseTo(3, 6)
    expect(of([2, 1])).toBeCloseTo(1.889882, 5)
    expect(of([1.8, 1, 0.2])).toBeCloseTo(2.347231, 5)
    expect(of([5, 0, 0])).toBeCloseTo(1, 6)
  })

  it('does not depend on the scale, is 0 of nothing and NaN of what is not finite', () => {
    expect(of([2e-12, 1e-12])).toBeCloseTo(1.889882, 5)
    expect(of([0, 0])).toBe(0)
    expect(of([1, Number.NaN])).toBeNaN()
  })

  it('leaves no tensor behind', () => {
    const values = tf.tensor1d([3, 1])
    const before = tf.memory().numTensors
    effectiveCount(values).dispose()
    expect(tf.memory().numTensors).toBe(before)
  })
})
