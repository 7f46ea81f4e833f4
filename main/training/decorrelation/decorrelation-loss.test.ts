import { beforeAll, describe, expect, it } from 'vitest'
import { tf } from '../../tensorflow/tf.ts'
import { wave } from '../features/reference/formula.ts'
import { Random } from '../random.ts'
import { channelMoments } from './channel-moments.ts'
import { channelSamples } from './channel-samples.ts'
import type { ChannelPooling } from './channel-samples.ts'
import { decorrelationLoss, deCov, vicRegCovariance } from './decorrelation-loss.ts'
import type { DecorrelationLoss } from './decorrelation-loss.ts'
import { deadChannels } from './live-channels.ts'
import { noiseFloor } from '../../contract/reference-lines.ts'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

const f1 = [1, 2, 3, 4]
const f2 = [2, 4, 6, 8]
const f3 = [1, -1, -1, 1]
const f4 = [4, 3, 2, 1]
const f5 = [1, 3, 2, 4]

const deadLimit = 1e-4
const squared = { of: 'correlation', penalty: 'squared', reduction: 'mean', deadLimit } as const
const absolute = { ...squared, penalty: 'absolute' } as const
const losses: readonly DecorrelationLoss[] = (['correlation', 'covariance'] as const).flatMap((of) =>
  (['squared', 'absolute', 'smooth-absolute'] as const).flatMap((penalty) => (['mean', 'sum', 'channel'] as const).map((reduction) => ({ of, penalty, reduction, deadLimit }))),
)
const correlationLosses = losses.filter(({ of }) => of === 'correlation')

/** Channels beside each other: `[samples, channels]`. */
const beside = (...channels: readonly (readonly number[])[]) => tf.transpose(tf.tensor2d(channels.map((channel) => [...channel])))
const lossOf = (x: tf.Tensor, loss: DecorrelationLoss, pooling: ChannelPooling = 'average') => decorrelationLoss(channelMoments(channelSamples(x, pooling)), loss)
const of = (x: tf.Tensor, loss: DecorrelationLoss, pooling?: ChannelPooling) => lossOf(x, loss, pooling).dataSync()[0] ?? Number.NaN
const gradientOf = (x: tf.Tensor, loss: DecorrelationLoss, pooling?: ChannelPooling) => tf.grad((given) => lossOf(given, loss, pooling))(x)
/** Of these shapes no two channels have |ρ| below 0.01, where a step of differences could cross the kink of |ρ|. */
const feature = (shape: readonly number[]) => tf.tensor(wave('x', shape).values, [...shape])
const dead = (x: tf.Tensor) => deadChannels(channelMoments(channelSamples(x, 'average')), deadLimit).dataSync()[0]

describe('decorrelationLoss in closed form', () => {
  it('is the square or size of the correlation of two channels', () => {
    const pairs = [[f1, f2, 1], [f1, f3, 0], [f1, f4, -1], [f1, f5, 0.8], [f3, f5, 0]] as const
    for (const [a, b, rho] of pairs) {
      expect(of(beside(a, b), squared)).toBeCloseTo(rho ** 2, 6)
      expect(of(beside(a, b), absolute)).toBeCloseTo(Math.abs(rho), 6)
      expect(of(beside(a, b), { ...squared, penalty: 'smooth-absolute' })).toBeCloseTo(Math.sqrt(rho ** 2 + 1e-6), 6)
    }
  })

  it('sums each pair once, or takes the mean over all', () => {
    for (const penalty of ['squared', 'absolute'] as const) {
      const x = beside(f1, f2, f3)
      expect(of(x, { ...squared, penalty, reduction: 'sum' })).toBeCloseTo(1, 6)
      expect(of(x, { ...squared, penalty })).toBeCloseTo(1 / 3, 6)
      expect(of(x, { ...squared, penalty, reduction: 'channel' })).toBeCloseTo(2 / 3, 6)
    }
  })

  it('is of covariances what DeCov and the covariance term of VICReg are', () => {
    expect(of(beside(f1, f2, f3), { ...deCov, deadLimit })).toBeCloseTo(6.25, 5) // 2.5²
    expect(of(beside(f1, f2, f3), { ...vicRegCovariance, deadLimit })).toBeCloseTo(7.4074, 4) // 2·(10/3)²/3
  })

  it('has the gradient that goes through the deviations', () => {
    const gradient = [...gradientOf(beside(f1, f5), squared).dataSync()].filter((_, i) => i % 2 === 0)
    for (const [i, expected] of [-0.096, 0.288, -0.288, 0.096].entries()) expect(gradient[i]).toBeCloseTo(expected, 6)
    expect(gradient.reduce((sum, slope) => sum + slope, 0)).toBeCloseTo(0, 6)
    expect(gradient.reduce((sum, slope, i) => sum + slope * (f1[i]! - 2.5), 0)).toBeCloseTo(0, 6) // along the channel itself
  })

  it('has a gradient of 0 where channels are equal or opposite', () => {
    for (const other of [f2, f4]) for (const slope of gradientOf(beside(f1, other), squared).dataSync()) expect(slope).toBeCloseTo(0, 6)
  })

  it('has, as absolute, a gradient of 0 where channels are uncorrelated', () => {
    for (const slope of gradientOf(beside(f1, f3), absolute).dataSync()) expect(slope).toBeCloseTo(0, 12)
  })

  it('is not additive: of halves 1 and 1, of the whole 0.64', () => {
    const x = beside(f1, f5) as tf.Tensor2D
    const halves = [0, 2].map((from) => ({ ...channelMoments({ rows: tf.slice(x, [from, 0], [2, 2]), examples: 2 }), examples: 3 })) // as if enough
    expect(halves.map((half) => decorrelationLoss(half, squared).dataSync()[0])).toEqual([expect.closeTo(1, 6), expect.closeTo(1, 6)])
    expect(of(x, squared)).toBeCloseTo(0.64, 6)
  })
})

describe.each(losses)('the $reduction of $penalty $of', (loss) => {
  it.each<readonly [ChannelPooling, readonly number[]]>([['average', [6, 4]], ['average', [5, 2, 3, 3]], ['maximum', [5, 4, 3]], ['positions', [3, 3, 4]]])('has, by %s of %j, the gradient that central differences measure, to a thousandth', (pooling, shape) => {
    const x = feature(shape)
    const gradient = gradientOf(x, loss, pooling).dataSync()
    const slopes = differences(x, (moved) => of(moved, loss, pooling))
    const largest = Math.max(...slopes.map(Math.abs))
    slopes.forEach((slope, i) => expect(Math.abs(slope - gradient[i]!), `${i}`).toBeLessThan(1e-3 * largest))
  })

  it('does not depend on the order of channels or samples', () => {
    const x = feature([6, 4])
    const expected = of(x, loss)
    expect(of(tf.gather(x, tf.tensor1d([2, 0, 3, 1], 'int32'), 1), loss)).toBeCloseTo(expected, 6)
    expect(of(tf.gather(x, tf.tensor1d([5, 2, 0, 4, 3, 1], 'int32'), 0), loss)).toBeCloseTo(expected, 6)
  })

  it('does not change as channels are moved, or dead ones added', () => {
    const x = feature([6, 4])
    const expected = of(x, loss)
    expect(of(tf.add(x, tf.tensor1d([3, -2, 7, 0.5])), loss)).toBeCloseTo(expected, 5)
    const added = tf.concat([x, tf.zeros([6, 2]), tf.fill([6, 1], 1234.567)], 1)
    expect(of(added, loss)).toBeCloseTo(expected, 6)
    expect(dead(added)).toBe(3)
  })

  it('is 0 with a gradient of 0 where fewer than two channels are live', () => {
    for (const x of [tf.zeros([5, 3]), tf.fill([5, 3], 0.1), beside([0, 0, 0, 0], f1, [7, 7, 7, 7])]) {
      expect(of(x, loss)).toBe(0)
      expect([...gradientOf(x, loss).dataSync()].every((slope) => Math.abs(slope) === 0)).toBe(true)
    }
    expect(dead(tf.fill([5, 3], 0.1))).toBe(3)
    expect(dead(beside([0, 0, 0, 0], f1, [7, 7, 7, 7]))).toBe(2)
  })

  it('is not finite where a value is not, instead of passing over its channel', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) expect(of(beside(f1, [1, value, 3, 4], f3, f5), loss)).toBeNaN()
  })

  it('leaves no tensor behind', () => {
    const x = feature([6, 4])
    const moments = channelMoments(channelSamples(x, 'average'))
    const before = tf.memory().numTensors
    decorrelationLoss(moments, loss).dispose()
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe('of correlations', () => {
  it.each(correlationLosses)('the $reduction of $penalty values does not change as channels are scaled or turned round', (loss) => {
    const x = feature([6, 4])
    expect(of(tf.mul(x, tf.tensor1d([40, -0.03, 7, -1])), loss)).toBeCloseTo(of(x, loss), 5)
    expect(of(tf.mul(x, 1e-9), loss)).toBeCloseTo(of(x, loss), 5)
  })

  it('the mean lies within 0 and 1 and does not grow with the number of channels, as the sum does', () => {
    const copies = (times: number, reduction: 'mean' | 'sum') => of(tf.tile(feature([40, 4]), [1, times]), { ...squared, reduction })
    expect(copies(1, 'mean')).toBeGreaterThan(0)
    expect(copies(8, 'mean')).toBeLessThan(1)
    const independent = (channels: number, reduction: 'mean' | 'sum') => of(normal(64, channels), { ...squared, reduction })
    expect(independent(48, 'mean') / independent(12, 'mean')).toBeCloseTo(1, 0)
    expect(independent(48, 'sum') / independent(12, 'sum')).toBeGreaterThan(10)
  })

  it.each([8, 64])('independent channels lie near the noise floor of %i samples', (samples) => {
    const x = normal(samples, 60)
    const floor = noiseFloor(samples)
    expect(Math.abs(of(x, squared) / floor.squared - 1)).toBeLessThan(0.1) // 1,770 pairs: one deviation is 0.034
    expect(Math.abs(of(x, absolute) / floor.absolute - 1)).toBeLessThan(0.06)
  })

  it('a step down the gradient lowers the loss and keeps the deviations, where that of a covariance lowers both', () => {
    const x = beside(f1, f5, [2, 0, 1, 5])
    const deviation = (given: tf.Tensor) => tf.mean(tf.moments(given, 0).variance).dataSync()[0]!
    const stepped = (loss: DecorrelationLoss) => tf.sub(x, tf.mul(gradientOf(x, loss), 0.02))
    expect(of(stepped(squared), squared)).toBeLessThan(of(x, squared))
    expect(deviation(stepped(squared)) / deviation(x)).toBeCloseTo(1, 3)
    expect(deviation(stepped({ ...vicRegCovariance, deadLimit })) / deviation(x)).toBeLessThan(0.98)
  })

  it('a channel that hardly varies beside the others is dead by the limit alone', () => {
    const x = beside(f1, f5, f3.map((value) => value * 1e-3))
    const at = (limit: number) => deadChannels(channelMoments(channelSamples(x, 'average')), limit).dataSync()[0]
    expect([0, 1e-4, 1e-2].map(at)).toEqual([0, 0, 1])
  })
})

describe('refusals', () => {
  it('names the shape of a feature without channels, or with one', () => {
    expect(() => of(tf.zeros([8]), squared)).toThrow(expect.objectContaining({ code: 'shape-mismatch', message: expect.stringMatching(/\[8\] has none\. Choose a layer/), facts: { shape: [8], channels: 0 } }))
    expect(() => of(tf.zeros([8, 5, 5, 1]), squared)).toThrow(/\[8, 5, 5, 1\] has only one/)
  })

  it('says that a batch of 1 or 2 is noise, however many positions it has', () => {
    for (const examples of [1, 2]) {
      for (const pooling of ['average', 'maximum', 'positions'] as const) {
        expect(() => of(feature([examples, 7, 7, 4]), squared, pooling)).toThrow(expect.objectContaining({ code: 'shape-mismatch', message: expect.stringContaining(`at least 3 of them, got ${examples}`) }))
      }
    }
  })
})

/** Independent standard normal channels, the same each time. */
function normal(samples: number, channels: number): tf.Tensor2D {
  const random = Random.seeded(7, `${samples} ${channels}`)
  return tf.tensor2d(Float32Array.from({ length: samples * channels }, () => random.normal()), [samples, channels])
}

/** The slope along each element, over a step that float32 resolves. */
function differences(x: tf.Tensor, call: (x: tf.Tensor) => number): number[] {
  const values = x.dataSync()
  const at = (i: number, by: number) => call(tf.tensor(Float32Array.from(values, (value, j) => (i === j ? value + by : value)), x.shape))
  return Array.from(values, (_, i) => (at(i, STEP) - at(i, -STEP)) / (2 * STEP))
}

const STEP = 0.005
