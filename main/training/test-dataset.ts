import type { Dataset, Examples } from './datasets/dataset.ts'
import { Random } from './random.ts'

/** What a data set for tests should look like. */
export interface TestDatasetOptions {
  readonly shape?: readonly number[]
  readonly classes?: number
  readonly train?: number
  readonly validation?: number
  readonly test?: number
}

/**
 * A small made-up data set that can be learnt: each class is a random point, each example lies around its class's.
 *
 * Raw inputs are floats around 3, normalised by (x − 3)·0.5, so that a test notices where normalisation is forgotten.
 */
export function makeTestDataset({ shape = [6], classes = 3, train = 60, validation = 15, test = 9 }: TestDatasetOptions = {}): Dataset {
  const random = Random.seeded(7, 'test data')
  const features = shape.reduce((product, size) => product * size, 1)
  const centres = Float32Array.from({ length: classes * features }, () => 3 + 2 * random.normal())
  const draw = (count: number): Examples => {
    const labels = Int32Array.from({ length: count }, () => random.integer(classes))
    const values = Float32Array.from({ length: count * features }, (_, i) => {
      const label = labels[Math.floor(i / features)] ?? 0
      return (centres[label * features + (i % features)] ?? 0) + 2 * random.normal()
    })
    return { inputs: { shape: [count, ...shape], type: 'float32', values }, labels: { shape: [count], type: 'int32', values: labels }, count }
  }
  return {
    name: 'test',
    title: 'Made-up clusters',
    shape,
    classes,
    classNames: Array.from({ length: classes }, (_, i) => `class ${i}`),
    normalization: { offset: Float32Array.of(3), scale: Float32Array.of(0.5) },
    train: draw(train),
    validation: draw(validation),
    test: draw(test),
    hash: 'made up',
  }
}
