import { beforeAll, describe, expect, it } from 'vitest'
import { openTensorFlow } from '../../tensorflow/open.ts'
import { tf } from '../../tensorflow/tf.ts'
import { evaluate } from '../features/reference/evaluate.ts'
import { wave } from '../features/reference/formula.ts'
import { effectiveRank, featureVariance, linearCka, linearCkas, meanCosine, participationRatio, varianceBetweenExamples } from './similarity.ts'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

const feature = (name: string, shape: readonly number[]) => tf.tensor(wave(name, shape).values, [...shape])
const value = (scalar: tf.Scalar) => scalar.dataSync()[0] ?? Number.NaN

describe('linearCka', () => {
  it('is 1 of a feature that is turned and scaled, 0 of one that varies otherwise', () => {
    const x = feature('x', [6, 2])
    const turned = tf.matMul(x as tf.Tensor2D, tf.tensor2d([[0.6, -0.8], [0.8, 0.6]]))
    expect(value(linearCka(x, tf.mul(turned, -7)))).toBeCloseTo(1, 6)
    expect(value(linearCka(tf.tensor2d([[1], [-1], [0]]), tf.tensor2d([[1], [1], [-2]])))).toBeCloseTo(0, 6)
  })

  it('is the same both ways it is computed: by features and, of wide features, by examples', () => {
    const [x, y] = [feature('x', [5, 4]), feature('y', [5, 3])]
    const wide = (narrow: tf.Tensor) => tf.concat([narrow, tf.fill([5, 20], 2)], 1) // constants do not vary
    expect(value(linearCka(wide(x), y))).toBeCloseTo(value(linearCka(x, y)), 5)
  })

  it('is the same from either side, whatever is added to all examples, and for tokens laid out in a row', () => {
    const [x, y] = [feature('x', [6, 3, 4]), feature('y', [6, 5])]
    const cka = value(linearCka(x, y))
    expect(value(linearCka(y, x))).toBeCloseTo(cka, 6)
    expect(value(linearCka(tf.add(x, 3), y))).toBeCloseTo(cka, 5)
    expect(value(linearCka(tf.reshape(x, [6, 12]), y))).toBe(cka)
  })

  it('is 0 of a constant feature, also of one whose mean is rounded', () => {
    for (const constant of [0, 0.1, 1234.567]) expect(value(linearCka(tf.fill([7, 3], constant), feature('y', [7, 3])))).toBe(0)
  })

  it('refuses other numbers of examples, and fewer than 3', () => {
    expect(() => linearCka(feature('x', [5, 4]), feature('y', [6, 4]))).toThrow(expect.objectContaining({ code: 'shape-mismatch', message: expect.stringMatching(/\[5, 4\] and \[6, 4\]/) }))
    expect(() => linearCka(feature('x', [2, 4]), feature('y', [2, 4]))).toThrow(/at least 3 of them, got 2/)
  })
})

describe('linearCkas', () => {
  it('are those of all pairs, narrow features and wide ones; 0 of a constant one', () => {
    const xs = [feature('x', [6, 4]), feature('y', [6, 5, 3]), tf.fill([6, 2], 0.1)]
    const ys = [feature('z', [6, 2]), feature('x', [6, 4])]
    const all = linearCkas(xs, ys).arraySync()
    expect(all.map((row) => row.length)).toEqual([2, 2, 2])
    for (const [i, x] of xs.entries()) for (const [j, y] of ys.entries()) expect(all[i]![j]).toBeCloseTo(value(linearCka(x, y)), 5)
    expect(all[0]![1]).toBeCloseTo(1, 6)
    expect(all[2]).toEqual([0, 0])
  })

  it('refuse other numbers of examples, and fewer than 3', () => {
    expect(() => linearCkas([feature('x', [5, 4])], [feature('y', [6, 4])])).toThrow(expect.objectContaining({ code: 'shape-mismatch', message: expect.stringMatching(/5, 6/) }))
    expect(() => linearCkas([feature('x', [2, 4])], [feature('y', [2, 4])])).toThrow(/at least 3 of them, got 2/)
  })
})

describe('meanCosine', () => {
  it('is the mean over vectors of the cosine', () => {
    expect(value(meanCosine(tf.tensor2d([[3, 4], [1, 0]]), tf.tensor2d([[4, 3], [-2, 0]])))).toBeCloseTo((24 / 25 - 1) / 2, 6)
    expect(value(meanCosine(tf.tensor2d([[0, 0], [1, 0]]), tf.tensor2d([[4, 3], [2, 0]])))).toBeCloseTo(0.5, 6)
    expect(() => meanCosine(tf.zeros([2, 3]), tf.zeros([2, 4]))).toThrow(/\[2, 3\].*\[2, 4\]/)
  })
})

describe('variances', () => {
  it('are the mean over the width of the variance of each number', () => {
    const x = tf.tensor2d([[1, 0], [3, 0]]) // 1 and 0
    expect(value(featureVariance(x))).toBe(0.5)
    expect(value(varianceBetweenExamples(x))).toBe(0.5)
  })

  it('tell examples that became alike from tokens that did', () => {
    const places = tf.tile(tf.tensor3d([[[1, 0], [3, 0]]]), [4, 1, 1]) // four examples alike, of two tokens
    expect(value(varianceBetweenExamples(places))).toBe(0)
    expect(value(featureVariance(places))).toBe(0.5)
    const x = feature('x', [6, 3, 4])
    expect(value(varianceBetweenExamples(x))).toBeLessThan(value(featureVariance(x)))
  })
})

describe('effectiveRank and participationRatio', () => {
  const cross = (a: number, b: number) => tf.tensor2d([[a, 0], [-a, 0], [0, b], [0, -b]]) // singular values √2·a and √2·b

  it('count directions of equal strength, and weigh others', () => {
    expect(value(effectiveRank(cross(1, 1)))).toBeCloseTo(2, 6)
    expect(value(participationRatio(cross(1, 1)))).toBeCloseTo(2, 6)
    expect(value(effectiveRank(cross(3, 1)))).toBeCloseTo(1.7548, 4) // p = ¾ and ¼
    expect(value(participationRatio(cross(3, 1)))).toBeCloseTo(100 / 82, 5)
    expect(value(effectiveRank(cross(1, 0)))).toBeCloseTo(1, 6)
  })

  it('do not change as a feature is scaled, moved, or laid out as tokens', () => {
    const x = feature('x', [12, 4])
    for (const rank of [effectiveRank, participationRatio]) {
      expect(value(rank(tf.add(tf.mul(x, 50), 3)))).toBeCloseTo(value(rank(x)), 4)
      expect(value(rank(tf.reshape(x, [3, 4, 4])))).toBe(value(rank(x)))
      expect(value(rank(tf.mul(x, 1e-12)))).toBeCloseTo(value(rank(x)), 4)
    }
  })

  it('are 0 of a constant feature, also of one whose mean is rounded, and NaN of one that is not finite', () => {
    for (const rank of [effectiveRank, participationRatio]) {
      for (const constant of [0, 0.1, 1234.567]) expect(value(rank(tf.fill([7, 3], constant)))).toBe(0)
      expect(value(rank(tf.tensor2d([[1, 2], [3, Number.NaN], [4, 5]])))).toBeNaN()
    }
  })

  it('have a rank of 1 in a trace for a feature of one direction and many numbers', async () => {
    const direction = wave('x', [1, 64]).values
    const values = Float32Array.from({ length: 200 * 64 }, (_, i) => Math.sin(Math.floor(i / 64)) * direction[i % 64]!)
    const { rank, ratio } = await evaluate(await openTensorFlow(), { x: { shape: [200, 64], type: 'float32', values } }, ({ x }) => ({ rank: effectiveRank(x!), ratio: participationRatio(x!) }))
    expect(rank?.[0]).toBeCloseTo(1, 3)
    expect(ratio?.[0]).toBeCloseTo(1, 4)
  })

  it('say in a trace what is constant and what is not finite, and let the call go on', async () => {
    const x = { shape: [5, 3], type: 'float32' as const, values: new Float32Array(15).fill(0.1) }
    const bad = { ...x, values: Float32Array.from(wave('x', [15]).values).fill(Number.NaN, 3, 4) }
    const received = await evaluate(await openTensorFlow(), { x, bad }, ({ x, bad }) => ({ x: effectiveRank(x!), bad: effectiveRank(bad!), badRatio: participationRatio(bad!), cka: linearCka(x!, x!) }))
    expect(Object.fromEntries(Object.entries(received).map(([name, [only]]) => [name, only]))).toEqual({ x: 0, bad: Number.NaN, badRatio: Number.NaN, cka: 0 })
  })
})

it('similarities leave no tensor behind', () => {
  const [x, y] = [feature('x', [6, 3, 4]), feature('y', [6, 3, 4])]
  const before = tf.memory().numTensors
  for (const scalar of [linearCka(x, y), meanCosine(x, y), featureVariance(x), varianceBetweenExamples(x), effectiveRank(x), participationRatio(x)]) scalar.dispose()
  expect(tf.memory().numTensors).toBe(before)
})
