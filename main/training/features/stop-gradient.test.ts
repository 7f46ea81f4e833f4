import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTensorFlow } from '../../tensorflow/open.ts'
import { openReference } from '../../tensorflow/reference.ts'
import type { Session } from '../../tensorflow/runtime.ts'
import { tf } from '../../tensorflow/tf.ts'
import { featureLoss } from '../distillation/feature-losses.ts'
import { detach, stopGradient } from './stop-gradient.ts'

let sessions: Readonly<Record<string, Session>>
beforeAll(async () => {
  sessions = { tensorflow: await (await openTensorFlow()).openSession({ threads: 1 }), reference: await (await openReference()).openSession() }
})
afterAll(() => Promise.all(Object.values(sessions).map((session) => session.close())))

/** The front w·x and the rear v·z of one number each, x = 2; the pull of the front towards the rear. */
function chain(w: tf.Tensor, v: tf.Tensor, target: (z2: tf.Tensor) => tf.Tensor): tf.Scalar {
  const z1 = tf.mul(w, 2)
  const asFeature = (z: tf.Tensor) => tf.reshape(z, [1, 1])
  return featureLoss({ kind: 'mse', normalization: 'none', student: asFeature(z1), target: asFeature(target(tf.mul(v, z1))) })
}

describe.each(['tensorflow', 'reference'])('a chain of two numbers on the %s runtime', (kind) => {
  const run = async (v: number, target: (z2: tf.Tensor) => tf.Tensor) => {
    const step = sessions[kind]!.compile({
      name: 'chain',
      inputs: { w: { shape: [], type: 'float32' }, v: { shape: [], type: 'float32' } },
      trace: ({ inputs }) => {
        const { value, grads } = tf.valueAndGrads((w, v) => chain(w!, v!, target))([inputs.w, inputs.v])
        return { value, w: grads[0]!, v: grads[1]! }
      },
    })
    const { value, ...slopes } = await step.run({ w: 1.5, v })
    return [value[0], slopes.w[0], slopes.v[0]]
  }

  it('pulls the front alone towards the rear’s feature where the gradient stops there: z1 = 3, z2 = 1.5', async () => {
    expect(await run(0.5, stopGradient)).toEqual([2.25, 6, 0])
  })

  it('pulls both where it does not', async () => {
    expect(await run(0.5, (z2) => z2)).toEqual([2.25, 3, -9])
  })

  it('has nothing to pull where the rear gives what it gets', async () => {
    expect(await run(1, stopGradient)).toEqual([0, 0, 0])
    expect(await run(1, (z2) => z2)).toEqual([0, 0, 0])
  })

  it('gives the same slope of the front through a target that is cut off, and refuses that of the rear', async () => {
    const step = sessions[kind]!.compile({
      name: 'detached',
      inputs: {},
      trace: () => ({ w: tf.grad((w) => chain(w, tf.scalar(0.5), detach))(tf.scalar(1.5)) }),
    })
    expect((await step.run({})).w[0]).toBe(6)
    await expect(run(0.5, detach)).rejects.toThrow(/Cannot compute gradient/)
  })
})

it('computes no way back through what is cut off, and one of zeros through what is stopped', async () => {
  const products = async (target: (x: tf.Tensor) => tf.Tensor) => {
    const step = sessions['tensorflow']!.compile({
      name: 'ways',
      inputs: { w: { shape: [8, 8], type: 'float32' }, v: { shape: [8, 8], type: 'float32' } },
      trace: ({ inputs }) => ({
        w: tf.grad((w) => {
          const z1 = tf.tanh(tf.matMul(inputs.v as tf.Tensor2D, w as tf.Tensor2D))
          const z2 = tf.tanh(tf.matMul(z1 as tf.Tensor2D, inputs.v as tf.Tensor2D))
          return tf.mean(tf.square(tf.sub(z1, target(z2))))
        })(inputs.w),
      }),
    })
    const operations = await step.profile({ w: new Float32Array(64).fill(0.1), v: new Float32Array(64).fill(0.2) })
    return operations.filter(({ type }) => type.includes('MatMul')).length
  }
  expect(await products(detach)).toBe(3) // two forward, one back
  expect(await products(stopGradient)).toBe(4)
})
