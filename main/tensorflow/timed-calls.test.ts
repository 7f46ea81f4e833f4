import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTensorFlow } from './open.ts'
import type { Session } from './runtime.ts'
import { tf } from './tf.ts'

const sessions: Session[] = []
beforeAll(async () => {
  const runtime = await openTensorFlow()
  for (let i = 0; i < 2; i++) sessions.push(await runtime.openSession({ threads: 1 }))
})
afterAll(() => Promise.all(sessions.map((session) => session.close())))

it('times calls of two sessions that run at the same time, one after the other', async () => {
  const steps = await Promise.all(
    sessions.map(async (session) => {
      await session.createVariables({ matrix: { shape: [400, 400], type: 'float32', values: new Float32Array(160_000).fill(0.01) } })
      return session.compile({ name: 'square', inputs: {}, trace: (context) => ({ sum: tf.sum(tf.matMul(context.read('matrix') as tf.Tensor2D, context.read('matrix') as tf.Tensor2D)) }) }) // made with two dimensions
    }),
  )
  for (let round = 0; round < 5; round++) {
    const timed = await Promise.all(steps.map((step) => step.runTimed({})))
    for (const { outputs, operations } of timed) {
      expect(outputs.sum[0]).toBeCloseTo(400 * 400 * 400 * 1e-4, 0)
      expect(operations.some(({ type }) => type.includes('MatMul'))).toBe(true)
    }
  }
})
