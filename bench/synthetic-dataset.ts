import { Random } from '../main/training/random.ts'
import type { Dataset, Examples } from '../main/training/datasets/dataset.ts'

/** Random bytes with random labels: what a step costs does not depend on what the pictures show. */
export function syntheticDataset({ shape, classes, examples }: { readonly shape: readonly number[]; readonly classes: number; readonly examples: number }): Dataset {
  const random = Random.seeded(0, 'benchmark')
  const width = shape.reduce((product, size) => product * size, 1)
  const none: Examples = {
    inputs: { shape: [0, ...shape], type: 'uint8', values: new Uint8Array(0) },
    labels: { shape: [0], type: 'int32', values: new Int32Array(0) },
    count: 0,
  }
  return {
    name: 'synthetic',
    title: 'Random bytes',
    shape,
    classes,
    classNames: Array.from({ length: classes }, (_, index) => `${index}`),
    // Uniform bytes have mean 127.5 and deviation 73.9.
    normalization: { offset: Float32Array.of(127.5), scale: Float32Array.of(1 / 73.9) },
    train: {
      inputs: { shape: [examples, ...shape], type: 'uint8', values: Uint8Array.from({ length: examples * width }, () => random.integer(256)) },
      labels: { shape: [examples], type: 'int32', values: Int32Array.from({ length: examples }, () => random.integer(classes)) },
      count: examples,
    },
    validation: none,
    test: none,
    hash: '',
  }
}
