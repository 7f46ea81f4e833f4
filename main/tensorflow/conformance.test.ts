import type * as TensorFlow from '@tensorflow/tfjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTensorFlow } from './open.ts'
import { batchNorm, dropout, gatherRows, groupNorm as groupNormOp, layerNorm, randomNormal, randomUniform, sparseSoftmaxCrossEntropy, squaredNorm, whileLoop } from './ops.ts'
import { openReference } from './reference.ts'
import type { HostArrays, Session } from './runtime.ts'
import { tf } from './tf.ts'

type Tensor = TensorFlow.Tensor
type Case = readonly [name: string, shapes: readonly (readonly number[])[], forward: (...x: Tensor[]) => Tensor]

/** Any rank: the casts below only give a shape's rank, which the shapes beside them show. */
const t1 = (x: Tensor | undefined) => x as TensorFlow.Tensor1D
const t2 = (x: Tensor | undefined) => x as TensorFlow.Tensor2D
const t3 = (x: Tensor | undefined) => x as TensorFlow.Tensor3D
const t4 = (x: Tensor | undefined) => x as TensorFlow.Tensor4D
const seed = () => tf.tensor1d([7, -3], 'int32')
const labels = () => tf.tensor1d([0, 2, 1, 2], 'int32')
const positive = (x: Tensor) => tf.add(tf.abs(x), 0.5)

const cases: readonly Case[] = [
  ['dense layer with bias and relu', [[4, 6], [6, 3], [3]], (x, w, b) => tf.relu(tf.add(tf.matMul(t2(x), t2(w)), b!))],
  ['matrix product, left transposed', [[6, 4], [6, 3]], (a, b) => tf.matMul(t2(a), t2(b), true)],
  ['matrix product, right transposed', [[4, 6], [3, 6]], (a, b) => tf.matMul(t2(a), t2(b), false, true)],
  ['products of batches of matrices', [[2, 3, 4], [2, 4, 5]], (a, b) => tf.matMul(t3(a), t3(b))],
  ['products of nested batches', [[2, 3, 4, 5], [2, 3, 6, 5]], (a, b) => tf.matMul(t4(a), t4(b), false, true)],
  ['2-d convolution with bias', [[2, 7, 7, 3], [3, 3, 3, 4], [4]], (x, k, b) => tf.relu(tf.add(tf.conv2d(t4(x), t4(k), 1, 'same'), b!))],
  ['2-d convolution with stride 2', [[2, 8, 8, 3], [3, 3, 3, 4]], (x, k) => tf.conv2d(t4(x), t4(k), 2, 'same')],
  ['2-d convolution without padding', [[2, 7, 7, 2], [5, 5, 2, 3]], (x, k) => tf.conv2d(t4(x), t4(k), 1, 'valid')],
  ['1 by 1 convolution with stride 2', [[2, 6, 6, 4], [1, 1, 4, 3]], (x, k) => tf.conv2d(t4(x), t4(k), 2, 'same')],
  ['1-d convolution', [[2, 9, 3], [4, 3, 5]], (x, k) => tf.conv1d(t3(x), t3(k), 1, 'same')],
  ['depthwise convolution', [[2, 6, 6, 3], [3, 3, 3, 2]], (x, k) => tf.depthwiseConv2d(t4(x), t4(k), 1, 'same')],
  ['max pooling', [[2, 6, 6, 3]], (x) => tf.maxPool(t4(x), 2, 2, 'same')],
  ['overlapping max pooling', [[2, 7, 7, 3]], (x) => tf.maxPool(t4(x), 3, 2, 'same')],
  ['average pooling', [[2, 6, 6, 3]], (x) => tf.avgPool(t4(x), 2, 2, 'same')],
  ['global average pooling', [[2, 5, 5, 3]], (x) => tf.mean(x!, [1, 2])],
  ['batch norm of images', [[4, 3, 3, 2], [2], [2]], (x, s, o) => batchNorm(x!, t1(s), t1(o), 1e-5).y],
  ['batch norm of vectors', [[6, 3], [3], [3]], (x, s, o) => batchNorm(x!, t1(s), t1(o), 1e-3).y],
  ['layer norm', [[3, 4, 8], [8], [8]], (x, s, o) => layerNorm(x!, t1(s), t1(o), 1e-5)],
  ['group norm of a layer', [[3, 4, 4, 8], [8], [8]], (x, s, o) => groupNormOp({ x: x!, scale: s!, offset: o!, epsilon: 1e-5, groups: 4 })],
  ['group norm', [[2, 4, 4, 6], [6], [6]], (x, s, o) => groupNorm(t4(x), s!, o!, 3)],
  ['dropout', [[5, 7]], (x) => dropout(x!, 0.4, seed())],
  ['embedding', [[9, 4]], (table) => gatherRows(table!, tf.tensor2d([[0, 8, 8], [3, 0, 1]], [2, 3], 'int32'))],
  ['gather along an axis', [[3, 5, 2]], (x) => tf.gather(x!, tf.tensor1d([4, 0, 4], 'int32'), 1)],
  ['attention', [[2, 3, 5, 4], [2, 3, 5, 4], [2, 3, 5, 4]], (q, k, v) => tf.matMul(tf.softmax(tf.mul(tf.matMul(t4(q), t4(k), false, true), 0.5)), t4(v))],
  ['softmax', [[4, 5]], (x) => tf.softmax(t2(x))],
  ['log-softmax', [[4, 5]], (x) => tf.logSoftmax(t2(x))],
  ['sparse softmax cross-entropy', [[4, 3]], (x) => sparseSoftmaxCrossEntropy(t2(x), labels())],
  ['softmax cross-entropy of one-hot labels', [[4, 3]], (x) => tf.losses.softmaxCrossEntropy(tf.oneHot(labels(), 3), t2(x))],
  ['log-sum-exp', [[4, 5]], (x) => tf.logSumExp(x!, 1)],
  ['sum over axes', [[2, 3, 4]], (x) => tf.sum(x!, [0, 2])],
  ['sum of everything', [[2, 3, 4]], (x) => tf.sum(x!)],
  ['mean with kept axis', [[2, 3, 4]], (x) => tf.mean(x!, -1, true)],
  ['max and min over an axis', [[3, 5]], (x) => tf.add(tf.max(x!, 1), tf.min(x!, 1))],
  ['variance', [[3, 5]], (x) => tf.moments(x!, 1).variance],
  ['squared norm', [[3, 5], [4]], (a, b) => squaredNorm([a!, b!])],
  ['euclidean norm', [[3, 5]], (x) => tf.norm(x!)],
  ['concatenation', [[2, 3], [2, 4]], (a, b) => tf.concat([a!, b!], 1)],
  ['stacking', [[2, 3], [2, 3]], (a, b) => tf.stack([a!, b!], 1)],
  ['split', [[4, 6]], (x) => tf.split(x!, 3, 1).reduce((sum, part, i) => tf.add(sum, tf.mul(part, i + 1)), tf.zeros([4, 2]))],
  ['unstacking', [[3, 4]], (x) => tf.unstack(x!).reduce((sum, part, i) => tf.add(sum, tf.mul(part, i + 1)))],
  ['slice', [[4, 5]], (x) => tf.slice(x!, [1, 2], [2, 3])],
  ['transpose', [[2, 3, 4]], (x) => tf.transpose(x!, [2, 0, 1])],
  ['reverse', [[3, 4]], (x) => tf.reverse(x!, 1)],
  ['padding with zeros', [[2, 3, 3, 1]], (x) => tf.pad(x!, [[0, 0], [1, 2], [2, 1], [0, 0]])],
  ['tiling', [[2, 3]], (x) => tf.tile(x!, [2, 3])],
  ['broadcasting sum and product', [[4, 1, 3], [5, 1]], (a, b) => tf.mul(tf.add(a!, b!), b!)],
  ['broadcasting difference and quotient', [[4, 3], [3]], (a, b) => tf.div(tf.sub(a!, b!), positive(b!))],
  ['tanh approximation of gelu', [[4, 5]], (x) => tf.mul(tf.mul(x!, 0.5), tf.add(tf.tanh(tf.mul(tf.add(x!, tf.mul(tf.pow(x!, 3), 0.044715)), 0.7978845608)), 1))],
  ['gelu', [[4, 5]], (x) => tf.mul(tf.mul(x!, 0.5), tf.add(tf.erf(tf.div(x!, Math.SQRT2)), 1))],
  ['tanh, sigmoid, softplus', [[4, 5]], (x) => tf.add(tf.tanh(x!), tf.mul(tf.sigmoid(x!), tf.softplus(x!)))],
  ['relu, relu6, elu, leaky relu', [[4, 5]], (x) => tf.addN([tf.relu(x!), tf.relu6(tf.mul(x!, 5)), tf.elu(x!), tf.leakyRelu(x!, 0.1)])],
  ['exp, log, square root', [[4, 5]], (x) => tf.add(tf.exp(x!), tf.mul(tf.log(positive(x!)), tf.sqrt(positive(x!))))],
  ['reciprocal square root, power, square', [[4, 5]], (x) => tf.add(tf.rsqrt(positive(x!)), tf.mul(tf.pow(positive(x!), 1.7), tf.square(x!)))],
  ['abs, negation, sine, cosine', [[4, 5]], (x) => tf.add(tf.neg(tf.abs(x!)), tf.mul(tf.sin(x!), tf.cos(x!)))],
  ['maximum, minimum, clipping', [[4, 5], [4, 5]], (a, b) => tf.add(tf.maximum(a!, b!), tf.mul(tf.minimum(a!, b!), tf.clipByValue(a!, -0.5, 0.6)))],
  ['selection by a condition', [[4, 5], [4, 5]], (a, b) => tf.where(tf.greaterEqual(a!, b!), tf.mul(a!, 2), b!)],
  ['cumulative sum', [[3, 5]], (x) => tf.cumsum(x!, 1)],
  ['sum by segment', [[5, 3]], (x) => tf.unsortedSegmentSum(t2(x), tf.tensor1d([0, 2, 0, 1, 2], 'int32'), 3)],
  ['sum of many', [[3], [3], [3]], (a, b, c) => tf.addN([a!, tf.mul(b!, 2), tf.mul(c!, 3)])],
]

/** Fixed numbers between -1.3 and 1.3, all different. */
const numbers = (length: number, phase: number) => Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898 + phase * 4.1) * 1.3)

let sessions: { readonly graph: Session; readonly plain: Session }

beforeAll(async () => {
  sessions = { graph: await (await openTensorFlow()).openSession({ threads: 2 }), plain: await (await openReference()).openSession() }
})

afterAll(async () => {
  await sessions.graph.close()
  await sessions.plain.close()
})

describe('a step as a TensorFlow graph equals the same step on the reference', () => {
  it.each(cases)('%s: value and gradients', async (name, shapes, forward) => {
    const graph = await valueAndGradients(sessions.graph, name, shapes, forward)
    const plain = await valueAndGradients(sessions.plain, name, shapes, forward)
    expect(Object.keys(graph)).toEqual(Object.keys(plain))
    for (const key of Object.keys(plain)) expectClose(graph[key]!, plain[key]!, `${name}, ${key}`)
  })

  it('comparisons, indices and casts', async () => {
    const run = (session: Session) =>
      session
        .compile({
          name: 'indices',
          inputs: { x: { shape: [4, 5], type: 'float32' } },
          trace: ({ inputs }) => ({
            argMax: tf.argMax(inputs.x, 1),
            less: tf.less(inputs.x, 0.2),
            both: tf.logicalAnd(tf.greater(inputs.x, -0.5), tf.notEqual(inputs.x, 0)),
            rounded: tf.cast(tf.mul(inputs.x, 10), 'int32'),
            oneHot: tf.oneHot(tf.argMax(inputs.x, 1) as TensorFlow.Tensor1D, 5),
            finite: tf.all(tf.isFinite(inputs.x)),
          }),
        })
        .run({ x: numbers(20, 2) })
    expect(await run(sessions.graph)).toEqual(await run(sessions.plain))
  })

  it('random numbers: the same from the same seed, to the bit where they are uniform', async () => {
    const run = (session: Session) =>
      session
        .compile({
          name: 'random',
          inputs: { seed: { shape: [2], type: 'int32' } },
          trace: ({ inputs }) => ({ uniform: randomUniform([3, 5], t1(inputs.seed)), normal: randomNormal([7], t1(inputs.seed)) }),
        })
        .run({ seed: Int32Array.of(-12, 99) })
    const [graph, plain] = [await run(sessions.graph), await run(sessions.plain)]
    expect(graph.uniform).toEqual(plain.uniform)
    expectClose(graph.normal, plain.normal, 'normal')
  })

  it('a loop with products and convolutions in its body, and a gradient taken within', async () => {
    const shapes = [[1, 4, 4, 2], [3, 3, 2, 2], [2, 2]]
    const run = async (session: Session) => {
      const step = session.compile({
        name: 'loop',
        inputs: { limit: { shape: [], type: 'float32' } },
        trace: ({ inputs, read }) => {
          const state = [tf.scalar(0, 'int32'), read('loop/0'), read('loop/1'), read('loop/2'), inputs.limit]
          const [rounds, x, , w] = whileLoop(
            ([, x, , , limit]) => tf.less(tf.sum(tf.abs(x!)), limit!),
            ([i, x, k, w, limit]) => {
              const slope = tf.grad((w) => tf.sum(tf.square(tf.matMul(t2(w), t2(w)))))(w!)
              const next = tf.mul(tf.add(tf.conv2d(t4(x), t4(k), 1, 'same'), tf.mul(x!, 1.5)), 1.1)
              return [tf.add(i!, tf.scalar(1, 'int32')), next, k!, tf.sub(w!, tf.mul(slope, 0.01)), limit!]
            },
            state,
          )
          return { rounds: rounds!, x: x!, w: w! }
        },
      })
      return step.run({ limit: 1000 })
    }
    for (const session of [sessions.graph, sessions.plain]) await session.createVariables(variables('loop', shapes))
    const [graph, plain] = [await run(sessions.graph), await run(sessions.plain)]
    expect(graph.rounds[0]).toBeGreaterThanOrEqual(3)
    expect(graph.rounds).toEqual(plain.rounds)
    expectClose(graph.w, plain.w, 'w')
    expectClose(graph.x, plain.x, 'x')
  })

  it('rows of resident arrays: bytes become floats, integers stay', async () => {
    const run = async (session: Session) => {
      await session.createResident('images', { shape: [4, 3], type: 'uint8', values: Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 255, 128) })
      await session.createResident('classes', { shape: [4], type: 'int32', values: Int32Array.of(5, 6, 7, 8) })
      const step = session.compile({
        name: 'rows',
        inputs: { at: { shape: [3], type: 'int32' } },
        trace: ({ inputs, rows }) => ({ images: rows('images', t1(inputs.at)), classes: rows('classes', t1(inputs.at)) }),
      })
      return step.run({ at: Int32Array.of(3, 0, 3) })
    }
    const expected = { images: Float32Array.of(9, 255, 128, 0, 1, 2, 9, 255, 128), classes: Int32Array.of(8, 5, 8) }
    expect(await run(sessions.graph)).toEqual(expected)
    expect(await run(sessions.plain)).toEqual(expected)
  })

  it('ranges of resident arrays: the rows from a fed number on', async () => {
    const run = async (session: Session) => {
      await session.createResident('pixels', { shape: [3, 2, 1], type: 'uint8', values: Uint8Array.of(0, 1, 2, 3, 255, 128) })
      await session.createResident('kinds', { shape: [3], type: 'int32', values: Int32Array.of(5, 6, 7) })
      await session.createResident('floats', { shape: [3, 16], type: 'float32', values: Float32Array.from({ length: 48 }, (_, i) => i / 4) })
      const step = session.compile({
        name: 'range',
        inputs: { start: { shape: [], type: 'int32' } },
        trace: ({ inputs, range }) => ({ pixels: range('pixels', inputs.start, 2), kinds: range('kinds', inputs.start, 2), floats: range('floats', inputs.start, 1) }),
      })
      return step.run({ start: 1 })
    }
    const expected = { pixels: Float32Array.of(2, 3, 255, 128), kinds: Int32Array.of(6, 7), floats: Float32Array.from({ length: 16 }, (_, i) => 4 + i / 4) }
    expect(await run(sessions.graph)).toEqual(expected)
    expect(await run(sessions.plain)).toEqual(expected)
  })
})

function groupNorm(x: TensorFlow.Tensor4D, scale: Tensor, offset: Tensor, groups: number): Tensor {
  const [n, h, w, c] = x.shape
  const grouped = tf.reshape(x, [n, h, w, groups, c / groups])
  const { mean, variance } = tf.moments(grouped, [1, 2, 4], true)
  const normal = tf.reshape(tf.mul(tf.sub(grouped, mean), tf.rsqrt(tf.add(variance, 1e-5))), x.shape)
  return tf.add(tf.mul(normal, scale), offset)
}

/** Runs `forward` on fixed numbers; the gradients are those of Σ y·weights, with fixed weights. */
async function valueAndGradients(session: Session, name: string, shapes: Case[1], forward: Case[2]): Promise<Record<string, Float32Array | Int32Array>> {
  await session.createVariables(variables(name, shapes))
  const step = session.compile({
    name: 'conformance',
    inputs: {},
    trace: ({ read }) => {
      const x = shapes.map((_, i) => read(`${name}/${i}`))
      const y = forward(...x)
      const weights = tf.tensor(numbers(y.size, 9), y.shape)
      const gradients = tf.grads((...x: Tensor[]) => tf.sum(tf.mul(forward(...x), weights)))(x)
      return { y, ...Object.fromEntries(gradients.map((gradient, i) => [`gradient ${i}`, gradient])) }
    },
  })
  return step.run({})
}

function variables(name: string, shapes: readonly (readonly number[])[]): HostArrays {
  return Object.fromEntries(
    shapes.map((shape, i) => [`${name}/${i}`, { shape, type: 'float32' as const, values: numbers(shape.reduce((a, b) => a * b, 1), i) }]),
  )
}

/** To 2e-4 of the largest element: float32 sums in different orders. */
function expectClose(received: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  expect(received.length, what).toBe(expected.length)
  const scale = Math.max(1e-3, ...Array.from(expected, Math.abs))
  const worst = Math.max(0, ...Array.from(expected, (value, i) => Math.abs(value - received[i]!)))
  expect(worst / scale, what).toBeLessThan(2e-4)
}
