import { describe, expect, it } from 'vitest'
import { openTensorFlow } from './open.ts'
import { sumInOrder } from './ops.ts'
import { openReference } from './reference.ts'
import { tf } from './tf.ts'

describe.each([
  ['TensorFlow', openTensorFlow],
  ['the reference', openReference],
])('a sum in order, on %s', (_, open) => {
  it('begins with its first term, also where the memory of another could be used again', async () => {
    const session = await (await open()).openSession({ threads: 1 })
    const variable = (value: number) => ({ shape: [1], type: 'float32' as const, values: Float32Array.of(value) })
    await session.createVariables({ large: variable(1e8), opposite: variable(-1e8), one: variable(1) })
    const step = session.compile({
      name: 'order',
      inputs: { factor: { shape: [], type: 'float32' } },
      // Variables keep their memory; that of the product is free for AddN, which would begin with it: 1 − 1e8 is −1e8, so it gives 0.
      trace: ({ read, inputs }) => ({ sum: sumInOrder([read('large'), read('opposite'), tf.mul(read('one'), inputs.factor)]) }),
    })
    expect(Array.from((await step.run({ factor: 1 })).sum)).toEqual([1])
    await session.close()
  })

  it('of one term is that term, and of none is refused', async () => {
    const session = await (await open()).openSession({ threads: 1 })
    const step = session.compile({ name: 'one', inputs: { x: { shape: [2], type: 'float32' } }, trace: ({ inputs }) => ({ sum: sumInOrder([tf.mul(inputs.x, 2)]) }) })
    expect(Array.from((await step.run({ x: Float32Array.of(3, 4) })).sum)).toEqual([6, 8])
    expect(() => sumInOrder([])).toThrow('no tensors')
    await session.close()
  })
})
