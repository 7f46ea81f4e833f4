import { beforeAll, describe, expect, it } from 'vitest'
import { tf } from '../tensorflow/tf.ts'
import { classificationLoss, correctPredictions, idealLoss } from './loss.ts'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

// Logits ln 1, ln 2, ln 5: probabilities 1/8, 2/8, 5/8.
const logits = () => tf.tensor2d([0, Math.log(2), Math.log(5), 0, Math.log(2), Math.log(5)], [2, 3])
const labels = () => tf.tensor1d([2, 0], 'int32')

describe('classificationLoss', () => {
  it('is −ln of the probability of the label, in nats, for each example', () => {
    const losses = classificationLoss(logits(), labels(), 0).dataSync()
    expect(losses[0]).toBeCloseTo(0.4700036, 6) // ln 8/5
    expect(losses[1]).toBeCloseTo(2.0794415, 6) // ln 8
  })

  it('spreads a share of the label evenly over all classes', () => {
    // Mean of −ln p over classes: (ln 8 + ln 4 + ln 8/5)/3 = 1.3119132; 0.7·0.4700036 + 0.3·1.3119132 = 0.7225765.
    const losses = classificationLoss(logits(), labels(), 0.3).dataSync()
    expect(losses[0]).toBeCloseTo(0.7225765, 6)
    expect(losses[1]).toBeCloseTo(1.8491830, 6)
  })

  it('has the gradient softmax − smoothed label', () => {
    const gradient = tf.grad((x) => tf.sum(classificationLoss(x as tf.Tensor2D, labels(), 0.3)))(logits()).dataSync()
    const expected = [1 / 8 - 0.1, 2 / 8 - 0.1, 5 / 8 - 0.8, 1 / 8 - 0.8, 2 / 8 - 0.1, 5 / 8 - 0.1]
    expected.forEach((value, i) => expect(gradient[i]).toBeCloseTo(value, 6))
  })

  it('stays finite for logits of a thousand', () => {
    const losses = classificationLoss(tf.tensor2d([1000, 0, -1000], [1, 3]), tf.tensor1d([2], 'int32'), 0.1).dataSync()
    expect(losses[0]).toBeCloseTo(1900, 2) // 0.9·2000 + 0.1·(0 + 1000 + 2000)/3
  })

  it('refuses labels that are not one a row', () => {
    expect(() => classificationLoss(logits(), tf.tensor1d([1], 'int32'), 0)).toThrow(/logits \[n, classes\] and labels \[n\], and got \[2, 3\] and \[1\]/)
  })
})

describe('idealLoss', () => {
  it('is 0 without smoothing and the entropy of the smoothed label with it', () => {
    expect(idealLoss(10, 0)).toBe(0)
    expect(idealLoss(10, 0.1)).toBeCloseTo(0.5002880, 6)
    expect(idealLoss(4, 1)).toBeCloseTo(Math.log(4), 12)
  })

  it('is reached by logits that give the smoothed label, and by no others', () => {
    const smoothed = [0.8, 0.1, 0.1] // a = 0.3, C = 3
    const at = (nudge: number) => {
      const row = tf.tensor2d(smoothed.map((p, i) => Math.log(p) + (i === 0 ? nudge : 0)), [1, 3])
      return classificationLoss(row, tf.tensor1d([0], 'int32'), 0.3).dataSync()[0] ?? Number.NaN
    }
    expect(at(0)).toBeCloseTo(idealLoss(3, 0.3), 6)
    expect(at(0.1)).toBeGreaterThan(idealLoss(3, 0.3) + 1e-4)
    expect(at(-0.1)).toBeGreaterThan(idealLoss(3, 0.3) + 1e-4)
  })
})

describe('correctPredictions', () => {
  it('is 1 where the largest logit is the label’s', () => {
    expect([...correctPredictions(logits(), labels()).dataSync()]).toEqual([1, 0])
  })
})
