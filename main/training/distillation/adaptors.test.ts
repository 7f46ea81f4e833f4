import { beforeAll, describe, expect, it } from 'vitest'
import { openTensorFlow } from '../../tensorflow/open.ts'
import { openReference } from '../../tensorflow/reference.ts'
import type { HostArrays, Tensors } from '../../tensorflow/runtime.ts'
import { tf } from '../../tensorflow/tf.ts'
import { Random } from '../random.ts'
import { planAdaptor } from './adaptors.ts'
import type { Adaptor } from './adaptors.ts'
import { featureLoss } from './feature-losses.ts'
import { valueAndGradients } from '../features/reference/evaluate.ts'
import { wave } from '../features/reference/formula.ts'
import { resample, resamplingWeights } from './resampling.ts'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

const plan = (from: readonly number[], to: readonly number[]) => {
  const adaptor = planAdaptor({ from, to })
  if (!adaptor) throw new Error('No adaptor is needed.')
  return adaptor
}
const tensorsOf = (arrays: HostArrays): Tensors => Object.fromEntries(Object.entries(arrays).map(([name, { values, shape }]) => [name, tf.tensor(values as Float32Array, [...shape])])) // all are float32
const applied = (adaptor: Adaptor, student: tf.Tensor) => adaptor.applyToStudent('adaptor', tensorsOf(adaptor.init('adaptor', Random.seeded(3))), student)

describe('planAdaptor', () => {
  it('has nothing to do for equal shapes', () => {
    for (const shape of [[64], [49, 64], [7, 7, 32]]) expect(planAdaptor({ from: shape, to: shape })).toBeNull()
  })

  it.each([
    { from: [64], to: [32], shape: [32], parameters: 64 * 32 + 32, macs: 64 * 32 },
    { from: [16, 8], to: [16, 12], shape: [16, 12], parameters: 108, macs: 16 * 96 },
    { from: [16, 8], to: [4, 8], shape: [4, 8], parameters: 0, macs: 0 },
    { from: [7, 7, 32], to: [14, 14, 64], shape: [7, 7, 64], parameters: 2_112, macs: 49 * 32 * 64 },
    { from: [14, 7, 4], to: [7, 14, 6], shape: [7, 7, 6], parameters: 30, macs: 49 * 24 },
  ])('leads from $from to $to by $shape, and counts what that costs', ({ from, to, shape, parameters, macs }) => {
    const adaptor = plan(from, to)
    expect(adaptor.shape).toEqual(shape)
    expect(adaptor.cost).toEqual({ parameters, macsPerExample: macs })
    const drawn = adaptor.init('adaptor', Random.seeded(3))
    expect(Object.values(drawn).reduce((sum, { values }) => sum + values.length, 0)).toBe(parameters)
    expect(Object.entries(drawn).map(([name, array]) => [name, array.shape])).toEqual(adaptor.parameters('adaptor').map((spec) => [spec.name, spec.shape]))
    expect(applied(adaptor, tf.zeros([2, ...from])).shape).toEqual([2, ...shape])
    expect(adaptor.applyToTarget(tf.zeros([2, ...to])).shape).toEqual([2, ...shape])
  })

  it('draws the same from the same seed', () => {
    const adaptor = plan([64], [32])
    expect(adaptor.init('a', Random.seeded(1))).toEqual(adaptor.init('a', Random.seeded(1)))
    expect(adaptor.init('a', Random.seeded(1))).not.toEqual(adaptor.init('a', Random.seeded(2)))
  })

  it('maps the last axis of each token by its kernel and bias', () => {
    const adaptor = plan([2, 2], [2, 3])
    const parameters = { 'p/kernel': tf.tensor2d([[1, 0, 2], [0, 1, -1]]), 'p/bias': tf.tensor1d([0, 10, 0]) }
    const y = adaptor.applyToStudent('p', parameters, tf.tensor3d([[[3, 4], [5, 6]]]))
    expect(y.arraySync()).toEqual([[[3, 14, 2], [5, 16, 4]]])
  })

  it('takes means of neighbours where one number of places divides the other', () => {
    const adaptor = plan([4, 1], [2, 1])
    expect(applied(adaptor, tf.tensor3d([[[1], [3], [10], [20]]])).arraySync()).toEqual([[[2], [15]]])
    const target = tf.tensor3d([[[1], [2]]])
    expect(adaptor.applyToTarget(target)).toBe(target)
  })

  it.each([
    [[64], [7, 7, 32]],
    [[49, 64], [64]],
    [[7, 7, 32], [49, 32]],
    [[], []],
    [[0], [4]],
  ])('refuses to lead from %j to %j and names both', (from, to) => {
    expect(() => planAdaptor({ from, to })).toThrow(expect.objectContaining({ code: 'shape-mismatch', message: expect.stringContaining(`[${from.join(', ')}] to a target of [${to.join(', ')}]`), facts: { from, to } }))
  })

  it('refuses features that it was not planned for, and parameters that are missing', () => {
    const adaptor = plan([4, 2], [2, 3])
    expect(() => adaptor.applyToTarget(tf.zeros([5, 4, 3]))).toThrow(/target's feature \[batch, 2, 3\], and got \[5, 4, 3\]/)
    expect(() => adaptor.applyToStudent('p', {}, tf.zeros([5, 4, 3]))).toThrow(/student's feature \[batch, 4, 2\]/)
    expect(() => adaptor.applyToStudent('p', {}, tf.zeros([5, 4, 2]))).toThrow(/"p\/kernel", which was not given/)
  })

  it('has, with a loss behind it, the same gradients in a trace as on the reference, and those of central differences', async () => {
    const adaptor = plan([7, 6, 2], [3, 9, 4])
    const arrays = { ...adaptor.init('p', Random.seeded(3)), student: wave('student', [2, 7, 6, 2]), target: wave('target', [2, 3, 9, 4]) }
    const loss = (given: Tensors) => featureLoss({ kind: 'mse', normalization: 'none', student: adaptor.applyToStudent('p', given, given['student']!), target: adaptor.applyToTarget(given['target']!) })
    const [plain, traced] = [await valueAndGradients(await openReference(), arrays, loss), await valueAndGradients(await openTensorFlow(), arrays, loss)]
    expect(traced.value).toBeCloseTo(plain.value, 5)
    await tf.setBackend('cpu')
    for (const [name, { values, shape }] of Object.entries(arrays)) {
      const gradient = plain.gradients[name] ?? new Float32Array()
      const largest = Math.max(...gradient.map(Math.abs))
      gradient.forEach((slope, i) => expect(Math.abs(slope - (traced.gradients[name]?.[i] ?? Number.NaN)), name).toBeLessThan(1e-4 * largest))
      const at = (i: number, by: number) => loss({ ...tensorsOf(arrays), [name]: tf.tensor(Float32Array.from(values, (value, j) => (i === j ? value + by : value)), [...shape]) }).dataSync()[0]!
      for (let i = 0; i < values.length; i += 5) expect(Math.abs((at(i, 0.01) - at(i, -0.01)) / 0.02 - gradient[i]!), `${name} ${i}`).toBeLessThan(1e-3 * largest)
    }
  })
})

describe('resample', () => {
  it('keeps constants and, away from where places are cut off, straight lines', () => {
    for (const [length, places] of [[7, 3], [9, 4], [8, 4], [5, 5], [16, 7]] as const) {
      const line = tf.range(0, length)
      const y = resample(line, 0, places).dataSync()
      y.forEach((value, to) => expect(value).toBeCloseTo((to + 0.5) * (length / places) - 0.5, 4))
      expect([...resample(tf.ones([length]), 0, places).dataSync()].every((value) => Math.abs(value - 1) < 1e-6)).toBe(true)
    }
  })

  it('weighs by shares that add up to 1', () => {
    expect([...resamplingWeights(4, 2)]).toEqual([0.5, 0, 0.5, 0, 0, 0.5, 0, 0.5])
    expect([...resamplingWeights(3, 2)]).toEqual([0.75, 0, 0.25, 0.25, 0, 0.75])
  })

  it('takes any axis, and leaves no tensor behind but its result', () => {
    const x = tf.tensor3d(wave('x', [2, 6, 3]).values, [2, 6, 3])
    const across = tf.transpose(resample(tf.transpose(x, [1, 0, 2]), 0, 4), [1, 0, 2])
    expect(resample(x, 1, 4).arraySync()).toEqual(across.arraySync())
    expect(resample(x, 1, 6)).toBe(x)
    const before = tf.memory().numTensors
    tf.tidy(() => resample(x, 1, 4)).dispose()
    expect(tf.memory().numTensors).toBe(before)
  })
})
