import type { DatasetConfig } from '../contract/dataset-config.ts'
import { LoupeError } from '../contract/errors.ts'
import type { ParsedQueryInput, QueryOutput } from '../contract/queries.ts'
import type { LogReader } from '../log/log.ts'
import type { Dataset } from '../training/datasets/dataset.ts'

type Input = ParsedQueryInput<'dataset.examples'>
type Output = QueryOutput<'dataset.examples'>

/** Data sets that stay: one who looks at examples looks at many, of a few sets side by side. */
const mostKept = 4

/** Reads examples of the data that a run trains on, or of a data set. */
export function examplesReader(reader: Pick<LogReader, 'run'>): (input: Input) => Promise<Output> {
  /** The one asked for last stands last. */
  const kept = new Map<string, Promise<Dataset>>()
  return async (input) => {
    const config = input.dataset ?? reader.run(input.runId ?? '').config.dataset
    const key = JSON.stringify(config)
    const reading = kept.get(key) ?? read(config)
    kept.delete(key)
    kept.set(key, reading)
    for (const oldest of kept.keys()) if (kept.size > mostKept) kept.delete(oldest)
    try {
      return examplesOf(await reading, input)
    } catch (error) {
      // What could not be read may be there the next time.
      if (await isBroken(reading)) kept.delete(key)
      throw error
    }
  }
}

async function read(config: DatasetConfig): Promise<Dataset> {
  const { loadDataset } = await import('../training/datasets/index.ts')
  return loadDataset(config)
}

function isBroken(reading: Promise<Dataset>): Promise<boolean> {
  return reading.then(
    () => false,
    () => true,
  )
}

/**
 * Examples of a split by their indices, in the order asked for.
 *
 * @throws LoupeError `invalid-input` for an index that the split does not have.
 */
export function examplesOf(dataset: Pick<Dataset, 'shape' | 'classNames' | 'train' | 'test' | 'validation'>, { split, indices }: Pick<Input, 'split' | 'indices'>): Output {
  const { inputs, labels, count } = split === 'training' ? dataset.train : dataset[split]
  const missing = indices.find((index) => index >= count)
  if (missing !== undefined) {
    throw new LoupeError('invalid-input', `There is no ${split} example ${missing}: this data set has ${count} of them, counted from 0. Ask for smaller indices.`, { index: missing, count, split })
  }
  const width = dataset.shape.reduce((product, side) => product * side, 1)
  const examples = indices.map((index) => ({ index, label: labels.values[index] ?? 0, values: Array.from(inputs.values.subarray(index * width, (index + 1) * width)) }))
  return { shape: [...dataset.shape], classNames: [...dataset.classNames], count, range: inputs.values instanceof Uint8Array ? [0, mostOf(inputs.values)] : rangeOf(examples.flatMap(({ values }) => values)), examples }
}

/** Of all examples, so that a dark image stays dark among brighter ones. */
function mostOf(bytes: Uint8Array): number {
  return bytes.reduce((most, byte) => Math.max(most, byte), 0)
}

function rangeOf(values: readonly number[]): [number, number] {
  return values.length === 0 ? [0, 1] : [values.reduce((least, value) => Math.min(least, value)), values.reduce((most, value) => Math.max(most, value))]
}
