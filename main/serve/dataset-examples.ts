import { LoupeError } from '../contract/errors.ts'
import type { ParsedQueryInput, QueryOutput } from '../contract/queries.ts'
import type { LogReader } from '../log/log.ts'
import type { Dataset } from '../training/datasets/dataset.ts'

type Input = ParsedQueryInput<'dataset.examples'>
type Output = QueryOutput<'dataset.examples'>

/** Reads examples of the data that a run trains on. The data set read last stays, for one who looks at examples looks at many. */
export function examplesReader(reader: Pick<LogReader, 'run'>): (input: Input) => Promise<Output> {
  let kept: { readonly key: string; readonly dataset: Promise<Dataset> } | null = null
  return async (input) => {
    const config = reader.run(input.runId).config.dataset
    const key = JSON.stringify(config)
    if (kept?.key !== key) {
      const { loadDataset } = await import('../training/datasets/index.ts')
      const reading = { key, dataset: loadDataset(config) }
      kept = reading
      // What could not be read may be there the next time.
      reading.dataset.catch(() => (kept = kept === reading ? null : kept))
    }
    return examplesOf(await kept.dataset, input)
  }
}

/**
 * Examples of a split by their indices, in the order asked for.
 *
 * @throws LoupeError `invalid-input` for an index that the split does not have.
 */
export function examplesOf(dataset: Pick<Dataset, 'shape' | 'classNames' | 'test' | 'validation'>, { split, indices }: Pick<Input, 'split' | 'indices'>): Output {
  const { inputs, labels, count } = dataset[split]
  const missing = indices.find((index) => index >= count)
  if (missing !== undefined) {
    throw new LoupeError('invalid-input', `There is no ${split} example ${missing}: this data set has ${count} of them, counted from 0. Ask for smaller indices.`, { index: missing, count, split })
  }
  const width = dataset.shape.reduce((product, side) => product * side, 1)
  const examples = indices.map((index) => ({ index, label: labels.values[index] ?? 0, values: Array.from(inputs.values.subarray(index * width, (index + 1) * width)) }))
  return { shape: [...dataset.shape], classNames: [...dataset.classNames], range: inputs.values instanceof Uint8Array ? [0, mostOf(inputs.values)] : rangeOf(examples.flatMap(({ values }) => values)), examples }
}

/** Of all examples, so that a dark image stays dark among brighter ones. */
function mostOf(bytes: Uint8Array): number {
  return bytes.reduce((most, byte) => Math.max(most, byte), 0)
}

function rangeOf(values: readonly number[]): [number, number] {
  return values.length === 0 ? [0, 1] : [values.reduce((least, value) => Math.min(least, value)), values.reduce((most, value) => Math.max(most, value))]
}
