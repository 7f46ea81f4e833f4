import { beforeAll, describe, expect, it } from 'vitest'
import type { FeatureLossKind } from '../../contract/distillation-config.ts'
import { tf } from '../../tensorflow/tf.ts'
import { checkFeatureLoss, featureLoss } from './feature-losses.ts'
import type { FeatureLoss } from './feature-losses.ts'
import { wave } from '../features/reference/formula.ts'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

const kinds: readonly FeatureLossKind[] = ['mse', 'cosine', 'smooth-l1', 'relation', 'cka', 'attention']
const all: readonly FeatureLoss[] = kinds.flatMap((kind): FeatureLoss[] =>
  kind === 'attention' ? [{ kind, normalization: 'none' }] : [{ kind, normalization: 'layer-norm' }, { kind, normalization: 'l2' }, { kind, normalization: 'none' }],
)
const tokens = [4, 3, 5]

const feature = (name: string, shape: readonly number[] = tokens) => tf.tensor(wave(name, shape).values, [...shape])
const of = (loss: FeatureLoss, student: tf.Tensor, target: tf.Tensor) => featureLoss({ ...loss, student, target }).dataSync()[0] ?? Number.NaN
const raw = (kind: FeatureLossKind, student: number[][], target: number[][]) => of({ kind, normalization: 'none' }, tf.tensor2d(student), tf.tensor2d(target))

describe('featureLoss in closed form', () => {
  it('is a mean of squares, not a sum', () => {
    expect(raw('mse', [[1, 2]], [[3, 5]])).toBe(6.5)
    expect(raw('mse', [[1, 2], [0, 0]], [[3, 5], [0, 0]])).toBe(3.25)
  })

  it('is square within 1 and straight beyond, for smooth-l1', () => {
    expect(raw('smooth-l1', [[1, 2]], [[3, 5]])).toBe(2) // (1.5 + 2.5)/2
    expect(raw('smooth-l1', [[0, 0]], [[0.5, -1]])).toBeCloseTo((0.125 + 0.5) / 2, 6)
  })

  it('is 1 minus the cosine: 0, 1 and 2 of the same, a right and the opposite direction', () => {
    expect(raw('cosine', [[3, 0]], [[5, 0]])).toBeCloseTo(0, 6)
    expect(raw('cosine', [[3, 0]], [[0, 1]])).toBeCloseTo(1, 6)
    expect(raw('cosine', [[3, 0]], [[-1, 0]])).toBeCloseTo(2, 6)
    expect(raw('cosine', [[3, 4], [1, 0]], [[4, 3], [1, 0]])).toBeCloseTo(0.02, 6) // half of 1 − 24/25
  })

  it('compares what layer norm leaves: ±1 of two numbers', () => {
    const loss = of({ kind: 'mse' }, tf.tensor2d([[0, 10]]), tf.tensor2d([[7, 3]]))
    expect(loss).toBeCloseTo(4, 4) // (1 + 1)²
  })

  it('relates three points on a line to a triangle, for relation', () => {
    // Points 0, 1, 2: distances 1, 1, 2 over 4/3; cosines 1, −1, 1. A triangle of equal sides: distances 1, cosines ½.
    const triangle = [[0, 0], [1, 0], [0.5, Math.sqrt(0.75)]]
    const distance = (2 * (0.25 ** 2 / 2) + 0.5 ** 2 / 2) / 3
    const angle = (2 * (0.5 ** 2 / 2) + (1.5 - 0.5)) / 3
    expect(raw('relation', [[0, 0], [1, 0], [2, 0]], triangle)).toBeCloseTo(distance + 2 * angle, 5)
  })

  it('is 1 minus the CKA of the batch', () => {
    expect(raw('cka', [[1], [-1], [0]], [[1], [1], [-2]])).toBeCloseTo(1, 6)
    expect(raw('cka', [[1], [-1], [0]], [[-5], [5], [0]])).toBeCloseTo(0, 6)
  })

  it('compares where a feature is strong, for attention', () => {
    // Squares over the width: (25, 0) and (0, 4), of length 1: (1, 0) and (0, 1).
    expect(of({ kind: 'attention' }, tf.tensor3d([[[3, 4], [0, 0]]]), tf.tensor3d([[[0, 0], [0, 2]]]))).toBeCloseTo(1, 6)
    expect(of({ kind: 'attention' }, tf.tensor3d([[[3, 4], [0, 0]]]), tf.tensor3d([[[0, -5], [0, 0]]]))).toBeCloseTo(0, 6)
  })
})

describe.each(all)('the feature loss $kind, normalised by $normalization,', (loss) => {
  it('is 0 with gradients of 0 where the rear gives what it gets', () => {
    const { value, grads } = tf.valueAndGrads((student, target) => featureLoss({ ...loss, student: student!, target: target! }))([feature('student'), feature('student')])
    expect(value.dataSync()[0]).toBe(0)
    for (const gradient of grads) expect(Math.max(...gradient.dataSync().map(Math.abs))).toBeLessThan(1e-9)
  })

  it('is above 0 elsewhere, and the same from either side', () => {
    const [student, target] = [feature('student'), feature('target')]
    expect(of(loss, student, target)).toBeGreaterThan(1e-3)
    expect(of(loss, target, student)).toBeCloseTo(of(loss, student, target), 6)
  })

  it('does not depend on the order of the examples', () => {
    const order = tf.tensor1d([2, 0, 3, 1], 'int32')
    const [student, target] = [feature('student'), feature('target')]
    expect(of(loss, tf.gather(student, order), tf.gather(target, order))).toBeCloseTo(of(loss, student, target), 6)
  })

  it('has the gradients that central differences measure, to a thousandth', () => {
    const [student, target] = [feature('student'), feature('target')]
    const grads = tf.grads((s, t) => featureLoss({ ...loss, student: s!, target: t! }))([student, target])
    const slopes = [differences(student, (x) => of(loss, x, target)), differences(target, (x) => of(loss, student, x))]
    slopes.forEach((measured, side) => {
      const gradient = grads[side]!.dataSync()
      const largest = Math.max(...measured.map(Math.abs))
      measured.forEach((slope, i) => expect(Math.abs(slope - gradient[i]!), `${side}, ${i}`).toBeLessThan(1e-3 * largest))
    })
  })

  it('leaves no tensor behind', () => {
    const [student, target] = [feature('student'), feature('target')]
    const before = tf.memory().numTensors
    featureLoss({ ...loss, student, target }).dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  it('stays finite, as do its gradients, for features that fell to a constant or to 0', () => {
    for (const value of [0, 0.7]) {
      const student = tf.fill(tokens, value)
      for (const target of [feature('target'), tf.fill(tokens, value)]) {
        const { value: at, grads } = tf.valueAndGrads((s, t) => featureLoss({ ...loss, student: s!, target: t! }))([student, target])
        for (const tensor of [at, ...grads]) expect(tensor.dataSync().every(Number.isFinite)).toBe(true)
      }
    }
  })
})

describe('invariants', () => {
  it.each<FeatureLoss>([...all.filter(({ normalization }) => normalization !== 'none'), { kind: 'cosine', normalization: 'none' }, { kind: 'relation', normalization: 'none' }, { kind: 'cka', normalization: 'none' }, { kind: 'attention' }])(
    '$kind, normalised by $normalization, does not change as a feature is scaled',
    (loss) => {
      const [student, target] = [tf.mul(feature('student'), 3), tf.mul(feature('target'), 3)]
      const expected = of(loss, student, target)
      expect(Math.abs(of(loss, tf.mul(student, 40), target) - expected)).toBeLessThan(1e-4 * expected)
      expect(Math.abs(of(loss, student, tf.mul(target, 40)) - expected)).toBeLessThan(1e-4 * expected)
    },
  )

  it.each<FeatureLossKind>(['mse', 'cosine', 'smooth-l1'])('%s does not depend on how the vectors are shared out to examples and positions', (kind) => {
    const regrouped = (x: tf.Tensor) => tf.reshape(x, [2, 6, 5])
    const [student, target] = [feature('student'), feature('target')]
    expect(of({ kind }, regrouped(student), regrouped(target))).toBeCloseTo(of({ kind }, student, target), 6)
  })
})

describe('refusals', () => {
  it('names both shapes where they differ', () => {
    const refused = expect.objectContaining({ code: 'shape-mismatch', message: expect.stringMatching(/\[4, 3, 5\].*\[4, 3, 6\]/), facts: { student: [4, 3, 5], target: [4, 3, 6] } })
    for (const kind of kinds) expect(() => of({ kind }, feature('student'), feature('target', [4, 3, 6]))).toThrow(refused)
    expect(() => of({ kind: 'mse' }, feature('student', [4, 15]), feature('target'))).toThrow(/\[4, 15\].*\[4, 3, 5\]/)
  })

  it('says that attention needs positions, and features that are not normalised', () => {
    expect(() => checkFeatureLoss({ kind: 'attention' }, [8, 64])).toThrow(expect.objectContaining({ code: 'shape-mismatch', message: expect.stringContaining('[8, 64] has no positions') }))
    expect(() => checkFeatureLoss({ kind: 'attention' }, [8, 1, 64])).toThrow(/no positions/)
    expect(() => checkFeatureLoss({ kind: 'attention', normalization: 'layer-norm' }, [8, 49, 64])).toThrow(expect.objectContaining({ code: 'invalid-input', message: expect.stringContaining('Set normalization to none') }))
    expect(() => checkFeatureLoss({ kind: 'attention' }, [8, 7, 7, 64])).not.toThrow()
  })

  it('says that two examples have no relations, and that a layer norm of one number is 0', () => {
    for (const kind of ['relation', 'cka'] as const) expect(() => checkFeatureLoss({ kind }, [2, 64])).toThrow(/at least 3 of them, got 2/)
    expect(() => checkFeatureLoss({ kind: 'mse' }, [8, 1])).toThrow(/layer norm over a width of 1 makes every feature 0/)
    expect(() => checkFeatureLoss({ kind: 'mse', normalization: 'none' }, [8, 1])).not.toThrow()
  })
})

/** The slope along each element, over a step that float32 resolves. */
function differences(x: tf.Tensor, call: (x: tf.Tensor) => number): number[] {
  const values = x.dataSync()
  const at = (i: number, by: number) => call(tf.tensor(Float32Array.from(values, (value, j) => (i === j ? value + by : value)), x.shape))
  return Array.from(values, (_, i) => (at(i, STEP) - at(i, -STEP)) / (2 * STEP))
}

const STEP = 0.01
