import { beforeAll, describe, expect, test } from 'vitest'
import { openTensorFlow } from '../tensorflow/open.ts'
import { openReference } from '../tensorflow/reference.ts'
import type { Runtime } from '../tensorflow/runtime.ts'
import { tf } from '../tensorflow/tf.ts'
import { armijoSearch } from './armijo-search.ts'
import { smoothnessBracket } from './smoothness.ts'

interface Curve {
  readonly theta: number
  readonly gradient: number
  /** Runs in the graph. */
  readonly loss: (theta: tf.Tensor) => tf.Scalar
}

/** f = 2θ², so L = 4. */
const parabola: Curve = { theta: 1, gradient: 4, loss: (theta) => tf.mul<tf.Scalar>(2, tf.square(theta)) }
const rules = { start: 1, c: 0.1, delta: 0.9, maxTries: 100, fallbackStep: 1e-6 }

async function search(runtime: Runtime, curve: Curve, changed: Partial<typeof rules> = {}) {
  const { start, ...rule } = { ...rules, ...changed }
  const session = await runtime.openSession()
  try {
    const step = session.compile({
      name: 'search',
      inputs: { theta: { shape: [], type: 'float32' }, gradient: { shape: [], type: 'float32' } },
      trace: ({ inputs: { theta, gradient } }) => ({
        ...armijoSearch({
          lossAt: ([candidate]) => curve.loss(candidate as tf.Tensor), // as many as parameters
          parameters: [theta],
          gradients: [gradient],
          constants: [],
          loss: curve.loss(theta),
          gradientSquared: tf.square(gradient) as tf.Scalar, // of a scalar
          start: tf.scalar(start),
          ...rule,
        }),
      }),
    })
    const { stepSize, tries, accepted, fallback } = await step.run({ theta: curve.theta, gradient: curve.gradient })
    return { stepSize: stepSize[0] ?? Number.NaN, tries: tries[0], accepted: accepted[0], fallback: fallback[0] }
  } finally {
    await session.close()
  }
}

describe.each([
  ['the reference', openReference],
  ['TensorFlow', openTensorFlow],
])('on %s', (_, open) => {
  let runtime: Runtime
  beforeAll(async () => {
    runtime = await open()
  })

  test('shrinks 8 times by 0.9 on 2θ², in 9 tries', async () => {
    const found = await search(runtime, parabola)
    expect(found.stepSize).toBeCloseTo(0.43046721, 6)
    expect(found).toMatchObject({ tries: 9, accepted: 1, fallback: 0 })
  })

  test('halves twice with δ 0.5', async () => {
    expect(await search(runtime, parabola, { delta: 0.5 })).toEqual({ stepSize: 0.25, tries: 3, accepted: 1, fallback: 0 })
  })

  test('takes the first step size at or below 0.45 and no smaller one', async () => {
    expect(await search(runtime, parabola, { start: 0.44 })).toMatchObject({ tries: 1, accepted: 1 })
    expect(await search(runtime, parabola, { start: 0.46 })).toMatchObject({ tries: 2, accepted: 1 })
  })

  test('falls back after the allowed tries', async () => {
    const found = await search(runtime, parabola, { maxTries: 8 })
    expect(found.stepSize).toBeCloseTo(1e-6, 12)
    expect(found).toMatchObject({ tries: 8, accepted: 0, fallback: 1 })
  })

  test('falls back where the direction leads up', async () => {
    expect(await search(runtime, { ...parabola, gradient: -4 }, { maxTries: 5 })).toMatchObject({ tries: 5, accepted: 0, fallback: 1 })
  })

  test('takes no step and evaluates nothing where the gradient vanishes', async () => {
    expect(await search(runtime, { ...parabola, gradient: 9e-9 })).toEqual({ stepSize: 0, tries: 0, accepted: 0, fallback: 0 })
  })

  test('refuses a step to where the loss is not a number', async () => {
    const loss = (theta: tf.Tensor) => tf.mul<tf.Scalar>(2, tf.square(tf.sqrt(theta))) // 2θ from 0 on, NaN below
    expect(await search(runtime, { theta: 1, gradient: 2, loss }, { delta: 0.5 })).toMatchObject({ stepSize: 0.5, tries: 2 })
  })
})

test('brackets the smoothness of a parabola between its last two tries', () => {
  const { low, high } = smoothnessBracket({ c: 0.1, accepted: 0.43046721, refused: 0.4782969 })
  expect(low).toBeCloseTo(3.76335, 4)
  expect(high).toBeCloseTo(4.1815, 3)
  expect(smoothnessBracket({ c: 0.1, accepted: 1, refused: null }).low).toBe(0)
})
