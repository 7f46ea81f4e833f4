import type * as tf from '@tensorflow/tfjs'
import { LoupeError } from '../../contract/errors.ts'
import type { HostArrays, Tensors } from '../../tensorflow/runtime.ts'

/** A slot of zeros for each parameter, named `KIND/PARAMETER`. */
export function zeroSlots(kind: string, parameters: HostArrays): HostArrays {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, values }]) => [
      `${kind}/${name}`,
      { shape, type: 'float32' as const, values: new Float32Array(values.length) },
    ]),
  )
}

/**
 * The tensor of a name.
 *
 * @throws LoupeError `internal` where it is missing: gradients and slots come from the same parameters.
 */
export function named(tensors: Tensors, name: string): tf.Tensor {
  const tensor = tensors[name]
  if (!tensor) throw new LoupeError('internal', `The optimizer needs "${name}", which was not given. Given: ${Object.keys(tensors).join(', ')}.`, { name })
  return tensor
}
