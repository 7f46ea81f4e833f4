import type * as TensorFlow from '@tensorflow/tfjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LoupeError } from '../contract/errors.ts'
import type { ErrorCode } from '../contract/errors.ts'
import { liveObjects } from './live-objects.ts'
import { openTensorFlow } from './open.ts'
import { batchNorm, dropout, layerNorm, sparseSoftmaxCrossEntropy, whileLoop } from './ops.ts'
import { openReference } from './reference.ts'
import type { Runtime, Session } from './runtime.ts'
import { tf } from './tf.ts'

const runtimes = { tensorflow: openTensorFlow, reference: openReference }

describe.each(Object.entries(runtimes))('a session of the %s runtime', (_, open) => {
  let session: Session
  beforeAll(async () => {
    session = await (await open()).openSession()
    await session.createVariables({ w: { shape: [2], type: 'float32', values: Float32Array.of(1, 2) }, n: { shape: [], type: 'int32', values: Int32Array.of(3) } })
  })
  afterAll(() => session.close())

  it('shows an assigned value to later reads of the call, and changes the variable when the call ends', async () => {
    const step = session.compile({
      name: 'assign',
      inputs: { by: { shape: [], type: 'float32' } },
      trace: ({ inputs, read, assign }) => {
        const before = read('w')
        assign('w', tf.add(before, inputs.by))
        const after = read('w')
        assign('w', tf.mul(after, 2))
        return { before, after, kept: tf.mul(before, 1) }
      },
    })
    expect(await step.run({ by: 10 })).toEqual({ before: Float32Array.of(1, 2), after: Float32Array.of(11, 12), kept: Float32Array.of(1, 2) })
    expect((await session.readVariables(['w']))['w']?.values).toEqual(Float32Array.of(22, 24))
    expect((await step.run({ by: 0 })).before).toEqual(Float32Array.of(22, 24))
  })

  it('swaps two variables without losing either', async () => {
    await session.createVariables({ a: { shape: [1], type: 'float32', values: Float32Array.of(1) }, b: { shape: [1], type: 'float32', values: Float32Array.of(2) } })
    const step = session.compile({
      name: 'swap',
      inputs: {},
      trace: ({ read, assign }) => {
        const [a, b] = [read('a'), read('b')]
        assign('a', b)
        assign('b', a)
        return {}
      },
    })
    for (let i = 0; i < 5; i++) await step.run({})
    const { a, b } = await session.readVariables(['a', 'b'])
    expect([a?.values[0], b?.values[0]]).toEqual([2, 1])
  })

  it('writes variables that exist, whole', async () => {
    await session.writeVariables({ n: { shape: [], type: 'int32', values: Int32Array.of(-7) } })
    expect((await session.readVariables(['n']))['n']).toEqual({ shape: [], type: 'int32', values: Int32Array.of(-7) })
  })

  it('says what is wrong with what it is given', async () => {
    const step = session.compile({ name: 'sum', inputs: { x: { shape: [3], type: 'float32' } }, trace: ({ inputs }) => ({ y: tf.sum(inputs.x) }) })
    await expectError(() => step.run({ x: new Float32Array(4) }), 'shape-mismatch', 'has shape [3], which is 3 values, but was given 4')
    await expectError(() => step.run({ x: new Int32Array(3) }), 'invalid-input', 'is float32, but was given a Int32Array')
    await expectError(() => step.run({ x: 1 }), 'shape-mismatch', 'was given the number 1')
    await expectError(() => session.writeVariables({ w: { shape: [3], type: 'float32', values: new Float32Array(3) } }), 'shape-mismatch', '"w" is float32 [2], but was given float32 [3]')
    await expectError(() => session.writeVariables({ w: { shape: [2], type: 'float32', values: new Float32Array(3) } }), 'shape-mismatch', 'has 3 values')
    await expectError(() => session.createVariables({ w: { shape: [2], type: 'float32', values: new Float32Array(2) } }), 'conflict', 'already holds "w"')
    await expectError(() => session.createVariables({ u: { shape: [2], type: 'uint8', values: new Uint8Array(2) } }), 'invalid-input', 'Use createResident')
    await expectError(() => session.readVariables(['nothing']), 'not-found', 'no variable "nothing"')
    const assigning = async () => session.compile({ name: 'bad', inputs: {}, trace: ({ assign }) => (assign('w', tf.zeros([3])), {}) }).run({})
    await expectError(assigning, 'shape-mismatch', '"w" is float32 [2], but was given float32 [3]')
    expect(await step.run({ x: Float32Array.of(1, 2, 3) })).toEqual({ y: Float32Array.of(6) })
  })

  it('refuses overlapping calls and calls after it was closed', async () => {
    const other = await (await open()).openSession()
    const step = other.compile({ name: 'one', inputs: {}, trace: () => ({ y: tf.scalar(1) }) })
    await other.close()
    await other.close()
    await expectError(() => step.run({}), 'conflict', 'closed')
    await expectError(() => other.readVariables([]), 'conflict', 'closed')
  })
})

describe('tracing', () => {
  let runtime: Runtime
  let session: Session
  beforeAll(async () => {
    runtime = await openTensorFlow()
    session = await runtime.openSession()
    await session.createVariables({ w: { shape: [2], type: 'float32', values: Float32Array.of(1, 2) } })
  })
  afterAll(() => session.close())
  const compile = (trace: (w: TensorFlow.Tensor) => TensorFlow.Tensor) => async () =>
    session.compile({ name: 'traced', inputs: {}, trace: ({ read }) => ({ y: trace(read('w')) }) }).run({})

  it('refuses to read a value that is not known yet, naming what read it', async () => {
    await expectError(compile((w) => tf.scalar(w.dataSync()[0]!)), 'unsupported', 'dataSync read a tensor')
    await expectError(compile((w) => tf.unique(tf.cast(w, 'int32') as TensorFlow.Tensor1D).values), 'unsupported', "UniqueV2's output depends on values")
  })

  it('refuses random numbers drawn in JavaScript, which would be frozen', async () => {
    await expectError(compile((w) => tf.dropout(w, 0.5, undefined, 3)), 'unsupported', 'tf.randomUniform draws random numbers while "traced"')
    await expectError(compile((w) => tf.add(w, tf.randomNormal([2], 0, 1, 'float32', 5))), 'unsupported', 'tf.randomNormal draws')
    await expectError(compile((w) => tf.mul(w, Math.random())), 'unsupported', 'Math.random draws')
    await expectError(compile((w) => tf.multinomial(w as TensorFlow.Tensor1D, 2, 1)), 'unsupported', 'Multinomial draws')
    expect(Math.random()).toBeLessThan(1)
  })

  it('refuses a tensor of another trace', async () => {
    const other = await runtime.openSession()
    let kept: TensorFlow.Tensor | null = null
    other.compile({ name: 'theirs', inputs: { x: { shape: [2], type: 'float32' } }, trace: ({ inputs }) => ((kept = tf.keep(tf.exp(inputs.x))), {}) })
    await expectError(compile((w) => tf.add(w, kept!)), 'unsupported', 'A tensor of "theirs" was used in "traced"')
    const loop = (w: TensorFlow.Tensor) => whileLoop(([i]) => tf.less(i!, 3), ([i]) => [tf.add(i!, tf.sum(w))], [tf.scalar(0)])[0]!
    await expectError(compile(loop), 'unsupported', 'as its state')
    tf.dispose(kept!)
    await other.close()
  })

  it('takes constants from outside, and shares equal ones', async () => {
    const outside = tf.tensor1d([5, 6])
    const step = session.compile({ name: 'constants', inputs: {}, trace: ({ read }) => ({ y: tf.add(tf.add(tf.add(read('w'), 7), 7), tf.add(outside, 7)) }) })
    expect((await step.run({})).y).toEqual(Float32Array.of(27, 29))
    expect(step.operations).toBeLessThanOrEqual(7)
    expect(await compile((w) => tf.add(w, outside))()).toEqual({ y: Float32Array.of(6, 8) })
    outside.dispose()
  })

  it('says out-of-memory for what does not fit, and goes on', async () => {
    const huge = (w: TensorFlow.Tensor) => tf.sum(tf.exp(tf.tile(tf.reshape(w, [1, 2]), [2 ** 20, 2 ** 19])))
    await expectError(compile(huge), 'out-of-memory', 'Use a smaller batch or model')
    await expectError(compile((w) => tf.mul(w, tf.sum(tf.zeros([2 ** 20, 2 ** 19])))), 'out-of-memory', 'does not fit')
    expect(await compile((w) => tf.neg(w))()).toEqual({ y: Float32Array.of(-1, -2) })
  })

  it('passes on what TensorFlow says when a step fails, and goes on', async () => {
    const step = session.compile({ name: 'pick', inputs: { i: { shape: [1], type: 'int32' } }, trace: ({ inputs, read }) => ({ y: tf.gather(read('w'), inputs.i as TensorFlow.Tensor1D) }) })
    await expectError(() => step.run({ i: Int32Array.of(7) }), 'tensorflow', 'Running step "pick" failed in TensorFlow with INVALID_ARGUMENT: indices[0] = 7 is not in [0, 2)')
    expect((await step.run({ i: Int32Array.of(1) })).y).toEqual(Float32Array.of(2))
    await expectError(compile((w) => tf.reshape(tf.matMul(tf.reshape(w, [1, 2]), tf.reshape(w, [2, 1])), [2])), 'tensorflow', 'Reshape')
  })

  it('refuses a device that is not there, and finds the virtual ones that it was asked to make', async () => {
    await expectError(() => runtime.openSession({ device: '/device:GPU:7' }), 'device-unavailable', 'There is no device /device:GPU:7')
    const second = await runtime.openSession({ device: '/device:CPU:1', cpuDevices: 2 })
    await second.createVariables({ v: { shape: [1], type: 'float32', values: Float32Array.of(4) } })
    const step = second.compile({ name: 'there', inputs: {}, trace: ({ read }) => ({ y: tf.square(read('v')) }) })
    expect(await step.run({})).toEqual({ y: Float32Array.of(16) })
    await second.close()
    expect((await runtime.devices())[0]).toMatchObject({ name: '/device:CPU:0', kind: 'CPU' })
  })
})

describe('a session', () => {
  it('gives back every object and every tensor it made', async () => {
    const runtime = await openTensorFlow()
    const [objects, tensors] = [liveObjects(), tf.memory().numTensors]
    for (let round = 0; round < 3; round++) {
      const session = await runtime.openSession({ threads: 2 })
      const step = await trainingStep(session)
      for (let i = 0; i < 5; i++) await step(i)
      await expectError(() => session.createResident('x', { shape: [1], type: 'float32', values: new Float32Array(1) }), 'conflict', 'already holds')
      await expectError(async () => session.compile({ name: 'bad', inputs: {}, trace: () => ({ y: tf.matMul(tf.ones([2, 3]), tf.ones([2, 3])) }) }), 'tensorflow', 'Adding MatMul failed')
      await session.readVariables(['k', 'velocity/k'])
      await session.close()
    }
    expect(liveObjects()).toBe(objects)
    expect(tf.memory().numTensors).toBe(tensors)
  })

  it('tells how much memory a step takes: that of its largest moment, the same each time', async () => {
    const runtime = await openTensorFlow()
    const session = await runtime.openSession({ threads: 1 })
    await session.createVariables({ w: { shape: [1000], type: 'float32', values: new Float32Array(1000).fill(1) } })
    const step = (rows: number) =>
      session.compile({ name: `rows-${rows}`, inputs: { by: { shape: [rows, 1], type: 'float32' } }, trace: ({ inputs, read }) => ({ y: tf.sum(tf.exp(tf.mul(inputs.by, read('w')))) }) }).measureMemory({ by: new Float32Array(rows) })
    const [ten, twenty] = [await step(10), await step(20)]
    expect(ten.map(({ device }) => device)).toEqual(['/job:localhost/replica:0/task:0/device:CPU:0'])
    // The product of 10 × 1000 floats, whose memory its exponential takes over.
    expect(ten[0]?.peakBytes).toBeGreaterThanOrEqual(40_000)
    expect(ten[0]?.peakBytes).toBeLessThan(90_000)
    expect((twenty[0]?.peakBytes ?? 0) - (ten[0]?.peakBytes ?? 0)).toBeGreaterThanOrEqual(40_000)
    expect(await step(10)).toEqual(ten)
    await session.close()
  })

  it('ends with the same bits after 50 steps from the same seed', async () => {
    const runtime = await openTensorFlow()
    const train = async () => {
      const session = await runtime.openSession({ threads: 2 })
      const step = await trainingStep(session)
      const losses: number[] = []
      for (let i = 0; i < 50; i++) losses.push(await step(i))
      const { k, w } = await session.readVariables(['k', 'w'])
      await session.close()
      return { losses, k: k?.values, w: w?.values }
    }
    const [once, again] = [await train(), await train()]
    expect(once.losses.at(-1)).toBeLessThan(once.losses[0]!)
    expect(again).toEqual(once)
  })

  it('gives the same losses clustered with XLA, to float tolerance', async () => {
    const runtime = await openTensorFlow()
    const train = async (jit: boolean) => {
      const session = await runtime.openSession({ threads: 2 })
      const step = await trainingStep(session, jit ? { jit } : {})
      const losses: number[] = []
      for (let i = 0; i < 5; i++) losses.push(await step(i))
      await session.close()
      return losses
    }
    const [plain, clustered] = [await train(false), await train(true)]
    clustered.forEach((loss, i) => expect(Math.abs(loss - plain[i]!)).toBeLessThan(1e-3))
  })
})

/** A small network with convolution, batch norm, dropout, layer norm and momentum, on resident bytes. */
async function trainingStep(session: Session, options: { readonly jit?: boolean } = {}): Promise<(index: number) => Promise<number>> {
  const wave = (length: number, scale: number) => Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898 + length) * scale)
  const shapes = { k: [3, 3, 1, 8], s: [8], o: [8], w: [392, 4] } as const
  type Name = keyof typeof shapes
  const names = Object.keys(shapes) as Name[] // the keys just above
  for (const name of names) {
    const length = shapes[name].reduce((a: number, b) => a * b, 1)
    await session.createVariables({
      [name]: { shape: shapes[name], type: 'float32', values: name === 's' ? wave(length, 0).fill(1) : wave(length, 0.1) },
      [`velocity/${name}`]: { shape: shapes[name], type: 'float32', values: new Float32Array(length) },
    })
  }
  await session.createResident('x', { shape: [64, 14, 14, 1], type: 'uint8', values: Uint8Array.from({ length: 64 * 196 }, (_, i) => (i * 7919) % 251) })
  await session.createResident('y', { shape: [64], type: 'int32', values: Int32Array.from({ length: 64 }, (_, i) => i % 4) })
  const step = session.compile({
    name: 'train a small network',
    inputs: { at: { shape: [16], type: 'int32' }, seed: { shape: [2], type: 'int32' } },
    ...options,
    trace: ({ inputs, read, assign, rows }) => {
      const x = tf.div(rows('x', inputs.at as TensorFlow.Tensor1D), 255)
      const y = rows('y', inputs.at as TensorFlow.Tensor1D) as TensorFlow.Tensor1D
      const loss = (k: TensorFlow.Tensor, s: TensorFlow.Tensor, o: TensorFlow.Tensor, w: TensorFlow.Tensor) => {
        const h = batchNorm(tf.conv2d(x as TensorFlow.Tensor4D, k as TensorFlow.Tensor4D, 1, 'same'), s as TensorFlow.Tensor1D, o as TensorFlow.Tensor1D, 1e-5).y
        const pooled = tf.maxPool(layerNorm(tf.relu(h), tf.ones([8]), tf.zeros([8]), 1e-5) as TensorFlow.Tensor4D, 2, 2, 'same')
        const logits = tf.matMul(tf.reshape(dropout(pooled, 0.1, inputs.seed as TensorFlow.Tensor1D), [16, 392]), w as TensorFlow.Tensor2D)
        return tf.mean<TensorFlow.Scalar>(sparseSoftmaxCrossEntropy(logits as TensorFlow.Tensor2D, y))
      }
      const { value, grads } = tf.valueAndGrads(loss)(names.map(read))
      names.forEach((name, i) => {
        const velocity = tf.add(tf.mul(read(`velocity/${name}`), 0.9), grads[i]!)
        assign(`velocity/${name}`, velocity)
        assign(name, tf.sub(read(name), tf.mul(velocity, 0.004)))
      })
      return { loss: value }
    },
  })
  return async (index) => (await step.run({ at: Int32Array.from({ length: 16 }, (_, i) => (index * 16 + i) % 64), seed: Int32Array.of(1, index) })).loss[0]!
}

async function expectError(call: () => Promise<unknown>, code: ErrorCode, message: string): Promise<void> {
  const error = await call().then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(LoupeError)
  expect(error).toMatchObject({ code })
  expect(String(error)).toContain(message)
}
