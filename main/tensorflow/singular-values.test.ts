import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTensorFlow } from './open.ts'
import { singularValues } from './ops.ts'
import { openReference } from './reference.ts'
import type { Session } from './runtime.ts'
import type { tf } from './tf.ts'

let sessions: Readonly<Record<string, Session>>
beforeAll(async () => {
  sessions = { tensorflow: await (await openTensorFlow()).openSession({ threads: 1 }), reference: await (await openReference()).openSession() }
})
afterAll(() => Promise.all(Object.values(sessions).map((session) => session.close())))

describe.each(['tensorflow', 'reference'])('singularValues on the %s runtime', (kind) => {
  const of = async (values: readonly number[], shape: readonly [number, number], jit = false) => {
    const step = sessions[kind]!.compile({ name: 'values', jit, inputs: { x: { shape, type: 'float32' } }, trace: ({ inputs }) => ({ values: singularValues(inputs.x as tf.Tensor2D) }) })
    return [...(await step.run({ x: Float32Array.from(values) })).values]
  }

  it('are 3 and 1 of the symmetric matrix ((2, 1), (1, 2))', async () => {
    expectClose(await of([2, 1, 1, 2], [2, 2]), [3, 1])
  })

  it('are those of the transpose: of a tall and of a wide matrix', async () => {
    // XᵀX of the tall one is ((25, 20), (20, 25)): eigenvalues 45 and 5.
    const expected = [Math.sqrt(45), Math.sqrt(5)]
    expectClose(await of([3, 0, 4, 5, 0, 0], [3, 2]), expected)
    expectClose(await of([3, 4, 0, 0, 5, 0], [2, 3]), expected)
    expectClose(await of([3, 4, 0, 0, 5, 0], [2, 3], true), expected)
  })

  it('tell a value of a hundred-thousandth of the largest', async () => {
    const [large = 0, small = 0] = await of([1, 1, 1, 1 + 2e-5], [2, 2])
    expect(large).toBeCloseTo(2, 4)
    expect(Math.abs(small / 1e-5 - 1)).toBeLessThan(6e-3) // float32 holds 1 + 2e-5 as 1 + 2.003e-5
  })

  it('are 0 beyond the rank', async () => {
    const values = await of([1, 2, 3, 2, 4, 6, 3, 6, 9], [3, 3])
    expect(values[0]).toBeCloseTo(14, 5)
    values.slice(1).forEach((value) => expect(value).toBeLessThan(14 * 1e-7))
    expect(await of([0, 0, 0, 0], [2, 2])).toEqual([0, 0])
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('are NaN, and the call goes on, where an element is %s', async (bad) => {
    expect(await of([1, bad, 0, 1], [2, 2])).toEqual([Number.NaN, Number.NaN])
  })
})

function expectClose(received: readonly number[], expected: readonly number[]): void {
  expect(received.length).toBe(expected.length)
  expected.forEach((value, i) => expect(received[i]).toBeCloseTo(value, 5))
}
