import { beforeAll, describe, expect, it } from 'vitest'
import { openTensorFlow } from '../../tensorflow/open.ts'
import { tf } from '../../tensorflow/tf.ts'
import { evaluate } from '../features/reference/evaluate.ts'
import { wave } from '../features/reference/formula.ts'
import { channelMoments, joinStreams, poolMoments } from './channel-moments.ts'
import type { ChannelMoments } from './channel-moments.ts'
import { channelSamples } from './channel-samples.ts'
import { decorrelationLoss } from './decorrelation-loss.ts'
import type { DecorrelationLoss } from './decorrelation-loss.ts'
import { deadChannels } from './live-channels.ts'
import { lossShare, pooledLoss } from './loss-share.ts'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

const squared = { of: 'correlation', penalty: 'squared', reduction: 'mean', deadLimit: 1e-4 } as const
const losses: readonly DecorrelationLoss[] = (['correlation', 'covariance'] as const).flatMap((of) => (['squared', 'absolute', 'smooth-absolute'] as const).map((penalty) => ({ ...squared, of, penalty })))

const shape = [9, 2, 2, 5]
const feature = () => tf.tensor(wave('x', shape).values, shape)
const momentsOf = (x: tf.Tensor) => channelMoments(channelSamples(x, 'positions'))
/** Micro-batches of 1, 3 and 5 examples. */
const partsOf = (x: tf.Tensor) => [[0, 1], [1, 3], [4, 5]].map(([from, count]) => tf.slice(x, [from!, 0, 0, 0], [count!, 2, 2, 5]))
const expectEqual = (received: tf.Tensor, expected: tf.Tensor, digits = 5) => {
  const values = expected.dataSync()
  received.dataSync().forEach((value, i) => expect(value, `${i}`).toBeCloseTo(values[i]!, digits))
}

describe('channelMoments', () => {
  it('counts, means and multiplies around the mean', () => {
    const moments = channelMoments({ rows: tf.tensor2d([[1, 4], [2, 2], [6, 0]]), examples: 3 })
    expect(moments).toMatchObject({ examples: 3, samples: 3, freedom: 2 })
    expect(moments.mean.arraySync()).toEqual([3, 2])
    expect(moments.squares.arraySync()).toEqual([41, 20])
    expect(moments.products.arraySync()).toEqual([[14, -10], [-10, 8]])
  })

  it('keep, of channels whose mean is 10,000 times their deviation, what sums of squares would lose', () => {
    const x = tf.tensor2d([[1, 1], [2, 3], [3, 2], [4, 4]])
    expect(decorrelationLoss(momentsOf(tf.add(x, 10_000)), squared).dataSync()[0]).toBeCloseTo(0.64, 5)
  })
})

describe('poolMoments', () => {
  it('gives of micro-batches of several sizes what the whole batch has', () => {
    for (const offset of [0, 100]) {
      const x = tf.add(feature(), offset)
      const pooled = poolMoments(partsOf(x).map(momentsOf))
      const whole = momentsOf(x)
      expect(pooled).toMatchObject({ examples: 9, samples: 36, freedom: 35 })
      expectEqual(pooled.mean, whole.mean, 4)
      expectEqual(pooled.products, whole.products, 3)
      expectEqual(tf.div(pooled.squares, whole.squares), tf.ones([5]))
    }
  })

  it('gives the same from parts that were pooled before, as replicas pool their micro-batches', () => {
    const [a, b, c] = partsOf(feature()).map(momentsOf) as [ChannelMoments, ChannelMoments, ChannelMoments] // three
    const nested = poolMoments([poolMoments([a, b]), c])
    expectEqual(nested.products, poolMoments([a, b, c]).products)
    expect(poolMoments([a])).toBe(a)
  })

  it.each(losses)('gives the loss of the whole batch, $penalty $of, and its gradient', (loss) => {
    const x = feature()
    const whole = tf.valueAndGrad((given: tf.Tensor) => decorrelationLoss(momentsOf(given), loss))(x)
    const pooled = tf.valueAndGrad((given: tf.Tensor) => decorrelationLoss(poolMoments(partsOf(given).map(momentsOf)), loss))(x)
    expectEqual(pooled.value, whole.value)
    expectEqual(pooled.grad, whole.grad, 6)
  })

  it('leaves no tensor behind but the moments', () => {
    const parts = partsOf(feature()).map(momentsOf)
    const before = tf.memory().numTensors
    const { mean, squares, products } = poolMoments(parts)
    tf.dispose([mean, squares, products])
    expect(tf.memory().numTensors).toBe(before)
  })

  it('refuses features of two numbers of channels, and none', () => {
    expect(() => poolMoments([momentsOf(tf.zeros([3, 4])), momentsOf(tf.zeros([3, 5]))])).toThrow(expect.objectContaining({ code: 'shape-mismatch', message: expect.stringContaining('got 4 and 5') }))
    expect(() => poolMoments([])).toThrow(/got none/)
  })
})

describe('lossShare', () => {
  it.each(losses)('has, of micro-batches that know of each other by moments alone, gradients that make up that of the whole, $penalty $of', (loss) => {
    const x = feature()
    const parts = partsOf(x)
    const moments = poolMoments(parts.map(momentsOf))
    const { loss: value, gradient } = pooledLoss(moments, loss)
    const shares = parts.map((part) => tf.grad((given) => lossShare({ samples: channelSamples(given, 'positions'), mean: moments.mean, gradient }))(part))
    const whole = tf.valueAndGrad((given: tf.Tensor) => decorrelationLoss(momentsOf(given), loss))(x)
    expectEqual(value, whole.value)
    expectEqual(tf.concat(shares, 0), whole.grad, 6)
  })

  it('differs from what micro-batches find each for itself: their losses do not add up', () => {
    const x = tf.tensor2d([[1, 1], [2, 3], [3, 2], [4, 4], [2, 5], [6, 1]])
    const halves = [0, 3].map((from) => decorrelationLoss(momentsOf(tf.slice(x, [from, 0], [3, 2])), squared).dataSync()[0]!)
    const whole = decorrelationLoss(momentsOf(x), squared).dataSync()[0]!
    expect(Math.abs((halves[0]! + halves[1]!) / 2 - whole)).toBeGreaterThan(0.1)
  })

  it('does the same for streams, each around its own mean', () => {
    const x = feature()
    const [a, b] = [tf.slice(x, [0, 0, 0, 0], [4, 2, 2, 5]), tf.add(tf.slice(x, [4, 0, 0, 0], [5, 2, 2, 5]), 3)]
    const [first, second] = [momentsOf(a), momentsOf(b)]
    const { gradient } = pooledLoss(joinStreams([first, second]), squared)
    const share = tf.grad((given) => lossShare({ samples: channelSamples(given, 'positions'), mean: second.mean, gradient }))(b)
    const direct = tf.grad((given) => decorrelationLoss(joinStreams([first, momentsOf(given)]), squared))(b)
    expectEqual(share, direct, 6)
  })

  it('does so in a trace', async () => {
    const { whole, first, second } = await evaluate(await openTensorFlow(), { x: wave('x', shape) }, ({ x }) => {
      const parts = [tf.slice(x!, [0, 0, 0, 0], [4, 2, 2, 5]), tf.slice(x!, [4, 0, 0, 0], [5, 2, 2, 5])] as const
      const moments = poolMoments(parts.map(momentsOf))
      const { gradient } = pooledLoss(moments, squared)
      const [first, second] = parts.map((part) => tf.grad((given) => lossShare({ samples: channelSamples(given, 'positions'), mean: moments.mean, gradient }))(part))
      return { whole: tf.grad((given) => decorrelationLoss(momentsOf(given), squared))(x!), first: first!, second: second! } // two parts
    })
    expect(whole).toHaveLength(180)
    ;[...first!, ...second!].forEach((slope, i) => expect(slope, `${i}`).toBeCloseTo(whole![i]!, 6))
  })

  it('leaves no tensor behind', () => {
    const moments = momentsOf(feature())
    const samples = channelSamples(feature(), 'positions')
    const before = tf.memory().numTensors
    const { loss, gradient } = pooledLoss(moments, squared)
    lossShare({ samples, mean: moments.mean, gradient }).dispose()
    tf.dispose([loss, gradient])
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe('joinStreams', () => {
  const stream = tf.tensor2d([[0, 1], [1, 0], [2, 2]])

  it('centres streams apart, so that what sets them apart is no correlation', () => {
    const parts = [stream, tf.add(stream, 10)].map(momentsOf)
    const rho = (products: Parameters<typeof decorrelationLoss>[0]) => decorrelationLoss(products, { ...squared, penalty: 'absolute' }).dataSync()[0]
    expect(rho(joinStreams(parts))).toBeCloseTo(0.5, 6)
    expect(rho(poolMoments(parts))).toBeCloseTo(0.987013, 6)
    expect(joinStreams(parts)).toMatchObject({ examples: 6, samples: 6, freedom: 4 })
  })
})

it('in a trace, a channel that is constant but for rounding is dead, of many samples too, and pooled', async () => {
  const values = Float32Array.from({ length: 4000 * 3 }, (_, i) => (i % 3 === 0 ? 1234.567 : Math.sin(i * (1 + (i % 3)))))
  const { whole, pooled } = await evaluate(await openTensorFlow(), { x: { shape: [4000, 3], type: 'float32', values } }, ({ x }) => {
    const halves = [0, 1500].map((from, i) => channelMoments({ rows: tf.slice(x as tf.Tensor2D, [from, 0], [i === 0 ? 1500 : 2500, 3]), examples: 10 }))
    return { whole: deadChannels(momentsOf(x!), 1e-4), pooled: deadChannels(poolMoments(halves), 0) }
  })
  expect([whole?.[0], pooled?.[0]]).toEqual([1, 1])
})
