import type { HostArray } from '../../tensorflow/runtime.ts'
import type { Examples } from './dataset.ts'
import type { Labelled } from './labelled.ts'
import { elementCount } from './numeric-array.ts'
import { splitTest } from './split.ts'

/** Copies the examples at `indices`, in that order. */
export function takeExamples({ inputs, labels }: Labelled, indices: Int32Array): Labelled {
  return { inputs: takeRows(inputs, indices), labels: Int32Array.from(indices, (index) => labels[index]!) }
}

/** Counts the examples and gives the labels their type, as a {@link Dataset} holds them. */
export function asExamples({ inputs, labels }: Labelled): Examples {
  return { inputs, labels: { shape: [labels.length], type: 'int32', values: labels }, count: labels.length }
}

/** The examples of a part at `indices`, in that order: a copy, but of the whole as it is the part itself. */
export function pickExamples(part: Examples, indices: Int32Array): Examples {
  if (indices.length === part.count && indices.every((index, row) => index === row)) return part
  return asExamples(takeExamples({ inputs: part.inputs, labels: Int32Array.from(part.labels.values) }, indices))
}

/** Sets test examples apart, for a source that has none of its own: a fixed fifth of each class. */
export function apart(all: Labelled): { train: Labelled; test: Labelled } {
  const { train, test } = splitTest(all.labels)
  return { train: takeExamples(all, train), test: takeExamples(all, test) }
}

function takeRows(array: HostArray, indices: Int32Array): HostArray {
  const shape = [indices.length, ...array.shape.slice(1)]
  const width = elementCount(array.shape.slice(1))
  const values = array.values instanceof Uint8Array ? new Uint8Array(indices.length * width) : new Float32Array(indices.length * width)
  indices.forEach((index, row) => values.set(array.values.subarray(index * width, (index + 1) * width), row * width))
  return { shape, type: array.type, values }
}
