import { tf } from '../../tensorflow/tf.ts'
import type { Tensors } from '../../tensorflow/runtime.ts'
import { ROW } from './flat-layout.ts'
import type { FlatLayout } from './flat-layout.ts'

/** Lays gradients out as one vector, float32 `[layout.size]`. What fills rows up is 0. */
export function flatten(layout: FlatLayout, gradients: Tensors): tf.Tensor1D {
  const parts = layout.units.flatMap(({ tensors, rows, elements }) => {
    const fill = rows * ROW - elements
    return [...tensors.map(({ name }) => vector(of(gradients, name))), ...(fill > 0 ? [tf.zeros<tf.Rank.R1>([fill])] : [])]
  })
  return joined(parts)
}

/** The gradients in a flat vector, by name. */
export function unflatten(layout: FlatLayout, flat: tf.Tensor1D): Tensors {
  const tensors = layout.units.flatMap((unit) => unit.tensors)
  return Object.fromEntries(tensors.map(({ name, shape, start, elements }) => [name, tf.reshape(tf.slice(flat, [start], [elements]), [...shape])]))
}

/** Tensors that are sent whole, in one vector. */
export function joinedTensors(tensors: Tensors, names: readonly string[]): tf.Tensor1D {
  return joined(names.map((name) => vector(of(tensors, name))))
}

/** The tensors in such a vector, by name. */
export function splitTensors(joint: tf.Tensor1D, described: readonly { readonly name: string; readonly shape: readonly number[] }[]): Tensors {
  let start = 0
  return Object.fromEntries(
    described.map(({ name, shape }) => {
      const elements = shape.reduce((product, length) => product * length, 1)
      const tensor = tf.reshape(tf.slice(joint, [start], [elements]), [...shape])
      start += elements
      return [name, tensor]
    }),
  )
}

function joined(parts: readonly tf.Tensor1D[]): tf.Tensor1D {
  const [first] = parts
  if (first === undefined) return tf.zeros<tf.Rank.R1>([0])
  return parts.length === 1 ? tf.clone(first) : tf.concat1d([...parts])
}

function vector(tensor: tf.Tensor): tf.Tensor1D {
  return tf.reshape<tf.Rank.R1>(tensor, [tensor.size])
}

/** Gradients have one tensor for each name of the layout. */
function of(tensors: Tensors, name: string): tf.Tensor {
  return tensors[name] as tf.Tensor
}
