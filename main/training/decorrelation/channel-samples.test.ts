import { beforeAll, describe, expect, it } from 'vitest'
import { tf } from '../../tensorflow/tf.ts'
import { wave } from '../features/reference/formula.ts'
import { channelSamples } from './channel-samples.ts'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

/** Two examples of 2 × 1 positions and two channels. */
const image = () => tf.tensor4d([[[[1, 10]], [[3, 20]]], [[[5, 50]], [[4, 40]]]])

describe('channelSamples', () => {
  it('takes an example for one sample, by mean or maximum, or each position', () => {
    const rows = (pooling: 'average' | 'maximum' | 'positions') => channelSamples(image(), pooling).rows.arraySync()
    expect(rows('average')).toEqual([[2, 15], [4.5, 45]])
    expect(rows('maximum')).toEqual([[3, 20], [5, 50]])
    expect(rows('positions')).toEqual([[1, 10], [3, 20], [5, 50], [4, 40]])
    expect(channelSamples(image(), 'positions').examples).toBe(2)
  })

  it('leaves a feature without positions as it is', () => {
    const x = tf.tensor2d([[1, 2], [3, 4], [5, 6]])
    for (const pooling of ['average', 'maximum', 'positions'] as const) expect(channelSamples(x, pooling).rows.arraySync()).toEqual(x.arraySync())
  })

  it('shares the gradient of a maximum among the positions that have it', () => {
    const x = tf.tensor3d([[[7, 1], [7, 3], [0, 3], [7, 2]]])
    const gradient = tf.grad((given) => tf.sum(tf.mul(channelSamples(given, 'maximum').rows, tf.tensor1d([3, 10]))))(x)
    expect(gradient.arraySync()).toEqual([[[1, 0], [1, 5], [0, 5], [1, 0]]])
  })

  it('has, moved as one, a slope of 1 where all positions are equal', () => {
    const slope = tf.grad((offset) => tf.sum(channelSamples(tf.add(tf.zeros([1, 20, 20, 2]), offset), 'maximum').rows))(tf.zeros([2]))
    for (const value of slope.dataSync()) expect(value).toBeCloseTo(1, 5)
  })

  it('leaves no tensor behind but its rows', () => {
    const x = tf.tensor(wave('x', [3, 2, 2, 4]).values, [3, 2, 2, 4])
    const before = tf.memory().numTensors
    for (const pooling of ['average', 'maximum', 'positions'] as const) channelSamples(x, pooling).rows.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  it('refuses a feature without channels, or with one', () => {
    expect(() => channelSamples(tf.zeros([8]), 'average')).toThrow(expect.objectContaining({ code: 'shape-mismatch', facts: { shape: [8], channels: 0 } }))
    expect(() => channelSamples(tf.zeros([8, 1]), 'average')).toThrow(/\[8, 1\] has only one\. Choose a layer with 2 channels or more/)
  })
})
