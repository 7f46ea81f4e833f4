import type { HostArray, HostArrays, Runtime, Tensors } from '../../../tensorflow/runtime.ts'
import { tf } from '../../../tensorflow/tf.ts'
import { classificationLoss } from '../../loss.ts'
import { sizeOf } from '../initializers.ts'
import type { Model } from '../model.ts'

export interface Evaluation {
  /** `[batch · classes]`, row-major. */
  readonly logits: Float32Array
  /** Mean over the batch, nats. */
  readonly loss: number
  readonly gradients: Readonly<Record<string, Float32Array>>
  readonly statistics: Readonly<Record<string, Float32Array>>
}

export interface Pass {
  readonly model: Model
  readonly parameters: HostArrays
  readonly statistics: HostArrays
  readonly x: HostArray
  readonly labels: readonly number[]
  readonly labelSmoothing?: number
  readonly mode?: 'training' | 'evaluation'
  readonly seed?: readonly [number, number]
}

/** One forward and backward pass of a model in a session of its own, for tests that compare runtimes or peers. */
export async function evaluate(runtime: Runtime, pass: Pass): Promise<Evaluation> {
  const { model, parameters, statistics, x, labels, labelSmoothing = 0, mode = 'training', seed = [1, 2] } = pass
  const session = await runtime.openSession()
  try {
    await session.createVariables({ ...parameters, ...statistics })
    const names = Object.keys(parameters)
    const step = session.compile({
      name: 'evaluate',
      inputs: {
        x: { shape: x.shape, type: 'float32' },
        labels: { shape: [labels.length], type: 'int32' },
        seed: { shape: [2], type: 'int32' },
      },
      trace: ({ inputs, read }) => {
        const running = Object.fromEntries(Object.keys(statistics).map((name) => [name, read(name)]))
        let outputs: Tensors = {}
        const { value, grads } = tf.valueAndGrads((...values: tf.Tensor[]) => {
          const given = Object.fromEntries(values.map((tensor, index) => [names[index] ?? '', tensor]))
          const forward = model.forward(given, running, inputs.x, { training: mode === 'training', seed: inputs.seed as tf.Tensor1D })
          outputs = { logits: tf.keep(forward.logits), ...prefixed('statistics/', forward.statistics) }
          return tf.mean<tf.Scalar>(classificationLoss(forward.logits, inputs.labels as tf.Tensor1D, labelSmoothing))
        })(names.map(read))
        return { ...outputs, loss: value, ...prefixed('gradients/', Object.fromEntries(grads.map((gradient, index) => [names[index] ?? '', gradient]))) }
      },
    })
    const fed = { x: Float32Array.from(x.values), labels: Int32Array.from(labels), seed: Int32Array.from(seed) }
    const results: Readonly<Record<string, Float32Array | Int32Array>> = await step.run(fed)
    const pick = (prefix: string) =>
      Object.fromEntries(Object.entries(results).flatMap(([key, values]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), Float32Array.from(values)]] : [])))
    return {
      logits: Float32Array.from(results['logits'] ?? []),
      loss: results['loss']?.[0] ?? Number.NaN,
      gradients: pick('gradients/'),
      statistics: pick('statistics/'),
    }
  } finally {
    await session.close()
  }
}

function prefixed(prefix: string, tensors: Tensors): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${prefix}${name}`, tf.keep(tensor)]))
}

/** Uniform numbers in [−1, 1) as an input for a model. */
export function sampleInput(batch: number, inputShape: readonly number[], uniform: () => number): HostArray {
  const shape = [batch, ...inputShape]
  return { shape, type: 'float32', values: Float32Array.from({ length: sizeOf(shape) }, () => 2 * uniform() - 1) }
}
