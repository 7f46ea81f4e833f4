import { beforeAll, describe, expect, it } from 'vitest'
import { optimizerConfig } from '../../contract/optimizer-config.ts'
import { openTensorFlow } from '../../tensorflow/open.ts'
import { openReference } from '../../tensorflow/reference.ts'
import { tf } from '../../tensorflow/tf.ts'
import type { HostArrays, Runtime, Session } from '../../tensorflow/runtime.ts'
import { assignTensors, readGroup, readTensors, writeGroup } from '../variables.ts'
import type { VariableGroup } from '../variables.ts'
import { optimizedVariables } from '../training-step.ts'
import { createOptimizer } from './index.ts'

const runtimes: Record<string, Runtime> = {}

beforeAll(async () => {
  runtimes['TensorFlow'] = await openTensorFlow()
  runtimes['the reference'] = await openReference()
})

const initial: HostArrays = {
  kernel: { shape: [2, 3], type: 'float32', values: Float32Array.of(0.5, -1, 2, 0.25, -0.75, 1.5) },
  bias: { shape: [3], type: 'float32', values: Float32Array.of(0.1, -0.2, 0.3) },
}
const configs = [
  { kind: 'sgd' },
  { kind: 'sgd', weightDecay: 0.1 },
  { kind: 'momentum', momentum: 0.9 },
  { kind: 'momentum', momentum: 0.9, weightDecay: 0.1 },
  { kind: 'nesterov', momentum: 0.8 },
  { kind: 'adam', weightDecay: 0.1 },
  { kind: 'adamw', weightDecay: 0.1 },
].map((config) => optimizerConfig.parse(config))

describe.each(['TensorFlow', 'the reference'])('updateInPlace on %s', (runtime) => {
  it.each(configs)('gives what update gives, over three calls of two unrolled steps: $kind, decay $weightDecay', async (config) => {
    const [plain, inPlace] = [await train(runtimes[runtime]!, config, 'plain'), await train(runtimes[runtime]!, config, 'in place')]
    expect(Object.keys(inPlace)).toEqual(Object.keys(plain))
    for (const [name, { values }] of Object.entries(plain)) {
      values.forEach((value, i) => expect(inPlace[name]?.values[i], `${name}[${i}]`).toBeCloseTo(value, 5))
      if (name === 'kernel') expect(values[0]).not.toBe(0.5)
    }
  })
})

it('refuses to assign a variable that the trace has updated in place', async () => {
  const session = await runtimes['TensorFlow']!.openSession({})
  await session.createVariables({ p: { shape: [1], type: 'float32', values: Float32Array.of(1) } })
  const compile = () =>
    session.compile({
      name: 'mixed',
      inputs: {},
      trace(context) {
        context.update({ kind: 'descent', parameter: 'p', gradient: tf.tensor1d([1]), learningRate: tf.scalar(0.5) })
        context.assign('p', tf.tensor1d([3]))
        return {}
      },
    })
  expect(compile).toThrow(/"p" was updated in place and then assigned in "mixed"/)
  await session.close()
})

it('shows later reads of a trace the new value, and earlier ones the old', async () => {
  const session = await runtimes['TensorFlow']!.openSession({})
  await session.createVariables({ p: { shape: [2], type: 'float32', values: Float32Array.of(8, 4) } })
  const step = session.compile({
    name: 'halve',
    inputs: {},
    trace(context) {
      const before = tf.mul(context.read('p'), 1)
      context.update({ kind: 'descent', parameter: 'p', gradient: context.read('p'), learningRate: tf.scalar(0.5) })
      return { before, after: tf.mul(context.read('p'), 1) }
    },
  })
  const { before, after } = await step.run({})
  expect([...before, ...after]).toEqual([8, 4, 4, 2])
  expect([...(await session.readVariables(['p']))['p']!.values]).toEqual([4, 2])
  await session.close()
})

/** Gradients of ½|p|² plus a constant, so that they depend on what the step before left. */
async function train(runtime: Runtime, config: (typeof configs)[number], how: 'plain' | 'in place'): Promise<HostArrays> {
  const session = await runtime.openSession({})
  try {
    const optimizer = createOptimizer(config)
    const parameters = await writeGroup(session, 'p/', initial)
    const slots = await writeGroup(session, 's/', optimizer.initSlots(initial))
    const step = compileSteps(session, config, { parameters, slots, how })
    for (let call = 0; call < 3; call++) await step.run({ learningRate: 0.1 / (call + 1) })
    return { ...(await readGroup(session, parameters)), ...(await readGroup(session, slots)) }
  } finally {
    await session.close()
  }
}

function compileSteps(session: Session, config: (typeof configs)[number], { parameters, slots, how }: { parameters: VariableGroup; slots: VariableGroup; how: 'plain' | 'in place' }) {
  const optimizer = createOptimizer(config)
  return session.compile({
    name: how,
    inputs: { learningRate: { shape: [], type: 'float32' } },
    trace(context) {
      const learningRate = context.inputs.learningRate as tf.Scalar // as declared
      const before = { parameters: readTensors(context, parameters), slots: readTensors(context, slots) }
      let now = before
      for (let step = 0; step < 2; step++) {
        const values = how === 'plain' ? now.parameters : readTensors(context, parameters)
        const gradients = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, tf.add(value, 0.25)]))
        if (how === 'plain') now = { ...optimizer.update(values, gradients, now.slots, learningRate) }
        else optimizer.updateInPlace(optimizedVariables(context, { parameters, slots }), gradients, learningRate)
      }
      assignTensors(context, parameters, { before: before.parameters, after: now.parameters })
      assignTensors(context, slots, { before: before.slots, after: now.slots })
      return {}
    },
  })
}
