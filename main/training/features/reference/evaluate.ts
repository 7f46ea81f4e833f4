import type { HostArrays, Runtime, Tensors } from '../../../tensorflow/runtime.ts'
import { tf } from '../../../tensorflow/tf.ts'

export interface ValueAndGradients {
  readonly value: number
  readonly gradients: Readonly<Record<string, Float32Array>>
}

/** The value of a function of named arrays and its gradients, by one call of a session of its own. */
export async function valueAndGradients(runtime: Runtime, arrays: HostArrays, call: (named: Tensors) => tf.Scalar): Promise<ValueAndGradients> {
  const names = Object.keys(arrays)
  const { value, ...gradients } = await evaluate(runtime, arrays, (given) => {
    const at = (...tensors: tf.Tensor[]) => call(Object.fromEntries(tensors.map((tensor, i) => [names[i] ?? '', tensor])))
    const { value, grads } = tf.valueAndGrads(at)(names.map((name) => given[name] as tf.Tensor)) // the names are its own
    return { ...Object.fromEntries(grads.map((gradient, i) => [names[i] ?? '', gradient])), value }
  })
  return { value: value?.[0] ?? Number.NaN, gradients }
}

/** What a function of named arrays gives, by one call of a session of its own. */
export async function evaluate(runtime: Runtime, arrays: HostArrays, call: (named: Tensors) => Tensors, jit = false): Promise<Readonly<Record<string, Float32Array>>> {
  const session = await runtime.openSession({ threads: 1 })
  try {
    await session.createVariables(arrays)
    const step = session.compile({ name: 'evaluate', jit, inputs: {}, trace: ({ read }) => call(Object.fromEntries(Object.keys(arrays).map((name) => [name, read(name)]))) })
    return Object.fromEntries(Object.entries(await step.run({})).map(([name, values]) => [name, Float32Array.from(values)]))
  } finally {
    await session.close()
  }
}
